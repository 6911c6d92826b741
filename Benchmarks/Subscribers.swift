import Foundation
import Kernel
import Store

/// A database of so many subscriptions and the renewals of the months behind them, made by set-based SQL: the rows and
/// columns that the engine would have left there, in the order in which it would have left them.
///
/// Left out: the sealed part of the journal (the facts are there, the tree over them begins behind them), and the fact
/// that each subscription began with.
struct Subscribers: Sendable {
  var subscriptions: Int
  /// Settled renewals behind each subscription.
  var months = 0
  /// Due in each of `windows`, an hour apart; the others fall due spread over the month after that.
  var due: Int
  var windows = 1
  var lanes = InstantPartner.lanes

  /// A period, so that times follow by arithmetic.
  static let period = Span.days(30)
  static let window = Span.hours(1)
  private static let chunk = 100_000
  private static let firstCustomer: Int64 = 1_000
  /// Rows that a renewal leaves behind.
  private static let rowsEach: Int64 = 6

  /// Spreads due dates over the table: who joined first is not due first. Prime, and no divisor of a round number.
  private static let stride: Int64 = 7_919

  private var count: Int64 { Int64(subscriptions) }
  private var firstRow: Int64 { Self.firstCustomer + 3 * count }

  /// The `position`th to fall due is this subscription.
  private var inverse: Int64 {
    var (a, b, x, y) = (Self.stride % count, count, Int64(1), Int64(0))
    while b != 0 { (a, b, x, y) = (b, a % b, y, x - a / b * y) }
    return ((x % count) + count) % count
  }

  /// - Returns: the moment at which the first `due` are due.
  func build(_ address: String) async throws -> Instant {
    guard subscriptions > 0, count % Self.stride != 0, due * windows <= subscriptions else {
      throw Failed("\(due) due in \(windows) windows do not fit \(subscriptions) subscriptions")
    }
    var limits = StoreLimits()
    limits.statement = .seconds(7_200)
    limits.durable = false
    let store = try await Store.open(address, limits: limits, logger: Bed.quiet)
    do {
      let now = try await fill(store)
      await store.close()
      return now
    } catch {
      await store.close()
      throw error
    }
  }

  private func fill(_ store: Store) async throws -> Instant {
    _ = try await store.migrate(Bed.migrations)
    let now = World.real.now()
    let indexes = try await Indexes.dropped(from: store)
    try await each(store) { tx, range in try people(tx, range, now) }
    for month in 0..<months {
      try await each(store) { tx, range in try history(tx, range, month, now) }
      note("\(month + 1) of \(months) months of \(subscriptions) renewals")
    }
    try await indexes.restore(in: store)
    let end = firstRow + Int64(months) * count * Self.rowsEach
    try await store.write { tx in
      try tx.execute("UPDATE identifier SET next = \(end + 1) WHERE id = 1")
      try tx.execute("UPDATE journal_head SET epoch = 0, id = \(end) WHERE one = 1")
      try tx.execute(
        """
        INSERT INTO plan (id, product, code, name, every, trial_days, grace_days, dunning)
        VALUES (1, 'club', 'monthly', 'Club', 'P30D', 0, 14, '1 3 5 7')
        """)
      try tx.execute("INSERT INTO price (plan, currency, amount) VALUES (1, 'EUR', \(Population.price))")
    }
    return now
  }

  /// Runs `body` for every chunk of positions, a transaction each.
  private func each(
    _ store: Store, _ body: @escaping @Sendable (Transaction, ClosedRange<Int64>) throws -> Void
  ) async throws {
    var next: Int64 = 0
    while next < count {
      let range = next...min(next + Int64(Self.chunk), count) - 1
      try await store.write { tx in try body(tx, range) }
      next = range.upperBound + 1
    }
  }

  // MARK: expressions of a position `p` among those that fall due

