import Foundation
import Kernel
import Store
import TestSupport
import Testing

@testable import Webhooks

/// Against a real consumer over HTTP, which checks signatures with the library of the standard.
@Suite("A consumer of webhooks", .enabled(if: ConsumerProcess.python != nil, "needs AMENDS_TEST_PYTHON (make test)"))
struct ConsumerTests {
  private func secret(_ endpoint: Int64, _ generation: Int64 = 1) -> String {
    Station.keys.secret(of: endpoint, generation: generation)
  }

  @Test("gets what it wants, signed, and once", arguments: TestEngine.available)
  func takes(engine: TestEngine) async throws {
    try await Station.open(on: engine) { station in
      let consumer = try ConsumerProcess()
      let all = try await station.add(consumer.url)
      let odd = try await station.add(consumer.url + "/odd", types: ["thing.odd"])
      try await consumer.set(now: station.now.seconds, secrets: [secret(all), secret(odd)])
      try await station.happen(1...40)
      try await station.happen(41...42, isTest: true)
      try await station.settle()
      let taken = try consumer.taken()
      let (first, second) = (taken.filter { $0.path == "/hooks" }, taken.filter { $0.path == "/hooks/odd" })
      #expect(
        first.count == 40 && Set(first.map(\.id)).count == 40 && first.allSatisfy { $0.verified == [true, false] })
      #expect(second.count == 20 && second.allSatisfy { $0.verified == [false, true] })
      #expect(taken.allSatisfy { $0.body.contains(#""test":false"#) && !$0.body.contains("secret") })
      let body = try #require(first.first { $0.body.contains(#""data":{"thing":7}"#) })
      #expect(
        body.body.contains(#""timestamp":"2026-03-01T09:00:00Z","type":"thing.odd"}"#) && body.id.hasPrefix("evt_"))
      #expect(body.body.contains(#""id":"\#(body.id)""#))
      #expect(try await station.states(all) == [.delivered: 40])
      #expect(try await station.deliver() == 0)
    }
  }

  @Test("that was away for three days loses nothing", arguments: TestEngine.available)
  func away(engine: TestEngine) async throws {
    try await Station.open(on: engine) { station in
      let gone = try ConsumerProcess()
      let id = try await station.add(gone.url)
      gone.stop()
      for day in 0..<3 as Range<Int64> {
        try await station.happen(day * 100 + 1...day * 100 + 100)
        try await station.pass(.days(1), step: .minutes(30))
      }
      var endpoint = try await station.endpoint(id)
      #expect(endpoint.state == .enabled && endpoint.failures > 10 && endpoint.failingSince != nil)
      #expect(try await station.states(id) == [.waiting: 300])
      let alerts = Alerts(kernel: station.kernel, checks: WebhooksModule.checks)
      #expect(try await alerts.run() == 1)

      let back = try ConsumerProcess(again: gone)
      try await back.set(now: station.now.seconds, secrets: [secret(id)])
      try await station.pass(.minutes(30), step: .minutes(10), telling: back)
      let taken = try back.taken()
      let (distinct, all, states) = (Set(taken.map(\.id)).count, taken.count, try await station.states(id))
      let answers = Set(try await station.deliveries(id).map { "\($0.state) \($0.tries) \($0.answer ?? "")" })
      // And the alert that it took nothing.
      #expect(distinct == 301 && all == 301 && states == [.delivered: 301], "\(answers.sorted().prefix(20))")
      let unsigned = taken.count { $0.verified != [true] }
      #expect(unsigned == 0)
      endpoint = try await station.endpoint(id)
      #expect(endpoint.failures == 0 && endpoint.failingSince == nil)
      _ = try await alerts.run()
      let open = try await station.store.read { tx in
        try tx.integer("SELECT count(*) FROM alert WHERE cleared_at IS NULL")
      }
      #expect(open == 0)
    }
  }

