import Foundation
import Kernel
import Store
import Synchronization

/// The limit: the rows that a renewal leaves behind, written by a short program with the same driver, the same batches and the
/// same three commits (what is owed · sent · what came of it). It keeps none of the engine's promises: no keys, no gate, no
/// seal, no check of what it finds.
final class PlainSQL: Sendable {
  let store: Store
  let batch: Int
  private let ids = Mutex<Int64>(1 << 40)

  init(_ store: Store, batch: Int) {
    self.store = store
    self.batch = batch
  }

  /// Renews what is due, `workers` side by side.
  func run(workers: Int, limit: Int = .max) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers { group.addTask { try await self.work(limit: limit / workers) } }
      try await group.waitForAll()
    }
  }

  private struct Due: Sendable {
    let subscription: Int64
    let customer: Int64
    let lane: String
    let token: String
    let start: Int64
    let end: Int64
    let obligation: Int64
    let effect: Int64
    let reference: String
  }

  private func work(limit: Int) async throws {
    var cursor: (Int64, Int64) = (-1, -1)
    var done = 0
    while done < limit {
      let at = cursor
      let due = try await store.write { tx in try self.open(tx, after: at) }
      guard let last = due.last else { return }
      cursor = (last.start, last.subscription)
      try await store.write { tx in try self.send(due, tx) }
      let replies = due.map { InstantPartner.reply($0.reference) }
      try await store.write { tx in try self.settle(due, replies, tx) }
      done += due.count
    }
  }

  private func take(_ count: Int) -> Int64 {
    ids.withLock { next in
      defer { next += Int64(count) }
      return next
    }
  }

  private func facts(_ due: [Due], kind: String, _ tx: Transaction, _ body: (Due) -> String) throws {
    let epoch = try tx.integer("SELECT \(.epoch)") ?? 0
    let first = take(due.count)
    let now = Instant.now
    try tx.insert(
      into: "fact",
      [
        .integer("id"), .integer("epoch"), .integer("at"), .text("kind"), .text("subject"), .text("actor"),
        .text("body"),
      ],
      rows: due.enumerated().map { offset, one in
        [
          .integer(first + Int64(offset)), .integer(epoch), .integer(now), .text(kind),
          .text("customer:\(one.customer)"),
          .text("system:plain"), .text(body(one)),
        ]
      })
  }

  private func open(_ tx: Transaction, after cursor: (Int64, Int64)) throws -> [Due] {
    let now = Instant.now
    let claimed = try tx.rows(
      """
      SELECT id FROM subscription WHERE due_at <= \(now) AND (due_at, id) > (\(cursor.0), \(cursor.1))
      ORDER BY due_at, id LIMIT \(batch) \(.skipLocked)
      """
    ).map { try $0.integer("id") }
    guard !claimed.isEmpty else { return [] }
    let first = take(claimed.count * 2)
    let rows = try tx.rows(
      """
      SELECT s.id, s.customer, s.due_at, m.lane, m.token FROM subscription AS s JOIN payment_method AS m ON m.id = s.method
      WHERE s.id \(in: claimed) ORDER BY s.due_at, s.id
      """)
    let due = try rows.enumerated().map { offset, row in
      let id = first + Int64(offset) * 2
      let start = try row.integer("due_at")
      return Due(
        subscription: try row.integer("id"), customer: try row.integer("customer"), lane: try row.text("lane"),
        token: try row.text("token"), start: start, end: start + 30 * 86_400_000_000, obligation: id, effect: id + 1,
        reference: String(format: "%010lx%016lx", now / 1_000, id))
    }
    try tx.insert(
      into: "obligation",
      [
        .integer("id"), .integer("subscription"), .integer("customer"), .text("lane"), .integer("period"),
        .integer("period_start"), .integer("period_end"), .integer("amount"), .integer("opened_at"), .text("currency"),
        .text("state"),
      ],
      rows: due.map {
        [
          .integer($0.obligation), .integer($0.subscription), .integer($0.customer), .text($0.lane), .integer(1),
          .integer($0.start), .integer($0.end), .integer(Population.price), .integer(now), .text("EUR"), .text("open"),
        ]
      })
    try tx.update(
      "subscription", [.integer("id"), .integer("due_at")],
      rows: due.map { [.integer($0.subscription), .integer($0.end)] },
      set: "period = period + 1, due_at = \(column: "due_at")", where: "subscription.id = \(column: "id")")
    try tx.insert(
      into: "effect",
      [
        .integer("id"), .text("lane"), .text("kind"), .text("slot"), .text("reference"), .text("payload"),
        .text("state"), .integer("rank"), .integer("prepared_at"), .integer("due_at"),
      ],
      rows: due.map {
        [
          .integer($0.effect), .text($0.lane), .text("charge"), .text("obligation:\($0.obligation)"),
          .text($0.reference),
          .text(#"{"amount":999,"currency":"EUR","description":"Club 2026-11-23","method":"\#($0.token)"}"#),
          .text("prepared"), .integer(0), .integer(now), .integer(now),
        ]
      })
    try facts(due, kind: "renewalDue", tx) {
      #"{"amount":999,"currency":"EUR","lane":"\#($0.lane)","obligation":\#($0.obligation),"reference":"\#($0.reference)"}"#
    }
    return due
  }

  private func send(_ due: [Due], _ tx: Transaction) throws {
    let now = Instant.now
    _ = try tx.execute(
      """
      UPDATE effect SET state = 'sent', rank = 1, sent_at = \(now), lease = 1, next_at = \(now + 600_000_000),
        tries = tries + 1
      WHERE id \(in: due.map(\.effect))
      """)
  }

  private func settle(_ due: [Due], _ replies: [Reply], _ tx: Transaction) throws {
    let now = Instant.now
    let first = take(due.count * 2)
    try tx.insert(
      into: "evidence",
      [
        .integer("id"), .text("lane"), .text("source"), .text("event_id"), .text("reference"), .text("partner_id"),
        .text("says"), .integer("amount"), .text("currency"), .integer("received_at"), .integer("effect"),
        .text("state"), .blob("raw"),
      ],
      rows: zip(due, replies).enumerated().map { offset, pair in
        let (one, reply) = pair
        return [
          .integer(first + Int64(offset)), .text(one.lane), .text("answer"), .text("answer/\(one.reference)/1"),
          .text(one.reference), .text(reply.transaction ?? ""), .text("done"), .integer(Population.price),
          .text("EUR"), .integer(now), .integer(one.effect), .text("applied"), .blob(reply.raw),
        ]
      })
    try tx.update(
      "effect", [.integer("id"), .text("partner_id")],
      rows: zip(due, replies).map { [.integer($0.effect), .text($1.transaction ?? "")] },
      set: """
        state = 'done', rank = 6, partner_id = \(column: "partner_id"), next_at = NULL, ended_at = \(now), lease = NULL
        """, where: "effect.id = \(column: "id")")
    try tx.insert(
      into: "capture",
      [
        .integer("id"), .integer("obligation"), .integer("customer"), .integer("effect"), .text("lane"),
        .text("partner_id"), .integer("amount"), .text("currency"), .text("role"), .integer("at"),
        .integer("evidence"), .integer("differs"),
      ],
      rows: zip(due, replies).enumerated().map { offset, pair in
        let (one, reply) = pair
        return [
          .integer(first + Int64(due.count + offset)), .integer(one.obligation), .integer(one.customer),
          .integer(one.effect), .text(one.lane), .text(reply.transaction ?? ""), .integer(Population.price),
          .text("EUR"), .text("due"), .integer(now), .integer(first + Int64(offset)), .integer(0),
        ]
      })
    _ = try tx.execute(
      "UPDATE obligation SET state = 'settled', ended_at = \(now) WHERE id \(in: due.map(\.obligation))")
    try tx.update(
      "subscription", [.integer("id"), .integer("paid_until")],
      rows: due.map { [.integer($0.subscription), .integer($0.end)] }, set: "paid_until = \(column: "paid_until")",
      where: "subscription.id = \(column: "id")")
    try facts(due, kind: "chargeSettled", tx) {
      #"{"amount":999,"currency":"EUR","evidence":1,"obligation":\#($0.obligation),"transaction":"pay-\#($0.reference)"}"#
    }
  }
}

extension Instant {
  /// Microseconds since 1970.
  fileprivate static var now: Int64 { World.real.now().microseconds }
}
