import Kernel
import Store
import Web

/// Reads how partners do. Every sum runs along a key and over a window that is bounded by time, every count stops at `counted`.
struct LaneQuery {
  let tx: Transaction
  let now: Instant

  static let listed = 100
  static let counted = 100_000
  /// How far back delays are compared.
  static let normal = Span.days(28)

  func all() throws -> [PartnerState] {
    try tx.rows(
      """
      SELECT name, switch, reason, switched_by, switched_at, breaker, opened, until, ramp, ramp_at FROM lane
      WHERE \(TestLane.isNot("name")) ORDER BY name LIMIT \(Self.listed)
      """
    ).map(state)
  }

  func one(_ name: String) throws -> PartnerPage.Matter? {
    let row = try tx.row(
      """
      SELECT name, switch, reason, switched_by, switched_at, breaker, opened, until, ramp, ramp_at FROM lane
      WHERE name = \(name)
      """)
    guard let row else { return nil }
    return PartnerPage.Matter(
      state: try state(row), hour: try hour(name), ages: try ages(name), delays: try delays(name),
      switches: try switches(name))
  }

  private func state(_ row: Row) throws -> PartnerState {
    let name = try row.text("name")
    let sums = try tx.row(
      """
      SELECT CAST(COALESCE(sum(sent), 0) AS BIGINT) AS sent, CAST(COALESCE(sum(done), 0) AS BIGINT) AS done,
        CAST(COALESCE(sum(refused), 0) AS BIGINT) AS refused, CAST(COALESCE(sum(pending), 0) AS BIGINT) AS pending,
        CAST(COALESCE(sum(unknown), 0) AS BIGINT) AS unknown, CAST(COALESCE(sum(asked), 0) AS BIGINT) AS asked
      FROM lane_window WHERE lane = \(name) AND at >= \(now - .hours(1))
      """)
    let open = try tx.row(
      """
      SELECT count(*) AS n, min(sent_at) AS oldest FROM (
        SELECT sent_at FROM effect WHERE lane = \(name) AND state IN ('sent', 'unknown', 'pending') AND state = 'unknown'
        LIMIT \(Self.counted)) AS u
      """)
    let waiting = try tx.integer(
      """
      SELECT count(*) FROM (SELECT id FROM effect WHERE lane = \(name) AND state = 'prepared' AND due_at <= \(now)
      LIMIT \(Self.counted)) AS w
      """)
    return PartnerState(
      name: name, gate: try gate(row), counts: try sums.map { try PartnerState.Counts($0) } ?? .init(),
      unknown: try open?.int("n") ?? 0, oldestUnknown: try open?.instantOrNull("oldest"), waiting: Int(waiting ?? 0))
  }

  private func gate(_ row: Row) throws -> PartnerState.Gate {
    let ramp = try row.int("ramp")
    if try row.text("switch") == "off" {
      return .stopped(
        since: try row.instantOrNull("switched_at") ?? now, by: try row.textOrNull("switched_by") ?? "",
        why: try row.textOrNull("reason"))
    }
    switch try row.text("breaker") {
    case "open": return .broken(until: try row.instantOrNull("until") ?? now, times: try row.int("opened"))
    case "halfOpen": return .trying(times: try row.int("opened"))
    default: return ramp < 100 ? .ramping(percent: ramp, next: try row.instantOrNull("ramp_at")) : .open
    }
  }

  /// The last hour in twelve parts of five minutes, the oldest first.
  private func hour(_ lane: String) throws -> [PartnerPage.Slice] {
    let length = Span.minutes(5).microseconds
    let end = now.microseconds / length + 1
    let rows = try tx.rows(
      """
      SELECT at / \(length) AS slot, CAST(sum(sent) AS BIGINT) AS sent, CAST(sum(done) AS BIGINT) AS done,
        CAST(sum(refused) AS BIGINT) AS refused, CAST(sum(pending) AS BIGINT) AS pending,
        CAST(sum(unknown) AS BIGINT) AS unknown, CAST(sum(asked) AS BIGINT) AS asked
      FROM lane_window WHERE lane = \(lane) AND at >= \((end - 12) * length) GROUP BY slot
      """)
    let known = Dictionary(
      try rows.map { (try $0.integer("slot"), try PartnerState.Counts($0)) }, uniquingKeysWith: { first, _ in first })
    return (end - 12..<end).map {
      PartnerPage.Slice(start: Instant(microseconds: $0 * length), counts: known[$0] ?? .init())
    }
  }

