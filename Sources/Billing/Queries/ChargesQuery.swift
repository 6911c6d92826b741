import Kernel
import Store
import Web

/// The charges of one day in one state, in the order in which they fell due, a page at a time.
struct ChargesQuery {
  let tx: Transaction
  let choice: DayChoice
  let state: ChargeState

  static let listed = 100
  /// Open charges that are looked at for one page: how each stands is not in an index.
  static let looked = 20_000

  /// Where the next page begins: after this charge. In an address: `1764370800000000.42`.
  struct Cursor: Sendable, CustomStringConvertible {
    var start: Int64
    var id: Int64
    var description: String { "\(start).\(id)" }

    init(start: Int64, id: Int64) { (self.start, self.id) = (start, id) }

    init?(_ text: String) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
      guard parts.count == 2, let start = parts[0], let id = parts[1] else { return nil }
      self.init(start: start, id: id)
    }
  }

  func page(after: Cursor?) throws -> ChargesPage {
    let cursor = after ?? Cursor(start: choice.bounds.lowerBound.microseconds, id: -1)
    var found: [Found] = []
    /// How far the open ones were looked through, where not to the end.
    var reached: Cursor?
    switch state {
    case .settled: found = try settled(cursor)
    case .refused:
      let open = try opened(cursor)
      let ended = try uncollectable(cursor)
      reached = open.reached
      // Beyond the place that was reached the open ones are not known yet.
      found = (open.found + ended.filter { one in reached.map { one.isUpTo($0) } ?? true })
        .sorted { ($0.start, $0.id) < ($1.start, $1.id) }
    default: (found, reached) = try opened(cursor)
    }
    let shown = Array(found.prefix(Self.listed))
    let next = found.count > Self.listed ? shown.last.map { Cursor(start: $0.start, id: $0.id) } : reached
    return ChargesPage(
      day: choice, state: state, charges: try named(shown), next: next?.description,
      looked: found.count <= Self.listed && reached != nil ? Self.looked : nil, isFirst: after == nil)
  }

  private struct Found {
    var id: Int64
    var start: Int64

    init(_ row: Row) throws { (id, start) = (try row.integer("id"), try row.integer("period_start")) }
    func isUpTo(_ cursor: Cursor) -> Bool { (start, id) <= (cursor.start, cursor.id) }
  }

  private func settled(_ after: Cursor) throws -> [Found] {
    try tx.rows(
      """
      SELECT id, period_start FROM obligation
      WHERE state = 'settled' AND \(TestLane.isNot("lane")) AND period_start < \(choice.bounds.upperBound)
        AND (period_start, id) > (\(after.start), \(after.id))
      ORDER BY period_start, id LIMIT \(Self.listed + 1)
      """
    ).map(Found.init)
  }

  private func uncollectable(_ after: Cursor) throws -> [Found] {
    try tx.rows(
      """
      SELECT id, period_start FROM obligation
      WHERE state = 'uncollectable' AND state IN ('uncollectable', 'waived') AND \(TestLane.isNot("lane"))
        AND period_start < \(choice.bounds.upperBound) AND (period_start, id) > (\(after.start), \(after.id))
      ORDER BY period_start, id LIMIT \(Self.listed + 1)
      """
    ).map(Found.init)
  }

  private func opened(_ after: Cursor) throws -> (found: [Found], reached: Cursor?) {
    let found = try tx.rows(
      """
      SELECT id, period_start FROM (
        SELECT o.id, o.period_start, \(try OpenCharge.stands(in: tx)) AS stands FROM (
          SELECT id, period_start, declines FROM obligation
          WHERE state = 'open' AND \(TestLane.isNot("lane")) AND period_start < \(choice.bounds.upperBound)
            AND (period_start, id) > (\(after.start), \(after.id))
          ORDER BY period_start, id LIMIT \(Self.looked)) AS o) AS c
      WHERE stands = \(state.rawValue) ORDER BY period_start, id LIMIT \(Self.listed + 1)
      """
    ).map(Found.init)
    let last = try tx.row(
      """
      SELECT id, period_start FROM obligation
      WHERE state = 'open' AND \(TestLane.isNot("lane")) AND period_start < \(choice.bounds.upperBound) AND (period_start, id) > (\(after.start), \(after.id))
      ORDER BY period_start, id LIMIT 1 OFFSET \(Self.looked - 1)
      """)
    return (found, try last.map { Cursor(start: try $0.integer("period_start"), id: try $0.integer("id")) })
  }

  private func named(_ found: [Found]) throws -> [TodayPage.Renewal] {
    guard !found.isEmpty else { return [] }
    return try tx.rows(
      """
      SELECT o.amount, o.currency, o.customer, o.lane, o.period_start, k.name AS person, p.name AS plan
      FROM obligation AS o JOIN customer AS k ON k.id = o.customer JOIN subscription AS s ON s.id = o.subscription
      JOIN plan AS p ON p.id = s.plan WHERE o.id \(in: found.map(\.id)) ORDER BY o.period_start, o.id
      """
    ).map { row in
      TodayPage.Renewal(
        subscriberID: String(try row.integer("customer")), name: try row.text("person"), plan: try row.text("plan"),
        amount: Amount(try row.integer("amount"), try row.text("currency")), partner: try row.text("lane"),
        state: state, at: try row.instant("period_start"))
    }
  }
}
