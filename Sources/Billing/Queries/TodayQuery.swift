import Foundation
import Kernel
import Store
import Web

/// Reads what the page of a day's renewals shows. Every list is bounded; sums run along an index that has all they need.
struct TodayQuery {
  let tx: Transaction
  let now: Instant
  let choice: DayChoice
  private var day: Range<Instant> { choice.bounds }

  func page() throws -> TodayPage {
    let sums = try sums()
    let all = try tx.integer(
      """
      SELECT count(*) FROM obligation WHERE period_start >= \(day.lowerBound) AND period_start < \(day.upperBound)
      """)
    let waived = try tx.integer(
      """
      SELECT count(*) FROM obligation WHERE state = 'waived' AND state IN ('uncollectable', 'waived')
        AND period_start >= \(day.lowerBound) AND period_start < \(day.upperBound)
      """)
    // Counted for themselves, from the few whose subscriptions are tests: the count of all runs along an index without lanes.
    let tests = try tx.integer(
      """
      SELECT count(*) FROM subscription AS s JOIN obligation AS o ON o.subscription = s.id
      WHERE s.clock IS NOT NULL AND o.state <> 'waived'
        AND o.period_start >= \(day.lowerBound) AND o.period_start < \(day.upperBound)
      """)
    let waiting = try tx.integer(
      """
      SELECT count(*) FROM (SELECT id FROM effect WHERE owner IS NOT NULL AND ended_at IS NULL
        AND \(TestLane.isNot("lane")) LIMIT 10000) AS w
      """)
    return TodayPage(
      day: choice, due: Int((all ?? 0) - (waived ?? 0) - (tests ?? 0)), states: Self.states(sums),
      partners: try partners(sums),
      decisions: try decisions(), decisionTotal: Int(waiting ?? 0), alerts: try alerts(), newest: try newest())
  }

  /// What charges of one state, one partner and one currency come to.
  private struct Sum {
    var state: ChargeState
    var lane: String
    var currency: String
    var count: Int
    var amount: Int64

    init(state: ChargeState, lane: String, currency: String, count: Int, amount: Int64) {
      (self.state, self.lane, self.currency, self.count, self.amount) = (state, lane, currency, count, amount)
    }

    init(_ state: ChargeState, _ row: Row) throws {
      self.init(
        state: state, lane: try row.text("lane"), currency: try row.text("currency"), count: try row.int("n"),
        amount: try row.integer("amount"))
    }
  }

  private func sums() throws -> [Sum] {
    let refused = try tx.rows(
      """
      SELECT lane, currency, count(*) AS n, CAST(sum(amount) AS BIGINT) AS amount FROM obligation
      WHERE state = 'uncollectable' AND state IN ('uncollectable', 'waived') AND \(TestLane.isNot("lane"))
        AND period_start >= \(day.lowerBound) AND period_start < \(day.upperBound)
      GROUP BY lane, currency
      """
    ).map { try Sum(.refused, $0) }
    let open = try tx.rows(
      """
      WITH c AS MATERIALIZED (
        SELECT o.lane, o.currency, o.amount, \(try OpenCharge.stands(in: tx)) AS stands FROM obligation AS o
        WHERE o.state = 'open' AND o.period_start >= \(day.lowerBound) AND o.period_start < \(day.upperBound)
          AND \(TestLane.isNot("o.lane")))
      SELECT stands, lane, currency, count(*) AS n, CAST(sum(amount) AS BIGINT) AS amount FROM c
      GROUP BY stands, lane, currency
      """
    ).map { try Sum(ChargeState(rawValue: try $0.text("stands")) ?? .unknown, $0) }
    return try settled() + refused + open
  }

  /// A partner and a currency after the other, each a range of the index: grouping 300,000 rows would sort them all.
  private func settled() throws -> [Sum] {
    var sums: [Sum] = []
    var lane = ""
    for _ in 0..<Self.lanes {
      guard
        let next = try tx.row(
          "SELECT lane FROM obligation WHERE state = 'settled' AND lane > \(lane) ORDER BY lane LIMIT 1")
      else { break }
      lane = try next.text("lane")
      // Over all test lanes in one step.
      if TestLane.isOne(lane) {
        lane = TestLane.end
        continue
      }
      var currency = ""
      for _ in 0..<Self.currencies {
        guard
          let next = try tx.row(
            """
            SELECT currency FROM obligation WHERE state = 'settled' AND lane = \(lane) AND currency > \(currency)
            ORDER BY currency LIMIT 1
            """)
        else { break }
        currency = try next.text("currency")
        let sum = try tx.row(
          """
          SELECT count(*) AS n, CAST(COALESCE(sum(amount), 0) AS BIGINT) AS amount FROM obligation
          WHERE state = 'settled' AND lane = \(lane) AND currency = \(currency)
            AND period_start >= \(day.lowerBound) AND period_start < \(day.upperBound)
          """)
        guard let sum, try sum.int("n") > 0 else { continue }
        sums.append(
          Sum(
            state: .settled, lane: lane, currency: currency, count: try sum.int("n"),
            amount: try sum.integer("amount")))
      }
    }
    return sums
  }