  @Test("that fails is tried again, later each time", arguments: ["fails", "drops", "hangs", "drips", "redirects"])
  func fails(mode: String) async throws {
    let wire = HTTPWire(rules: Station.loopback, agent: "test", timeout: .seconds(2)).wire
    try await Station.open(on: .sqlite, wire: wire) { station in
      let consumer = try ConsumerProcess()
      let id = try await station.add(consumer.url)
      try await consumer.set(mode, now: station.now.seconds, secrets: [secret(id)])
      try await station.happen(1...1)
      let began = ContinuousClock.now
      try await station.settle()
      #expect(ContinuousClock.now - began < .seconds(25), "a call is given up after its time")
      var delivery = try #require(try await station.deliveries(id).first)
      // Whoever answered 200 has it, however slowly the rest comes.
      guard mode != "drips" else { return #expect(delivery.state == .delivered && delivery.status == 200) }
      #expect(delivery.state == .waiting && delivery.tries == 1 && delivery.dueAt > station.now)
      #expect(delivery.status == ["fails": 500, "redirects": 307][mode])
      #expect(try !consumer.taken().contains { $0.path == "/elsewhere" })
      try await consumer.set("ok")
      try await station.pass(.minutes(1), step: .seconds(10), telling: consumer)
      delivery = try #require(try await station.deliveries(id).first)
      #expect(delivery.state == .delivered && delivery.tries == 2)
      #expect(try consumer.taken().last?.verified == [true])
    }
  }

  @Test("may say what it likes: a little of it is kept")
  func says() async throws {
    try await Station.open(on: .sqlite) { station in
      let consumer = try ConsumerProcess()
      let id = try await station.add(consumer.url)
      try await consumer.set("says")
      try await station.happen(1...1)
      try await station.settle()
      let answer = try #require(try await station.deliveries(id).first?.answer)
      #expect(answer.hasPrefix(" [2Jxxx") && answer.utf8.count == WebhookWire.kept)
    }
  }

  @Test("that hangs holds up nobody else")
  func isolated() async throws {
    let wire = HTTPWire(rules: Station.loopback, agent: "test", timeout: .seconds(20)).wire
    try await Station.open(on: .sqlite, wire: wire) { station in
      let (slow, quick) = (try ConsumerProcess(), try ConsumerProcess())
      let (first, second) = (try await station.add(slow.url), try await station.add(quick.url))
      try await slow.set("hangs", now: station.now.seconds)
      try await station.happen(1...60)
      try await station.announceAll()
      // As in a worker: several slots side by side.
      let hanging = Task { try await station.courier.run() }
      while try slow.taken().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
      let began = ContinuousClock.now
      while try await station.states(second)[.waiting] ?? 0 > 0, ContinuousClock.now - began < .seconds(18) {
        _ = try await station.courier.run()
      }
      #expect(ContinuousClock.now - began < .seconds(18), "it waited for the other's time-out")
      #expect(try await station.states(second) == [.delivered: 60])
      _ = try await hanging.value
      // One wave was tried; the rest keeps its turn.
      let tried = try await station.deliveries(first).filter { $0.tries > 0 }
      #expect(try await station.states(first) == [.waiting: 60] && slow.taken().count <= Courier.concurrency)
      #expect(tried.allSatisfy { $0.tries == 1 } && tried.count <= Courier.concurrency)
    }
  }

  @Test("learns a new secret while the old one still signs, for a day", arguments: TestEngine.available)
  func rotates(engine: TestEngine) async throws {
    try await Station.open(on: engine) { station in
      let consumer = try ConsumerProcess()
      let id = try await station.add(consumer.url)
      try await consumer.set(now: station.now.seconds, secrets: [secret(id, 1), secret(id, 2), secret(id, 3)])
      #expect(try await station.perform(RotateWebhookSecret(endpoint: id, atOnce: false)) == 2)
      try await station.happen(1...1)
      try await station.settle()
      #expect(try consumer.taken().last?.verified == [true, true, false])
      try await station.pass(.hours(25), step: .hours(5), telling: consumer)
      try await station.happen(2...2)
      try await station.settle()
      #expect(try consumer.taken().last?.verified == [false, true, false])
      #expect(try await station.perform(RotateWebhookSecret(endpoint: id, atOnce: true)) == 3)
      try await station.happen(3...3)
      try await station.settle()
      #expect(try consumer.taken().last?.verified == [false, false, true])
    }
  }

  @Test("that says it is gone is told nothing more")
  func gone() async throws {
    try await Station.open(on: .sqlite) { station in
      let consumer = try ConsumerProcess()
      let id = try await station.add(consumer.url)
      try await consumer.set("gone")
      try await station.happen(1...1)
      try await station.settle()
      let endpoint = try await station.endpoint(id)
      #expect(endpoint.state == .failed && endpoint.reason?.contains("410") == true)
    }
  }
}
