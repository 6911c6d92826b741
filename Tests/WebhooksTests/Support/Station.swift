import Crypto
import Foundation
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@testable import Webhooks

/// Something that happens, for tests.
struct Happened: Fact {
  static let kind = "happened"
  let number: Int64
  var isTest = false
  var subject: String { "thing:\(number)" }
  var body: FactBody { ["number": .number(number), "secret": "not for outside", "test": .number(isTest ? 1 : 0)] }

  static let announcer = Announcer(
    types: [.init("thing.happened", "For tests."), .init("thing.odd", "An odd one.")], facts: [kind]
  ) { facts, _ in
    facts.reduce(into: [:]) { found, fact in
      let fields = fact.fields()
      let number = fields["number"]?.number ?? 0
      found[fact.number] = Announcement(
        number.isMultiple(of: 2) ? "thing.happened" : "thing.odd", isTest: fields["test"]?.number == 1,
        ["thing": .number(number)])
    }
  }
}

/// A kernel with a journal and webhooks, on a real database and a moved clock.
struct Station: Sendable {
  static let clerk = Actor(.operator, "clerk")
  static let keys = WebhookKeys([UInt8](repeating: 7, count: 32))
  static let loopback = NetworkRules(allowing: Network.parse("loopback") ?? [])

  let store: Store
  let kernel: Kernel
  let journal: Journal
  let courier: Courier
  let announce: Announce
  private let instant: Clock

  final class Clock: Sendable {
    let now = Mutex(Instant(seconds: 1_772_355_600))
    let random: Mutex<Seeded>
    let count = Mutex(0)
    init(_ seed: UInt64) { random = Mutex(Seeded(seed)) }
  }

  init(_ store: Store, wire: WebhookWire? = nil, seed: UInt64 = 1, faults: Faults = Faults()) async throws {
    _ = try await store.migrate(KernelSchema.migrations + WebhooksModule.migrations)
    let clock = Clock(seed)
    let world = World(
      now: { clock.now.withLock { $0 } }, random: { clock.random.withLock { $0.next() } }, pause: { _ in })
    self.store = store
    kernel = Kernel(store: store, world: world, faults: faults)
    journal = Journal(kernel: kernel, key: Curve25519.Signing.PrivateKey(), origin: "example.com/journal")
    courier = Courier(
      kernel: kernel, keys: Self.keys,
      wire: wire ?? HTTPWire(rules: Self.loopback, agent: "test", timeout: .seconds(5)).wire)
    announce = Announce(kernel: kernel, announcers: [Happened.announcer, KernelAnnouncements.announcer])
    instant = clock
  }

  static func open(
    on engine: TestEngine, wire: WebhookWire? = nil, _ body: (Station) async throws -> Void
  ) async throws {
    try await Turns.databases.hold {
      try await withStore(on: engine) { store in try await body(Station(store, wire: wire)) }
    }
  }

  var now: Instant { instant.now.withLock { $0 } }
  func move(_ span: Span) { instant.now.withLock { $0 = $0 + span } }

  func perform<C: Command>(_ command: C) async throws -> C.Output {
    let number = instant.count.withLock {
      $0 += 1
      return $0
    }
    return try await kernel.perform(command, by: Self.clerk, key: "test/\(number)")
  }

  func add(_ url: String, types: Set<String> = [], tests: Bool = false) async throws -> Int64 {
    try await perform(AddWebhook(url: url, types: types, tests: tests))
  }

  func happen(_ numbers: ClosedRange<Int64>, isTest: Bool = false) async throws {
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      for number in numbers { change.record(Happened(number: number, isTest: isTest)) }
    }
  }

  /// Seals and announces what happened.
  /// - Parameter waits: for transactions of others on the same PostgreSQL, which hold the sealer back.
  func announceAll(waits: Bool = true) async throws {
    for _ in 0..<500 {
      while try await journal.seal() > 0 {}
      let left = try await store.read { tx in
        try tx.integer("SELECT count(*) FROM fact AS f JOIN journal_head AS h ON (f.epoch, f.id) > (h.epoch, h.id)")
      }
      if left == 0 || !waits { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    while try await announce.run() > 0 {}
  }

  /// Everything that can be delivered at this moment.
  @discardableResult
  func deliver() async throws -> Int {
    var total = 0
    while case let count = try await courier.run(), count > 0 { total += count }
    return total
  }

  func settle(waits: Bool = true) async throws {
    try await announceAll(waits: waits)
    try await deliver()
  }

  /// Lets time pass in steps, and delivers at each.
  func pass(_ span: Span, step: Span = .minutes(5), telling consumer: ConsumerProcess? = nil) async throws {
    let end = now + span
    while now < end {
      move(min(step, end - now))
      if let consumer { try await consumer.set(now: now.seconds) }
      try await settle()
    }
  }

  func endpoint(_ id: Int64) async throws -> WebhookEndpoint {
    try #require(try await store.read { tx in try WebhookEndpoint.one(id, in: tx) })
  }

  func deliveries(_ id: Int64) async throws -> [Delivery] {
    try await store.read { tx in try Delivery.page(of: id, failedOnly: false, before: nil, limit: 1_000, in: tx) }
  }

  func states(_ id: Int64) async throws -> [Delivery.State: Int] {
    try await deliveries(id).reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
  }
}