  /// More partners or currencies than anybody has; what lies beyond shows as states that do not add up.
  private static let lanes = 200
  private static let currencies = 200

  private static func states(_ sums: [Sum]) -> [TodayPage.StateCount] {
    ChargeState.allCases.map { state in
      let own = sums.filter { $0.state == state }
      let money = Dictionary(own.map { ($0.currency, $0.amount) }, uniquingKeysWith: +)
      return .init(
        state, own.reduce(0) { $0 + $1.count },
        money.sorted { $0.key < $1.key }.map { Amount($0.value, $0.key) })
    }
  }

  private func partners(_ sums: [Sum]) throws -> [TodayPage.Partner] {
    try tx.rows(
      """
      SELECT name, switch, reason, switched_by, switched_at, breaker, until, ramp FROM lane
      WHERE name <> 'mail' AND \(TestLane.isNot("name")) ORDER BY name LIMIT 100
      """
    ).map { row in
      let name = try row.text("name")
      let counts = try tx.row(
        """
        SELECT CAST(COALESCE(sum(sent), 0) AS BIGINT) AS sent FROM lane_window
        WHERE lane = \(name) AND at >= \(day.lowerBound) AND at < \(day.upperBound)
        """)
      let settled = sums.filter { $0.lane == name && $0.state == .settled }.reduce(0) { $0 + $1.count }
      let unknown = try tx.row(
        """
        SELECT count(*) AS n, min(sent_at) AS oldest FROM (
          SELECT sent_at FROM effect WHERE lane = \(name) AND state IN ('sent', 'unknown', 'pending') AND state = 'unknown'
          LIMIT 100000) AS u
        """)
      return TodayPage.Partner(
        name: name, gate: try gate(row), sent: try counts?.int("sent") ?? 0, settled: settled,
        unknown: try unknown?.int("n") ?? 0, oldestUnknown: try unknown?.instantOrNull("oldest"), delay: try delay(name)
      )
    }
  }

  private func gate(_ row: Row) throws -> TodayPage.Partner.Gate {
    if try row.text("switch") == "off" {
      return .stopped(
        since: try row.instantOrNull("switched_at") ?? now, by: try row.textOrNull("switched_by") ?? "somebody",
        why: try row.textOrNull("reason"))
    }
    if try row.text("breaker") != "closed" { return .broken(since: try row.instantOrNull("until") ?? now) }
    let ramp = try row.int("ramp")
    return ramp < 100 ? .ramping(percent: ramp) : .open
  }

  /// Today's delays of notifications beside those of the week before, from buckets of powers of two of a second.
  private func delay(_ lane: String) throws -> TodayPage.Partner.Delay? {
    let start = day.lowerBound.seconds / 3_600
    func buckets(_ hours: Range<Int64>) throws -> [(bucket: Int64, count: Int64)] {
      try tx.rows(
        """
        SELECT bucket, CAST(sum(count) AS BIGINT) AS n FROM lane_delay
        WHERE lane = \(lane) AND hour >= \(hours.lowerBound) AND hour < \(hours.upperBound) GROUP BY bucket ORDER BY bucket
        """
      ).map { (try $0.integer("bucket"), try $0.integer("n")) }
    }
    let today = try buckets(start..<start + 25)
    guard !today.isEmpty else { return nil }
    let before = try buckets(start - 168..<start)
    let normal = before.isEmpty ? today : before
    return .init(
      median: Self.quantile(0.5, today), p95: Self.quantile(0.95, today), normalMedian: Self.quantile(0.5, normal),
      normalP95: Self.quantile(0.95, normal))
  }

  /// The upper end of the bucket in which the quantile lies.
  static func quantile(_ share: Double, _ buckets: [(bucket: Int64, count: Int64)]) -> Span {
    let total = buckets.reduce(0) { $0 + $1.count }
    var seen: Int64 = 0
    for (bucket, count) in buckets {
      seen += count
      if Double(seen) >= Double(total) * share { return .seconds(1 << min(bucket, 40)) }
    }
    return .seconds(0)
  }

