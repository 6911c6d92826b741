import Kernel
import Store
import Web

/// Reads the journal, newest first, along two indexes that are there for other reasons: the order of sealing, and the subject.
/// Kind, actor and day have none (each would cost every charge a write): the newest `searched` facts are looked through, and the
/// page says how far it got (docs/decisions/022).
struct FactQuery {
  let tx: Transaction

  static let listed = 50
  static let searched = 20_000

  struct Filter: Sendable, Equatable {
    var kind: String?
    var subject: String?
    var actor: String?
    /// As it was entered: `2026-03-03`.
    var day: String?
    /// That day in the console's zone.
    var range: Range<Instant>?

    var isEmpty: Bool { kind == nil && subject == nil && actor == nil && range == nil }
  }

  func page(_ filter: Filter, before text: String?) throws -> FactsPage {
    let start = try text.flatMap(FactNumber.init) ?? top(filter)
    let scan = try scan(filter, before: start)
    let found = try scan.found.map(FactsPage.Line.init)
    let shown = Array(found.prefix(Self.listed))
    // More were found than fit; or the search came to its bound, and goes on from there.
    var next = found.count > Self.listed ? shown.last?.number : nil
    var searchedTo: Instant?
    if next == nil, let end = scan.end, !isBefore(end.at, filter) {
      next = end.number
      searchedTo = end.at
    }
    return FactsPage(
      filter: filter, facts: shown, next: next, searchedTo: searchedTo, isFirst: text == nil,
      kinds: try kinds())
  }

  /// Above everything, or above the day that is asked for.
  private func top(_ filter: Filter) throws -> FactNumber {
    guard let range = filter.range, filter.subject == nil,
      let first = try Journal.first(after: range.upperBound + Journal.disorder, in: tx)
    else { return FactNumber(epoch: .max, id: .max) }
    return first
  }

  /// What is this much older than the day cannot be of it.
  private func isBefore(_ at: Instant, _ filter: Filter) -> Bool {
    filter.range.map { at < $0.lowerBound - Journal.disorder } ?? false
  }

  private func scan(_ filter: Filter, before start: FactNumber) throws -> (
    found: [Row], end: (number: FactNumber, at: Instant)?
  ) {
    let place: SQL =
      filter.subject.map { "subject = \($0) AND id < \(start.id)" }
      ?? "(epoch, id) < (\(start.epoch), \(start.id))"
    let order: SQL = filter.subject == nil ? "epoch DESC, id DESC" : "id DESC"
    let kind: SQL = filter.kind.map { "AND kind = \($0)" } ?? ""
    let actor: SQL = filter.actor.map { "AND actor = \($0)" } ?? ""
    let day: SQL = filter.range.map { "AND at >= \($0.lowerBound) AND at < \($0.upperBound)" } ?? ""
    // Where everything fits, a page is all that has to be read.
    let isSearch = filter.kind != nil || filter.actor != nil || filter.range != nil
    let bound = isSearch ? Self.searched : Self.listed + 1
    let found = try tx.rows(
      """
      SELECT epoch, id, at, kind, subject, actor, body FROM (
        SELECT epoch, id, at, kind, subject, actor, body FROM fact WHERE \(place) ORDER BY \(order) LIMIT \(bound)
      ) AS f WHERE id >= 0 \(kind) \(actor) \(day) ORDER BY \(order) LIMIT \(Self.listed + 1)
      """)
    guard isSearch else { return (found, nil) }
    let end = try tx.row(
      "SELECT epoch, id, at FROM fact WHERE \(place) ORDER BY \(order) LIMIT 1 OFFSET \(Self.searched - 1)")
    return (
      found,
      try end.map { (FactNumber(epoch: try $0.integer("epoch"), id: try $0.integer("id")), try $0.instant("at")) }
    )
  }

  /// The kinds among the newest facts, to choose from; any other can be entered.
  private func kinds() throws -> [String] {
    try tx.rows(
      """
      SELECT DISTINCT kind FROM (SELECT kind FROM fact ORDER BY epoch DESC, id DESC LIMIT 2000) AS f ORDER BY kind LIMIT 100
      """
    ).map { try $0.text("kind") }
  }

  func fact(_ number: FactNumber) throws -> FactsPage.Line? {
    try tx.row(
      """
      SELECT epoch, id, at, kind, subject, actor, body FROM fact WHERE epoch = \(number.epoch) AND id = \(number.id)
      """
    ).map(FactsPage.Line.init)
  }

  /// The facts of the same subject beside this one.
  func neighbours(_ line: FactsPage.Line) throws -> (earlier: FactNumber?, later: FactNumber?) {
    func first(_ row: Row?) throws -> FactNumber? {
      try row.map { FactNumber(epoch: try $0.integer("epoch"), id: try $0.integer("id")) }
    }
    let earlier = try tx.row(
      """
      SELECT epoch, id FROM fact WHERE subject = \(line.subject) AND id < \(line.number.id) ORDER BY id DESC LIMIT 1
      """)
    let later = try tx.row(
      "SELECT epoch, id FROM fact WHERE subject = \(line.subject) AND id > \(line.number.id) ORDER BY id LIMIT 1")
    return (try first(earlier), try first(later))
  }

  /// What the last verification found, by whoever asked for it, on any server.
  func lastVerification() throws -> FactsPage.Verified? {
    let row = try tx.row(
      """
      SELECT epoch, id, at, kind, subject, actor, body FROM (
        SELECT epoch, id, at, kind, subject, actor, body FROM fact WHERE subject = \(JournalVerified.about)
        ORDER BY id DESC LIMIT 100) AS f
      WHERE kind = \(JournalVerified.kind) ORDER BY id DESC LIMIT 1
      """)
    guard let row else { return nil }
    let line = try FactsPage.Line(row)
    let fields = FactFields(line.body)
    return FactsPage.Verified(
      at: line.at, actor: line.actor, facts: fields["facts"].flatMap(Int64.init) ?? 0,
      checkpoints: fields["checkpoints"].flatMap(Int64.init) ?? 0,
      problems: fields["problems"].flatMap(Int64.init) ?? 0, first: fields["first"], fact: line.number)
  }
}

extension FactsPage.Line {
  init(_ row: Row) throws {
    self.init(
      number: FactNumber(epoch: try row.integer("epoch"), id: try row.integer("id")), at: try row.instant("at"),
      kind: try row.text("kind"), subject: try row.text("subject"), actor: try row.text("actor"),
      body: try row.text("body"))
  }
}
