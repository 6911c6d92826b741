import Kernel
import Store

/// A delivery: one event for one endpoint.
package struct Delivery: Sendable, Equatable {
  package enum State: String, Sendable, Codable, CaseIterable { case waiting, delivered, failed }

  package var id: Int64
  package var endpoint: Int64
  /// As the consumer sees it: `evt_0_812`.
  package var event: String
  package var type: String
  package var isTest: Bool
  package var madeAt: Instant
  package var state: State
  /// The next attempt of one that waits.
  package var dueAt: Instant
  package var tries: Int
  package var triedAt: Instant?
  package var endedAt: Instant?
  /// The HTTP status of the last attempt; `nil`: none came.
  package var status: Int?
  /// The first bytes of the last answer, or why there was none.
  package var answer: String?

  static let columns: StaticString =
    """
    d.id, d.endpoint, d.state, d.due_at, d.tries, d.tried_at, d.ended_at, d.status, d.answer, e.fact_epoch, e.fact_id,
    e.type, e.test, e.made_at
    """

  init(_ row: Row) throws {
    id = try row.integer("id")
    endpoint = try row.integer("endpoint")
    event = EventPayload.id(FactNumber(epoch: try row.integer("fact_epoch"), id: try row.integer("fact_id")))
    type = try row.text("type")
    isTest = try row.bool("test")
    madeAt = try row.instant("made_at")
    state = State(rawValue: try row.text("state")) ?? .waiting
    dueAt = try row.instant("due_at")
    tries = try row.int("tries")
    triedAt = try row.instantOrNull("tried_at")
    endedAt = try row.instantOrNull("ended_at")
    status = try row.integerOrNull("status").map { Int($0) }
    answer = try row.textOrNull("answer")
  }

  /// Of one endpoint, the newest first.
  /// - Parameter before: a delivery's number; `nil`: from the newest on.
  package static func page(
    of endpoint: Int64, failedOnly: Bool, before: Int64?, limit: Int, in tx: Transaction
  ) throws -> [Delivery] {
    let failed: SQL = failedOnly ? "AND d.state = 'failed'" : ""
    return try tx.rows(
      """
      SELECT \(name: columns) FROM webhook_delivery AS d JOIN webhook_event AS e ON e.id = d.event
      WHERE d.endpoint = \(endpoint) AND d.id < \(before ?? .max) \(failed) ORDER BY d.id DESC LIMIT \(limit)
      """
    ).map(Delivery.init)
  }

  package static func one(_ id: Int64, in tx: Transaction) throws -> Delivery? {
    try tx.row(
      """
      SELECT \(name: columns) FROM webhook_delivery AS d JOIN webhook_event AS e ON e.id = d.event WHERE d.id = \(id)
      """
    ).map(Delivery.init)
  }

  /// How many wait, counted as far as `countLimit`, and how many were given up.
  package static func counts(of endpoint: Int64, in tx: Transaction) throws -> (waiting: Int64, failed: Int64) {
    let waiting = try tx.integer(
      """
      SELECT count(*) FROM (SELECT id FROM webhook_delivery WHERE endpoint = \(endpoint) AND state = 'waiting'
      LIMIT \(countLimit)) AS w
      """)
    let failed = try tx.integer(
      """
      SELECT count(*) FROM (SELECT id FROM webhook_delivery WHERE endpoint = \(endpoint) AND state = 'failed'
      LIMIT \(countLimit)) AS f
      """)
    return (waiting ?? 0, failed ?? 0)
  }

  package static let countLimit = 10_000
}

enum Deliveries {
  private static let columns: [Column] = [
    .integer("id"), .integer("endpoint"), .integer("event"), .text("state"), .integer("due_at"),
    .integer("gives_up_at"),
  ]

  static func add(_ list: [(endpoint: Int64, event: Int64)], in change: Change) throws {
    guard !list.isEmpty else { return }
    let ids = try change.ids(list.count)
    try change.tx.insert(
      into: "webhook_delivery", columns,
      rows: zip(ids, list).map { id, new in
        [
          .integer(id), .integer(new.endpoint), .integer(new.event), .text("waiting"), change.now.sqlValue,
          (change.now + Backoff.givesUpAfter).sqlValue,
        ]
      })
  }

  /// The consumer is there again: what was put off for hours goes now. Only what was tried was put off, a few a rest.
  static func hasten(_ endpoint: Int64, in change: Change) throws {
    try change.tx.execute(
      """
      UPDATE webhook_delivery SET due_at = \(change.now) WHERE id IN (
        SELECT id FROM webhook_delivery WHERE endpoint = \(endpoint) AND state = 'waiting' AND due_at > \(change.now)
        ORDER BY due_at, id LIMIT 1000)
      """)
  }
}