  /// A relation `n (p)` of the positions.
  private func positions(_ range: ClosedRange<Int64>, _ dialect: Dialect) -> SQL {
    dialect == .postgres
      ? "generate_series(\(range.lowerBound), \(range.upperBound)) AS n (p)"
      : """
      (WITH RECURSIVE n (p) AS (SELECT \(range.lowerBound) UNION ALL SELECT p + 1 FROM n WHERE p < \(range.upperBound))
       SELECT p FROM n) AS n
      """
  }

  /// The subscription's number, from 0, in the order of joining.
  private var number: SQL { "((p * \(inverse)) % \(count))" }

  private var lane: SQL {
    let cases = lanes.enumerated().reduce("" as SQL) { "\($0) WHEN \(Int64($1.offset)) THEN \($1.element)" }
    return "CASE \(number) % \(Int64(lanes.count)) \(cases) END"
  }

  private func dueAt(_ now: Instant) -> SQL {
    let (each, all) = (Int64(due), Int64(due * windows))
    let hour = Self.window.microseconds
    let gap = hour / 2 / max(1, each)
    let rest = (Self.period.microseconds - hour * Int64(windows + 2)) / count
    return """
      CASE WHEN p < \(all) THEN \(now.microseconds) + p / \(max(1, each)) * \(hour) - 1 - (p % \(max(1, each))) * \(gap)
      ELSE \(now.microseconds + hour * Int64(windows + 1)) + (p - \(all)) * \(rest) END
      """
  }

  private func people(_ tx: Transaction, _ range: ClosedRange<Int64>, _ now: Instant) throws {
    let behind = Self.period.microseconds * Int64(months)
    // In the order of joining: here the position is the number.
    try tx.execute(
      """
      INSERT INTO customer (id, reference, name, mail, zone, created_at)
      SELECT \(Self.firstCustomer) + 3 * p, 'c' || CAST(p AS TEXT), 'Person ' || CAST(p AS TEXT), NULL, 'UTC',
        \(now.microseconds - behind) FROM \(positions(range, tx.dialect))
      """)
    let joined: SQL = """
      SELECT p AS number, (p * \(Self.stride)) % \(count) AS p FROM \(positions(range, tx.dialect))
      """
    try tx.execute(
      """
      INSERT INTO payment_method (id, customer, lane, token, label, created_at)
      SELECT \(Self.firstCustomer) + 3 * number + 1, \(Self.firstCustomer) + 3 * number, \(lane),
        '+49' || CAST(15100000000 + number AS TEXT), 'card', \(now.microseconds - behind) FROM (\(joined)) AS j
      """)
    try tx.execute(
      """
      INSERT INTO subscription (id, customer, plan, method, amount, currency, zone, anchor, state, period, due_at,
        paid_until, created_at)
      SELECT \(Self.firstCustomer) + 3 * number + 2, \(Self.firstCustomer) + 3 * number, 1,
        \(Self.firstCustomer) + 3 * number + 1, \(Population.price), 'EUR', 'UTC', due - \(behind), 'active',
        \(Int64(months)), due, due, \(now.microseconds - behind)
      FROM (SELECT number, \(dueAt(now)) AS due FROM (\(joined)) AS j) AS k
      """)
  }

  // MARK: renewals of the past

