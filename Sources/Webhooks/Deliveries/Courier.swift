import Kernel
import Store
import Synchronization

/// Brings deliveries to their endpoints. Several run side by side in a process, each with one endpoint at a time: an endpoint
/// that hangs holds one of them for two time-outs, rests, and nobody else waits for it.
///
/// What is claimed is put off until its lease is over, in a transaction of its own; then come the calls, then what became of them
/// is written down. A process that dies in between leaves deliveries that fall due again: the consumer may get those twice,
/// under the same `webhook-id`.
package final class Courier: Sendable {
  /// Of one process: endpoints that are called at a time.
  package static let slots = 8
  /// Calls to one endpoint at a time.
  static let concurrency = 8
  /// Deliveries claimed at a time; of an endpoint that took nothing lately, a few.
  static let batch = 32
  static let probe = 2
  /// Batches before others get their turn.
  static let turns = 16

  let kernel: Kernel
  let keys: WebhookKeys
  let wire: WebhookWire
  /// Endpoints under way in this process, and in which order they were served.
  private let desk = Mutex(Desk())

  private struct Desk {
    var busy: Set<Int64> = []
    var served: [Int64: Int] = [:]
    var turn = 0
  }

  package init(kernel: Kernel, keys: WebhookKeys, wire: WebhookWire) {
    self.kernel = kernel
    self.keys = keys
    self.wire = wire
  }

  /// Takes the next endpoint that has something due, and brings it a few batches.
  /// - Returns: how many deliveries were tried.
  package func run() async throws -> Int {
    guard let id = try await next() else { return 0 }
    defer { desk.withLock { _ = $0.busy.remove(id) } }
    var count = 0
    for _ in 0..<Self.turns {
      let tried = try await round(id)
      count += tried.count
      guard tried.goesOn else { break }
    }
    return count
  }

  /// Of those with something due the one that was served longest ago; taken, so that no other slot takes it.
  private func next() async throws -> Int64? {
    let now = kernel.world.now()
    let due = try await kernel.store.read { tx in
      try tx.rows(
        """
        SELECT e.id FROM webhook_endpoint AS e WHERE e.state = 'enabled' AND (e.paused_until IS NULL OR e.paused_until <= \(now))
          AND EXISTS (SELECT 1 FROM webhook_delivery AS d WHERE d.endpoint = e.id AND d.state = 'waiting' AND d.due_at <= \(now))
        ORDER BY e.id LIMIT \(WebhookEndpoint.most)
        """
      ).map { try $0.integer("id") }
    }
    return desk.withLock { desk in
      let free = due.filter { !desk.busy.contains($0) }
      guard let id = free.min(by: { desk.served[$0] ?? 0 < desk.served[$1] ?? 0 }) else { return nil }
      desk.turn += 1
      desk.served[id] = desk.turn
      desk.busy.insert(id)
      return id
    }
  }

  private func round(_ id: Int64) async throws -> (count: Int, goesOn: Bool) {
    let began = kernel.world.now()
    guard let (endpoint, claimed) = try await claim(id), !claimed.isEmpty else { return (0, false) }
    try kernel.between(.claimed)
    let session = await wire.open(endpoint.url)
    let answers = await call(endpoint, claimed, session, until: began + Claim.lease - WebhookWire.timeout)
    await session.close()
    try kernel.between(.delivered)
    let isWell = try await record(endpoint.id, claimed, answers)
    try kernel.between(.noted)
    return (answers.count, isWell && claimed.count == Self.batch)
  }

  private func claim(_ id: Int64) async throws -> (WebhookEndpoint, [Claim])? {
    try await kernel.change(by: .system("webhooks"), canRepeat: false) { change in
      guard let endpoint = try WebhookEndpoint.one(id, in: change.tx), endpoint.state == .enabled else { return nil }
      let limit = endpoint.failures > 0 ? Self.probe : Self.batch
      return (endpoint, try Claim.take(limit, of: id, in: change))
    }
  }

  /// Calls in waves. After one in which nobody was answered well the rest is left for later.
  private func call(
    _ endpoint: WebhookEndpoint, _ claimed: [Claim], _ session: WebhookSession, until: Instant
  ) async -> [WebhookAnswer] {
    var answers: [WebhookAnswer] = []
    while answers.count < claimed.count {
      let wave = claimed[answers.count..<min(answers.count + Self.concurrency, claimed.count)]
      let now = kernel.world.now()
      // A process that was stopped for a while no longer owns what it claimed.
      guard now < until else { break }
      let messages = wave.map { claim in
        let (body, time) = (Array(claim.payload.utf8), String(now.seconds))
        return WebhookMessage(
          id: claim.message, time: time,
          signature: keys.signatures(of: endpoint, id: claim.message, time: time, body: body, at: now), body: body)
      }
      let came = await Self.all(messages, session)
      answers += came
      if !came.contains(where: \.isTaken) { break }
    }
    return answers
  }

  private static func all(_ messages: [WebhookMessage], _ session: WebhookSession) async -> [WebhookAnswer] {
    await withTaskGroup(of: (Int, WebhookAnswer).self) { group in
      for (index, message) in messages.enumerated() { group.addTask { (index, await session.deliver(message)) } }
      var answers = [WebhookAnswer](repeating: .none("no answer"), count: messages.count)
      for await (index, answer) in group { answers[index] = answer }
      return answers
    }
  }
}
