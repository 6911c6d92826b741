import Foundation
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@testable import Webhooks

/// Seeded lives in which the process dies between any two steps and commits have unknown outcomes.
@Suite("Webhooks under faults")
struct CrashTests {
  struct Crash: Error {}

  /// Decides, from a seed, what goes wrong.
  final class Fate: Sendable {
    let random: Mutex<Seeded>
    let isQuiet = Mutex(true)
    let crashes = Mutex(0)
    init(_ seed: UInt64) { random = Mutex(Seeded(seed)) }

    func strikes(_ oneIn: UInt64) -> Bool {
      !isQuiet.withLock { $0 } && random.withLock { $0.next() } % oneIn == 0
    }

    var faults: Faults {
      var faults = Faults()
      faults.between = { _ in
        if self.strikes(4) {
          self.crashes.withLock { $0 += 1 }
          throw Crash()
        }
      }
      faults.beforeCommit = { if self.strikes(12) { throw StoreError.commitUnknown("simulated, undone") } }
      faults.afterCommit = { if self.strikes(12) { throw StoreError.commitUnknown("simulated, done") } }
      return faults
    }
  }

  final class Received: Sendable {
    let messages = Mutex<[String: [[UInt8]]]>([:])
  }

  private func life(_ seed: UInt64, on engine: TestEngine) async throws {
    let (fate, received) = (Fate(seed), Received())
    let wire = WebhookWire { _ in
      WebhookSession { message in
        // It may have it although the answer is lost.
        let (takes, answers) = (!fate.strikes(3), !fate.strikes(6))
        if takes { received.messages.withLock { $0[message.id, default: []].append(message.body) } }
        return takes && answers ? .answered(status: 200, start: "") : .none("broken")
      }
    }
    try await withStore(on: engine) { store in
      let station = try await Station(store, wire: wire, seed: seed, faults: fate.faults)
      let endpoint = try await station.add("https://a.example/x")
      fate.isQuiet.withLock { $0 = false }
      var happened: Int64 = 0
      for _ in 0..<40 {
        do {
          // What happens is not what is tried here: it is written down for certain.
          fate.isQuiet.withLock { $0 = true }
          try await station.happen(happened + 1...happened + 5)
          fate.isQuiet.withLock { $0 = false }
          happened += 5
          try await station.settle()
        } catch is Crash {} catch StoreError.commitUnknown {}
        station.move(.seconds(40))
      }
      fate.isQuiet.withLock { $0 = true }
      try await station.pass(.hours(12), step: .minutes(10))
      let messages = received.messages.withLock { $0 }
      #expect(messages.count == Int(happened), "seed \(seed): events were lost")
      #expect(messages.values.allSatisfy { Set($0).count == 1 }, "seed \(seed): one id with two bodies")
      #expect(try await station.states(endpoint) == [.delivered: Int(happened)], "seed \(seed)")
      #expect(fate.crashes.withLock { $0 } > 5, "seed \(seed): hardly anything went wrong")
    }
  }

  @Test("lose nothing, and send the same bytes under one id")
  func lives() async throws {
    let seed = Seeded.fresh()
    for number in 0..<25 as Range<UInt64> { try await life(seed &+ number, on: .sqlite) }
  }

  @Test("lose nothing on PostgreSQL", .enabled(if: TestEngine.postgresAddress != nil))
  func postgres() async throws {
    let seed = Seeded.fresh()
    for number in 0..<3 as Range<UInt64> { try await life(seed &+ number, on: .postgres) }
  }

  /// On PostgreSQL a row with a smaller number may be committed later: whoever remembers the last number misses it.
  @Test("An event that is committed late is told all the same", .enabled(if: TestEngine.postgresAddress != nil))
  func late() async throws {
    try await withStore(on: .postgres) { store in
      let received = Received()
      let wire = WebhookWire { _ in
        WebhookSession { message in
          received.messages.withLock { $0[message.id, default: []].append(message.body) }
          return .answered(status: 200, start: "")
        }
      }
      let station = try await Station(store, wire: wire)
      _ = try await station.add("https://a.example/x")
      let (entered, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let slow = Task {
        try await station.kernel.change(by: .system("slow"), canRepeat: false) { change in
          change.record(Happened(number: 2))
          try change.flush()
          entered.signal()
          _ = release.wait(timeout: .now() + 20)
        }
      }
      await withCheckedContinuation { done in
        DispatchQueue.global().async {
          _ = entered.wait(timeout: .now() + 20)
          done.resume()
        }
      }
      try await station.happen(4...4)
      try await station.settle(waits: false)
      // The one that is committed waits for the one that began before it.
      #expect(received.messages.withLock { $0.isEmpty })
      release.signal()
      try await slow.value
      for _ in 0..<100 where received.messages.withLock({ $0.count }) < 2 {
        try await station.settle(waits: false)
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(received.messages.withLock { $0.count } == 2)
    }
  }
}