  private func decisions() throws -> [TodayPage.Decision] {
    try tx.rows(
      """
      SELECT \(name: Effect.columns), effect.owner, effect.deadline, effect.code FROM effect
      WHERE owner IS NOT NULL AND ended_at IS NULL AND \(TestLane.isNot("lane"))
      ORDER BY deadline, id LIMIT \(TodayPage.listed)
      """
    ).map { row in
      let effect = try Effect(row)
      return TodayPage.Decision(
        effect: effect.id, isRefund: effect.kind == Refund.kind, reference: effect.reference, partner: effect.lane,
        code: try row.textOrNull("code"), owner: try row.textOrNull("owner"),
        deadline: try row.instantOrNull("deadline") ?? now)
    }
  }

  private func alerts() throws -> [TodayPage.Alert] {
    try tx.rows(
      """
      SELECT name, subject, message, owner, escalated_to, raised_at, escalates_at FROM alert
      WHERE cleared_at IS NULL ORDER BY raised_at DESC LIMIT \(TodayPage.listed)
      """
    ).map { row in
      TodayPage.Alert(
        title:
          "\(AlertWords.title(try row.text("name"))) · \(try row.text("subject").split(separator: ":").last ?? "")",
        detail: try row.text("message"), owner: try row.textOrNull("escalated_to") ?? (try row.text("owner")),
        raisedAt: try row.instant("raised_at"),
        escalatesAt: try row.textOrNull("escalated_to") == nil ? try row.instant("escalates_at") : nil)
    }
  }

  private func newest() throws -> [TodayPage.Renewal] {
    try tx.rows(
      """
      SELECT c.stands, c.amount, c.currency, c.customer, c.lane, c.period_start, k.name AS person, p.name AS plan
      FROM (
        SELECT o.id, o.amount, o.currency, o.customer, o.lane, o.period_start, o.subscription, CASE o.state
          WHEN 'settled' THEN 'settled' WHEN 'uncollectable' THEN 'refused' ELSE \(try OpenCharge.stands(in: tx)) END AS stands
        FROM obligation AS o
        WHERE o.period_start >= \(day.lowerBound) AND o.period_start < \(day.upperBound) AND o.state <> 'waived'
          AND \(TestLane.isNot("o.lane"))
        ORDER BY o.period_start DESC, o.id DESC LIMIT \(TodayPage.listed)) AS c
      JOIN customer AS k ON k.id = c.customer JOIN subscription AS s ON s.id = c.subscription
      JOIN plan AS p ON p.id = s.plan
      ORDER BY c.period_start DESC, c.id DESC
      """
    ).map { row in
      TodayPage.Renewal(
        subscriberID: String(try row.integer("customer")), name: try row.text("person"), plan: try row.text("plan"),
        amount: Amount(try row.integer("amount"), try row.text("currency")), partner: try row.text("lane"),
        state: ChargeState(rawValue: try row.text("stands")) ?? .unknown, at: try row.instant("period_start"))
    }
  }
}

/// How an open charge stands: by the attempt that may still happen, of which there is one at most.
enum OpenCharge {
  /// Of the obligation `o`, which is open. Which partners stand still is read once and not for each of 300,000 charges; a
  /// subquery and no join, so that PostgreSQL goes along the index of what is live instead of reading all that ever was.
  static func stands(in tx: Transaction) throws -> SQL {
    let held = try tx.rows("SELECT name FROM lane WHERE switch = 'off' OR breaker = 'open' ORDER BY name LIMIT 200")
      .map { try $0.text("name") }
    return """
      COALESCE((SELECT CASE
        WHEN e.owner IS NOT NULL AND e.ended_at IS NULL THEN 'person'
        WHEN e.state IN ('sent', 'pending') THEN 'waiting' WHEN e.state = 'unknown' THEN 'unknown'
        WHEN e.state <> 'prepared' OR o.declines > 0 THEN 'refused'
        WHEN e.lane \(in: held) THEN 'held' ELSE 'unsent' END
        FROM effect AS e WHERE e.slot = 'obligation:' || CAST(o.id AS TEXT) AND e.live = 1), CASE
        WHEN EXISTS (SELECT 1 FROM effect AS e WHERE e.slot = 'obligation:' || CAST(o.id AS TEXT)) THEN 'refused'
        ELSE 'unsent' END)
      """
  }
}

/// What the checks are called on a page.
enum AlertWords {
  private static let titles = [
    "unknownShare": "Many unknown outcomes", "notificationsLate": "Notifications are late",
    "surplus": "Charged more than once", "decisionsOverdue": "Decisions are overdue",
    "refundsRefused": "Refunds refused", "refundsLate": "Refunds are late",
    "unmatchedEvidence": "Messages that belong to nothing",
    "partnerDown": "Partner does not answer", "partnerStopped": "Partner is stopped",
    "renewalsLate": "Renewals are behind", "stuckEvidence": "Messages that contradict",
    "amountDiffers": "Another amount was taken", "chargedBack": "A bank took money back",
  ]

  static func title(_ name: String) -> String { titles[name] ?? name }
}
