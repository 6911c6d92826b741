import Kernel
import Store

/// Turns sealed facts into events, and events into deliveries: one for each endpoint that wants it. All of a batch in one
/// transaction with the place that was reached, so that a crash repeats nothing and leaves nothing out.
package struct Announce: Sendable {
  let kernel: Kernel
  let announcers: [Announcer]
  /// Facts a time.
  package var batch = 500

  package init(kernel: Kernel, announcers: [Announcer]) {
    self.kernel = kernel
    self.announcers = announcers
  }

  /// - Returns: how many facts were looked at.
  package func run() async throws -> Int {
    guard try await kernel.store.read(Self.isBehind) else { return 0 }
    let count = try await kernel.change(by: .system("webhooks"), canRepeat: true) { [announcers, batch] change in
      try Self.announce(announcers, batch, in: change)
    }
    if count > 0 { try kernel.between(.announced) }
    return count
  }

  private static let isBehind: @Sendable (Transaction) throws -> Bool = { tx in
    try tx.row(
      """
      SELECT 1 AS behind FROM webhook_head AS w CROSS JOIN journal_head AS j WHERE (j.epoch, j.id) > (w.epoch, w.id)
        AND EXISTS (SELECT 1 FROM webhook_endpoint WHERE state <> 'removed')
      """) != nil
  }

  private static func announce(_ announcers: [Announcer], _ batch: Int, in change: Change) throws -> Int {
    guard let head = try change.tx.row("SELECT epoch, id FROM webhook_head WHERE one = 1 \(.skipLocked)") else {
      return 0
    }
    let place = FactNumber(epoch: try head.integer("epoch"), id: try head.integer("id"))
    let facts = try Journal.sealed(after: place, limit: batch, in: change.tx)
    guard let last = facts.last else { return 0 }
    var found: [FactNumber: Announcement] = [:]
    for announcer in announcers {
      let wanted = facts.filter { announcer.facts.contains($0.kind) }
      guard !wanted.isEmpty else { continue }
      found.merge(try announcer.announce(wanted, change.tx)) { first, _ in first }
    }
    let events = facts.compactMap { fact in found[fact.number].map { (fact, $0) } }
    try save(events, in: change)
    try change.tx.execute(
      "UPDATE webhook_head SET epoch = \(last.number.epoch), id = \(last.number.id) WHERE one = 1")
    return facts.count
  }

  private static let eventColumns: [Column] = [
    .integer("id"), .integer("fact_epoch"), .integer("fact_id"), .text("type"), .integer("test"), .integer("made_at"),
    .text("payload"),
  ]

  private static func save(_ events: [(RecordedFact, Announcement)], in change: Change) throws {
    guard !events.isEmpty else { return }
    // A person's `disabled` is meant; one that failed is to lose nothing.
    let endpoints = try WebhookEndpoint.all(in: change.tx).filter { $0.state != .disabled }
    let ids = try change.ids(events.count)
    var deliveries: [(endpoint: Int64, event: Int64)] = []
    for (id, (_, announcement)) in zip(ids, events) {
      for endpoint in endpoints where endpoint.wants(announcement.type, isTest: announcement.isTest) {
        deliveries.append((endpoint.id, id))
      }
    }
    try change.tx.insert(
      into: "webhook_event", eventColumns,
      rows: zip(ids, events).map { id, event in
        let (fact, announcement) = event
        return [
          .integer(id), .integer(fact.number.epoch), .integer(fact.number.id), .text(announcement.type),
          announcement.isTest.sqlValue, change.now.sqlValue, .text(EventPayload.text(announcement, of: fact)),
        ]
      })
    try Deliveries.add(deliveries, in: change)
  }
}
