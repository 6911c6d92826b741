import Foundation
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@testable import Webhooks

@Suite("Endpoints and deliveries")
struct EndpointTests {
  /// A consumer in this process that takes what it is told to.
  final class Consumer: Sendable {
    struct State {
      var takes: @Sendable (WebhookMessage) -> Bool = { _ in true }
      var taken: [WebhookMessage] = []
    }
    let state = Mutex(State())

    var wire: WebhookWire {
      WebhookWire { _ in
        WebhookSession { message in
          self.state.withLock { state in
            guard state.takes(message) else { return .answered(status: 500, start: "no") }
            state.taken.append(message)
            return .answered(status: 200, start: "")
          }
        }
      }
    }

    func takes(_ rule: @escaping @Sendable (WebhookMessage) -> Bool) { state.withLock { $0.takes = rule } }
    var taken: [String] { state.withLock { $0.taken.map { String(decoding: $0.body, as: UTF8.self) } } }
  }

  @Test("The first endpoint hears what is sealed from then on", arguments: TestEngine.available)
  func beginning(engine: TestEngine) async throws {
    let consumer = Consumer()
    try await Station.open(on: engine, wire: consumer.wire) { station in
      try await station.happen(1...5)
      try await station.settle()
      let id = try await station.add("https://a.example/x")
      try await station.happen(6...7)
      try await station.settle()
      #expect(try await station.states(id) == [.delivered: 2] && consumer.taken.count == 2)
    }
  }

