import Kernel
import Store
import Web

/// Reads what waits for a person: parked effects, messages of partners that were put aside or belong to nothing, and what other
/// parts hand in; all in one order, the most urgent first.
struct QueueQuery {
  let tx: Transaction
  let now: Instant
  let others: [WaitingSource]

  static let listed = 50
  /// A filter looks through so many things that wait, not more.
  static let searched = 10_000
  /// Who looks after messages, and by when: as the alerts about them say.
  static let stuck = (owner: "engineering", within: Span.hours(1))
  static let unmatched = (owner: "payments", after: Span.hours(1), within: Span.hours(25))

  struct Filter: Sendable, Equatable {
    var owner: String?
    var kind: String?

    var isEmpty: Bool { owner == nil && kind == nil }
  }

  /// Where a page begins: behind this one.
  struct Cursor {
    var deadline: Int64
    var source: Int
    var id: Int64

    init(deadline: Int64, source: Int, id: Int64) {
      self.deadline = deadline
      self.source = source
      self.id = id
    }

    init?(_ text: String) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
      guard parts.count == 3, let deadline = parts[0], let source = parts[1], let id = parts[2],
        (0..<100).contains(source)
      else { return nil }
      self.init(deadline: deadline, source: Int(source), id: id)
    }

    var text: String { "\(deadline).\(source).\(id)" }
  }

  func page(_ filter: Filter, after text: String?) throws -> QueuePage {
    let cursor = text.flatMap(Cursor.init)
    var found: [(item: WaitingItem, source: Int)] = []
    for (number, source) in sources(filter).enumerated() {
      guard let source else { continue }
      // Of one moment, sources come one after the other.
      let id = cursor.map { number < $0.source ? Int64.max : number == $0.source ? $0.id : -1 } ?? -1
      let window = WaitingSource.Window(
        now: now, afterDeadline: cursor?.deadline ?? .min, afterID: id, owner: filter.owner, limit: Self.listed + 1)
      found += try source.next(tx, window).map { ($0, number) }
    }
    found.sort { a, b in
      (a.item.deadline.microseconds, a.source, a.item.id) < (b.item.deadline.microseconds, b.source, b.item.id)
    }
    let shown = found.prefix(Self.listed)
    let next =
      found.count > Self.listed
      ? shown.last.map { Cursor(deadline: $0.item.deadline.microseconds, source: $0.source, id: $0.item.id).text } : nil
    let groups = try groups()
    return QueuePage(
      items: shown.map(\.item), next: next, filter: filter, groups: groups,
      isCut: groups.reduce(0) { $0 + $1.count } >= Self.searched, isFirst: text == nil)
  }

  /// nil where the filter asks for another kind; the numbers of sources are part of every cursor.
  private func sources(_ filter: Filter) -> [WaitingSource?] {
    let messages = filter.kind.map { $0 == "stuck" || $0 == "unmatched" }
    let others = self.others.map { filter.kind == nil || filter.kind == $0.kind ? $0 : nil }
    let isOfOthers = self.others.contains { $0.kind == filter.kind }
    let effects: WaitingSource? =
      messages == true || isOfOthers
      ? nil : WaitingSource(kind: "effect") { tx, window in try Self.effects(tx, window, kind: filter.kind) }
    let said: WaitingSource? =
      messages == false
      ? nil
      : WaitingSource(kind: "message") { tx, window in
        try Self.messages(tx, window).filter { filter.kind == nil || filter.kind == $0.kind }
      }
    return [effects, said] + others
  }

  private static func effects(
    _ tx: Transaction, _ window: WaitingSource.Window, kind: String?
  ) throws -> [WaitingItem] {
    // The inner question stops by itself; the outer one looks through what it found.
    let owner: SQL = window.owner.map { "AND owner = \($0)" } ?? ""
    let kind: SQL = kind.map { "AND kind = \($0)" } ?? ""
    return try tx.rows(
      """
      SELECT id, kind, slot, lane, reference, code, owner, deadline FROM (
        SELECT id, kind, slot, lane, reference, code, owner, deadline FROM effect
        WHERE owner IS NOT NULL AND ended_at IS NULL AND (deadline, id) > (\(window.afterDeadline), \(window.afterID))
          AND \(TestLane.isNot("lane")) ORDER BY deadline, id LIMIT \(Self.searched)) AS w
      WHERE deadline IS NOT NULL \(owner) \(kind) ORDER BY deadline, id LIMIT \(window.limit)
      """
    ).map { row in
      WaitingItem(
        kind: try row.text("kind"), id: try row.integer("id"), subject: try row.text("slot"),
        lane: try row.text("lane"),
        reference: try row.text("reference"), code: try row.textOrNull("code"), owner: try row.text("owner"),
        deadline: try row.instant("deadline"))
    }
  }

  /// One thing a lane: whoever looks after them looks after all of them.
  private static func messages(_ tx: Transaction, _ window: WaitingSource.Window) throws -> [WaitingItem] {
    let put = try tx.rows(
      """
      SELECT lane, count(*) AS n, min(received_at) AS oldest, min(id) AS first FROM (
        SELECT id, lane, received_at FROM evidence WHERE state = 'stuck' AND \(TestLane.isNot("lane"))
        LIMIT \(searched)) AS s
      GROUP BY lane ORDER BY lane LIMIT 100
      """)
    let lost = try tx.rows(
      """
      SELECT lane, count(*) AS n, min(received_at) AS oldest, min(id) AS first FROM (
        SELECT id, lane, received_at FROM evidence WHERE state = 'waiting' AND state IN ('new', 'waiting')
          AND received_at <= \(window.now - unmatched.after) AND \(TestLane.isNot("lane")) LIMIT \(searched)) AS w
      GROUP BY lane ORDER BY lane LIMIT 100
      """)
    func item(_ row: Row, _ kind: String, _ owner: String, _ within: Span) throws -> WaitingItem {
      WaitingItem(
        kind: kind, id: try row.integer("first"), lane: try row.text("lane"), count: try row.int("n"), owner: owner,
        deadline: try row.instant("oldest") + within, href: Paths.messages + "/" + kind)
    }
    let all =
      try put.map { try item($0, "stuck", stuck.owner, stuck.within) }
      + lost.map { try item($0, "unmatched", unmatched.owner, unmatched.within) }
    return all.filter {
      (window.owner == nil || window.owner == $0.owner)
        && ($0.deadline.microseconds, $0.id) > (window.afterDeadline, window.afterID)
    }
  }

  /// Whose things wait, and what they are, for the filters.
  private func groups() throws -> [QueuePage.Group] {
    let effects = try tx.rows(
      """
      SELECT owner, kind, count(*) AS n FROM (
        SELECT owner, kind FROM effect WHERE owner IS NOT NULL AND ended_at IS NULL AND \(TestLane.isNot("lane"))
        LIMIT \(Self.searched)) AS w
      GROUP BY owner, kind ORDER BY owner, kind LIMIT 200
      """
    ).map { QueuePage.Group(owner: try $0.text("owner"), kind: try $0.text("kind"), count: try $0.int("n")) }
    let window = WaitingSource.Window(
      now: now, afterDeadline: .min, afterID: -1, owner: nil, limit: Self.listed + 1)
    let more = try Self.messages(tx, window) + others.flatMap { try $0.next(tx, window) }
    return effects + more.map { QueuePage.Group(owner: $0.owner, kind: $0.kind, count: 1) }
  }

  /// One effect that waits, with all that was said about it.
  func waiting(_ id: Int64) throws -> WaitingPage.Matter? {
    let row = try tx.row(
      """
      SELECT \(name: Effect.columns), effect.owner, effect.deadline, effect.code, effect.ended_at FROM effect WHERE id = \(id)
      """)
    guard let row else { return nil }
    let evidence = try tx.rows(
      """
      SELECT id, source, event_id, says, code, partner_id, amount, currency, received_at, raw FROM evidence
      WHERE effect = \(id) ORDER BY id DESC LIMIT \(WaitingPage.listed)
      """
    ).map { row in
      WaitingPage.Piece(
        at: try row.instant("received_at"), source: try row.text("source"), says: try row.text("says"),
        code: try row.textOrNull("code"), transaction: try row.textOrNull("partner_id"),
        event: try row.text("event_id"),
        raw: try row.blob("raw"))
    }
    return WaitingPage.Matter(
      effect: try Effect(row), owner: try row.textOrNull("owner"), deadline: try row.instantOrNull("deadline"),
      code: try row.textOrNull("code"), endedAt: try row.instantOrNull("ended_at"), evidence: evidence)
  }

  /// Messages that were put aside, or belong to nothing, the oldest first.
  func messages(_ state: MessagesPage.State, after id: Int64) throws -> MessagesPage {
    // SQLite takes a partial index only for the words that it was made with.
    let which: SQL =
      switch state {
      case .stuck: "state = 'stuck'"
      case .unmatched: "state = 'waiting' AND state IN ('new', 'waiting')"
      }
    let rows = try tx.rows(
      """
      SELECT id, lane, source, reference, partner_id, says, code, received_at, raw FROM evidence
      WHERE \(which) AND id > \(id) ORDER BY id LIMIT \(Self.listed + 1)
      """)
    let shown = try rows.prefix(Self.listed).map { row in
      MessagesPage.Kept(
        id: try row.integer("id"), lane: try row.text("lane"), source: try row.text("source"),
        reference: try row.textOrNull("reference"), transaction: try row.textOrNull("partner_id"),
        says: try row.text("says"), code: try row.textOrNull("code"), at: try row.instant("received_at"),
        raw: try row.blob("raw"))
    }
    return MessagesPage(
      state: state, messages: shown, next: rows.count > Self.listed ? shown.last?.id : nil, isFirst: id <= 0)
  }
}