  /// Upper ends of the ages of what is open; what is older than the last is a bucket of its own.
  static let ageEnds: [Span] = [.minutes(1), .minutes(10), .hours(1), .hours(6), .days(1), .days(7)]

  private func ages(_ lane: String) throws -> PartnerPage.Ages {
    let ends = Self.ageEnds
    let rows = try tx.rows(
      """
      SELECT state, CASE WHEN sent_at > \(now - ends[0]) THEN 0 WHEN sent_at > \(now - ends[1]) THEN 1
        WHEN sent_at > \(now - ends[2]) THEN 2 WHEN sent_at > \(now - ends[3]) THEN 3 WHEN sent_at > \(now - ends[4]) THEN 4
        WHEN sent_at > \(now - ends[5]) THEN 5 ELSE 6 END AS age, count(*) AS n
      FROM (SELECT state, sent_at FROM effect WHERE lane = \(lane) AND state IN ('sent', 'unknown', 'pending')
        LIMIT \(Self.counted)) AS open
      WHERE state <> 'sent' GROUP BY 1, 2
      """)
    var ages = PartnerPage.Ages(
      unknown: [Int](repeating: 0, count: ends.count + 1), pending: [Int](repeating: 0, count: ends.count + 1))
    for row in rows {
      let (age, count) = (try row.int("age"), try row.int("n"))
      if try row.text("state") == "unknown" { ages.unknown[age] += count } else { ages.pending[age] += count }
    }
    return ages
  }

  /// By powers of two of a second: the last 24 hours, and the weeks before them.
  private func delays(_ lane: String) throws -> PartnerPage.Delays {
    let hour = now.seconds / 3_600
    func counts(_ hours: Range<Int64>) throws -> [Int64: Int64] {
      let rows = try tx.rows(
        """
        SELECT bucket, CAST(sum(count) AS BIGINT) AS n FROM lane_delay
        WHERE lane = \(lane) AND hour >= \(hours.lowerBound) AND hour < \(hours.upperBound) GROUP BY bucket
        """)
      return Dictionary(
        try rows.map { (try $0.integer("bucket"), try $0.integer("n")) }, uniquingKeysWith: { first, _ in first })
    }
    let start = hour - 23
    return PartnerPage.Delays(
      today: try counts(start..<hour + 1),
      before: try counts(start - Int64(Self.normal.seconds) / 3_600..<start))
  }

  /// Who stopped it and let it go again, the newest first.
  private func switches(_ lane: String) throws -> [PartnerPage.Switch] {
    try tx.rows(
      """
      SELECT epoch, id, at, actor, body FROM (
        SELECT epoch, id, at, actor, body, kind FROM fact WHERE subject = \("lane:\(lane)") ORDER BY id DESC LIMIT 1000
      ) AS f WHERE kind = 'laneSwitched' ORDER BY id DESC LIMIT 10
      """
    ).map { row in
      let body = FactFields(try row.text("body"))
      return PartnerPage.Switch(
        fact: FactNumber(epoch: try row.integer("epoch"), id: try row.integer("id")), at: try row.instant("at"),
        actor: try row.text("actor"), isOn: body["on"] == "1", reason: body["reason"] ?? "")
    }
  }
}

extension PartnerState.Counts {
  init(_ row: Row) throws {
    self.init(
      sent: try row.int("sent"), done: try row.int("done"), refused: try row.int("refused"),
      pending: try row.int("pending"), unknown: try row.int("unknown"), asked: try row.int("asked"))
  }
}