  @Test("What a consumer does not take is given up after days; the rest goes on", arguments: TestEngine.available)
  func poison(engine: TestEngine) async throws {
    let consumer = Consumer()
    consumer.takes { !String(decoding: $0.body, as: UTF8.self).contains(#""thing":3}"#) }
    try await Station.open(on: engine, wire: consumer.wire) { station in
      let id = try await station.add("https://a.example/x")
      try await station.happen(1...5)
      try await station.settle()
      #expect(try await station.states(id) == [.delivered: 4, .waiting: 1])
      for number in 6...18 as ClosedRange<Int64> {
        try await station.happen(number...number)
        try await station.pass(.hours(12), step: .hours(1))
      }
      #expect(try await station.states(id) == [.delivered: 17, .failed: 1])
      #expect(try await station.endpoint(id).state == .enabled)
      let failed = try #require(try await station.deliveries(id).first { $0.state == .failed })
      #expect(failed.tries > 8 && failed.status == 500 && failed.answer == "no")

      consumer.takes { _ in true }
      _ = try await station.perform(ResendDelivery(delivery: failed.id, reason: "mended"))
      try await station.deliver()
      #expect(try await station.states(id) == [.delivered: 18])
    }
  }

  @Test(
    "An endpoint that takes nothing for days is disabled, and what it is owed waits", arguments: TestEngine.available)
  func disabledByItself(engine: TestEngine) async throws {
    let consumer = Consumer()
    consumer.takes { _ in false }
    try await Station.open(on: engine, wire: consumer.wire) { station in
      let id = try await station.add("https://a.example/x")
      try await station.happen(1...3)
      try await station.pass(.days(6), step: .hours(1))
      #expect(try await station.endpoint(id).state == .failed)
      try await station.happen(4...6)
      try await station.settle()
      let alerts = Alerts(kernel: station.kernel, checks: WebhooksModule.checks)
      #expect(try await alerts.run() == 1)
      let alert = try await station.store.read { tx in
        try tx.row("SELECT name, owner FROM alert WHERE cleared_at IS NULL")
      }
      #expect(try alert?.text("name") == "webhookDisabled" && alert?.text("owner") == "operations")

      consumer.takes { _ in true }
      _ = try await station.perform(EnableWebhook(endpoint: id, reason: "back again"))
      try await station.deliver()
      #expect(try await station.states(id) == [.delivered: 6])
      _ = try await alerts.run()
      #expect(try await station.store.read { try $0.row("SELECT id FROM alert WHERE cleared_at IS NULL") } == nil)
    }
  }

  @Test("Disabled by a person it hears nothing, until it asks for what was", arguments: TestEngine.available)
  func disabledByHand(engine: TestEngine) async throws {
    let consumer = Consumer()
    try await Station.open(on: engine, wire: consumer.wire) { station in
      let id = try await station.add("https://a.example/x")
      let start = station.now
      try await station.happen(1...2)
      try await station.settle()
      _ = try await station.perform(DisableWebhook(endpoint: id, reason: "moving house"))
      station.move(.hours(1))
      try await station.happen(3...5)
      try await station.settle()
      #expect(try await station.states(id) == [.delivered: 2])
      await #expect(throws: Refusal.self) {
        try await station.perform(ResendSince(endpoint: id, since: start, delivered: false))
      }
      _ = try await station.perform(EnableWebhook(endpoint: id, reason: "back again"))
      let page = try await station.perform(ResendSince(endpoint: id, since: start, delivered: false))
      #expect(page == .init(count: 3, next: nil))
      try await station.deliver()
      #expect(try await station.states(id) == [.delivered: 5] && consumer.taken.count == 5)
      // Once more, all of it: under the same ids.
      #expect(try await station.perform(ResendSince(endpoint: id, since: start, delivered: true)).count == 5)
      try await station.deliver()
      #expect(consumer.state.withLock { Set($0.taken.map(\.id)).count } == 5 && consumer.taken.count == 10)
      #expect(ResendSince.Page("12 34-5") == .init(count: 12, next: "34-5"))
    }
  }

  @Test("Events and deliveries are forgotten after thirty days; the journal is not", arguments: TestEngine.available)
  func forgets(engine: TestEngine) async throws {
    let consumer = Consumer()
    try await Station.open(on: engine, wire: consumer.wire) { station in
      let id = try await station.add("https://a.example/x")
      try await station.happen(1...5)
      try await station.settle()
      let forget = ForgetWebhooks(kernel: station.kernel)
      station.move(.days(29))
      #expect(try await forget.run() == 0)
      station.move(.days(1))
      #expect(try await forget.run() == 5)
      #expect(try await station.deliveries(id).isEmpty)
      let facts = try await station.store.read { try $0.integer("SELECT count(*) FROM fact WHERE kind = 'happened'") }
      #expect(facts == 5)
    }
  }

  @Test("The journal knows the host, and nobody's secret", arguments: TestEngine.available)
  func journal(engine: TestEngine) async throws {
    try await Station.open(on: engine, wire: Consumer().wire) { station in
      let id = try await station.add("https://A.example/x?token=hush")
      #expect(try await station.endpoint(id).url == "https://a.example/x?token=hush")
      _ = try await station.perform(RotateWebhookSecret(endpoint: id, atOnce: false))
      _ = try await station.perform(RemoveWebhook(endpoint: id, reason: "not used"))
      let bodies = try await station.store.read { tx in
        try tx.rows("SELECT body FROM fact WHERE kind = 'webhookChanged' ORDER BY id").map { try $0.text("body") }
      }
      #expect(bodies.first == #"{"host":"a.example","what":"added"}"# && bodies.count == 3)
      let everything = try await station.store.read { tx in
        try tx.rows("SELECT result FROM command").map { try $0.text("result") }
      }
      #expect(!(bodies + everything).contains { $0.contains("hush") || $0.contains("whsec") })
      #expect(Station.keys.secret(of: id, generation: 1) != Station.keys.secret(of: id, generation: 2))
    }
  }

  @Test(
    "An address that cannot be one is refused",
    arguments: [
      "ftp://a.example/x", "http://a.example/x", "https://user:word@a.example/x", "https://a.example/x#y", "a.example",
      "https://", "http://10.0.0.1/x", "https://a.example:99999/",
      "https://a.example/\(String(repeating: "x", count: 600))",
    ])
  func refused(url: String) { #expect(throws: Refusal.self) { try EndpointURL(url) } }

  @Test("Types that do not exist are refused")
  func types() throws {
    let known = [Announcer.Kind("thing.happened", "")]
    #expect(throws: Refusal.self) {
      try AddWebhook(url: "https://a.example", types: ["thing.hapened"], tests: false).checked(known: known)
    }
    _ = try AddWebhook(url: "https://a.example", types: ["thing.happened"], tests: false).checked(known: known)
  }
}
