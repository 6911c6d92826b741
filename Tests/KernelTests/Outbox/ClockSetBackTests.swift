import Kernel
import Store
import TestSupport
import Testing

@Suite("A clock that ran ahead and was set right")
struct ClockSetBackTests {
  /// With 64 calls at once no lease is longer than two minutes; one at a time it would be five.
  private static func proving(rate: Int = 10_000) -> Capabilities {
    var capabilities = Capabilities.proving(ratePerSecond: rate)
    capabilities.concurrency = 64
    return capabilities
  }

  @Test("holds up no charge by a bucket that would fill only in an hour", arguments: TestEngine.available)
  func bucket(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.proving(rate: 1)) { house in
      house.clock.move(.hours(1))
      let first = try await house.send(1...1, answered: .done)
      #expect(first == 1)
      house.clock.move(.hours(-1))
      try await house.enqueue("r2")
      house.partner.answers(.perform, .done)
      _ = try await house.send()
      house.clock.move(.seconds(2))
      try await house.send()
      let state = try await house.state("r2")
      #expect(state == .done)
    }
  }

  @Test("leaves no charge waiting for a look or a sending that is an hour away", arguments: TestEngine.available)
  func waiting(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.proving()) { house in
      house.clock.move(.hours(1))
      try await house.loseAnswer("r1")
      try await house.enqueue("r2")
      house.clock.move(.hours(-1))
      house.partner.answers(.perform, .done)
      try await house.send()
      let sent = try await house.state("r2")
      #expect(sent == .done)
      house.partner.answers(.query, .done)
      try await house.resolve(times: 1, every: .minutes(3))
      let found = try await house.state("r1")
      #expect(found == .done)
    }
  }

  @Test("leaves no breaker open for longer than a breaker is open", arguments: TestEngine.available)
  func breaker(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.proving()) { house in
      house.clock.move(.hours(1))
      try await house.send(1...20, answered: .unknown(reason: "time-out"))
      try await house.send()
      let opened = try await house.lane()
      #expect(opened.breaker == "open")
      house.clock.move(.hours(-1))
      try await house.send()
      house.clock.move(.minutes(11))
      try await house.enqueue("r21")
      house.partner.answers(.perform, .done)
      let probed = try await house.send()
      #expect(probed == 1)
    }
  }

  @Test("is told from clocks that differ by a few seconds", arguments: TestEngine.available)
  func skew(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.proving(rate: 2)) { house in
      house.clock.move(.seconds(5))
      let ahead = try await house.send(1...2, answered: .done)
      #expect(ahead == 2)
      house.clock.move(.seconds(-5))
      // Another machine, five seconds behind, has no bucket of its own.
      let behind = try await house.send(3...4, answered: .done)
      #expect(behind == 0)
    }
  }
}