  private func history(_ tx: Transaction, _ range: ClosedRange<Int64>, _ month: Int, _ now: Instant) throws {
    let back = Self.period.microseconds * Int64(months - month)
    let first = firstRow + Int64(month) * count * Self.rowsEach
    // `id` is the obligation's; the other rows follow it.
    let past: SQL = """
      (SELECT id, customer, lane, start, '01jd' || CAST(1000000000000000 + id AS TEXT) || 'amends' AS reference FROM (
        SELECT \(first) + p * \(Self.rowsEach) AS id, \(Self.firstCustomer) + 3 * \(number) AS customer, \(lane) AS lane,
          \(dueAt(now)) - \(back) AS start FROM \(positions(range, tx.dialect))) AS q) AS h
      """
    let second: Int64 = 1_000_000
    try tx.execute(
      """
      INSERT INTO obligation (id, subscription, customer, lane, period, period_start, period_end, amount, currency, state,
        opened_at, ended_at)
      SELECT id, customer + 2, customer, lane, \(Int64(month)), start, start + \(Self.period.microseconds),
        \(Population.price), 'EUR', 'settled', start + \(second), start + \(2 * second) FROM \(past)
      """)
    try tx.execute(
      """
      INSERT INTO effect (id, lane, kind, slot, reference, payload, state, rank, prepared_at, due_at, sent_at, tries,
        partner_id, ended_at)
      SELECT id + 1, lane, 'charge', 'obligation:' || CAST(id AS TEXT), reference,
        '{"amount":999,"currency":"EUR","description":"Club 2026-11-23","method":"tok-' || CAST(customer AS TEXT) || '"}',
        'done', 6, start + \(second), start + \(second), start + \(second), 1, 'pay-' || reference,
        start + \(2 * second) FROM \(past)
      """)
    let raw: SQL =
      tx.dialect == .postgres
      ? "convert_to('{\"id\":\"pay-' || reference || '\",\"status\":\"succeeded\",\"amount\":999,\"currency\":\"EUR\"}', 'UTF8')"
      : "CAST('{\"id\":\"pay-' || reference || '\",\"status\":\"succeeded\",\"amount\":999,\"currency\":\"EUR\"}' AS BLOB)"
    try tx.execute(
      """
      INSERT INTO evidence (id, lane, source, event_id, reference, partner_id, says, amount, currency, received_at,
        effect, state, raw)
      SELECT id + 2, lane, 'answer', 'answer/' || reference || '/1', reference, 'pay-' || reference, 'done',
        \(Population.price), 'EUR', start + \(2 * second), id + 1, 'applied', \(raw) FROM \(past)
      """)
    try tx.execute(
      """
      INSERT INTO capture (id, obligation, customer, effect, lane, partner_id, amount, currency, role, at, evidence)
      SELECT id + 3, id, customer, id + 1, lane, 'pay-' || reference, \(Population.price), 'EUR', 'due',
        start + \(2 * second), id + 2 FROM \(past)
      """)
    try tx.execute(
      """
      INSERT INTO fact (epoch, id, at, kind, subject, actor, body)
      SELECT 0, id + 4, start + \(second), 'renewalDue', 'customer:' || CAST(customer AS TEXT), 'system:renewals',
        '{"amount":999,"currency":"EUR","lane":"' || lane || '","obligation":' || CAST(id AS TEXT)
        || ',"reference":"' || reference || '"}' FROM \(past)
      """)
    try tx.execute(
      """
      INSERT INTO fact (epoch, id, at, kind, subject, actor, body)
      SELECT 0, id + 5, start + \(2 * second), 'chargeSettled', 'customer:' || CAST(customer AS TEXT), 'partner:' || lane,
        '{"amount":999,"currency":"EUR","evidence":' || CAST(id + 2 AS TEXT) || ',"obligation":' || CAST(id AS TEXT)
        || ',"transaction":"pay-' || reference || '"}' FROM \(past)
      """)
  }
}

/// The indexes that are no constraints: taken away while a database is filled, and made again from the schema's own words.
private struct Indexes: Sendable {
  let definitions: [String]

  static func dropped(from store: Store) async throws -> Indexes {
    try await store.write { tx in
      let rows = try tx.rows(
        tx.dialect == .postgres
          ? """
          SELECT CAST(indexname AS TEXT) AS name, indexdef AS text FROM pg_indexes
          WHERE schemaname = current_schema() AND indexname NOT LIKE '%\\_pkey' ORDER BY indexname
          """
          : "SELECT name, sql AS text FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
      for row in rows { try tx.execute(SQL(stringLiteral: "DROP INDEX \(try row.text("name"))")) }
      return Indexes(definitions: try rows.map { try $0.text("text") })
    }
  }

  func restore(in store: Store) async throws {
    for definition in definitions {
      try await store.write { tx in
        if tx.dialect == .postgres { try tx.execute("SET LOCAL maintenance_work_mem = '512MB'") }
        try tx.execute(SQL(stringLiteral: definition))
      }
    }
    note("\(definitions.count) indexes made")
  }
}
