import Kernel
import Store

/// Questions that billing asks its own data. Each reads an index and stops at a bound. (`CROSS JOIN` keeps SQLite to the
/// order written: lanes first, and of each its newest counts. It would begin with all counts of two days.)
enum BillingChecks {
  /// Evidence that breaks a rule of the database: put aside so that the rest goes on, and for a person to look at.
  static let stuck = Check(
    name: "stuckEvidence", owner: "engineering", escalatesTo: "head of engineering", escalatesAfter: .hours(1)
  ) { tx, _ in
    let count = try tx.integer(
      """
      SELECT count(*) FROM (SELECT id FROM evidence WHERE state = 'stuck' AND \(TestLane.isNot("lane")) LIMIT 1000) AS s
      """)
    guard let count, count > 0 else { return [] }
    return [.init(subject: "inbox", message: "\(count) messages of partners contradict what is known; look at each.")]
  }

  static let all: [Check] = [
    stuck,
    unknownShare, notificationDelay, surplus, parkedOverdue, refundsRefused, refundsLate, unmatched, breakerOpen,
    switchedOff,
    renewalsLate, moneyMismatch, chargedBack,
  ]

  /// The first sign of story 1: more outcomes unknown than usual.
  static let unknownShare = Check(
    name: "unknownShare", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .minutes(15)
  ) { tx, now in
    let rows = try tx.rows(
      """
      SELECT w.lane, CAST(sum(w.sent) AS BIGINT) AS sent, CAST(sum(w.unknown) AS BIGINT) AS unknown
      FROM lane AS l CROSS JOIN lane_window AS w
      WHERE w.lane = l.name AND w.at >= \(now - .minutes(10)) AND \(TestLane.isNot("l.name"))
      GROUP BY w.lane HAVING sum(w.sent) >= 20 AND sum(w.unknown) * 20 >= sum(w.sent) ORDER BY w.lane
      """)
    return try rows.map {
      let (sent, unknown) = (try $0.integer("sent"), try $0.integer("unknown"))
      return .init(
        subject: "lane:\(try $0.text("lane"))",
        message:
          "Of \(sent) calls in ten minutes \(unknown) have an unknown outcome. Nobody is charged again for these.")
    }
  }

  /// The second: the partner took charges and says nothing, so that we have to ask. Five, and one in a hundred of those
  /// that it took.
  static let notificationDelay = Check(
    name: "notificationsLate", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .minutes(30)
  ) { tx, now in
    // Over an hour, for a partner with many charges, and over a day, for one with few.
    var found: [Check.Finding] = []
    for (window, words) in [(Span.hours(1), "an hour"), (.days(1), "a day")] {
      let rows = try tx.rows(
        """
        SELECT w.lane, CAST(sum(w.asked) AS BIGINT) AS late, CAST(sum(w.pending) AS BIGINT) AS taken
        FROM lane AS l CROSS JOIN lane_window AS w
        WHERE w.lane = l.name AND w.at >= \(now - window) AND \(TestLane.isNot("l.name"))
        GROUP BY w.lane HAVING sum(w.asked) >= 5 AND sum(w.asked) * 100 >= sum(w.pending) ORDER BY w.lane
        """)
      for row in rows {
        let subject = "lane:\(try row.text("lane"))"
        guard !found.contains(where: { $0.subject == subject }) else { continue }
        found.append(
          .init(
            subject: subject,
            message: "Within \(words) \(try row.integer("late")) charges became known only because we asked; "
              + "the partner took \(try row.integer("taken")). Its notifications come late or not at all."))
      }
    }
    let open = try tx.rows(
      """
      SELECT lane, count(*) AS late, min(sent_at) AS oldest FROM (
        SELECT lane, sent_at FROM effect
        WHERE state IN ('sent', 'unknown', 'pending') AND state = 'pending' AND asked > 0
          AND \(TestLane.isNot("lane")) LIMIT 10000) AS open
      GROUP BY lane HAVING count(*) >= 5 ORDER BY lane
      """)
    let known = Set(found.map(\.subject))
    return try found
      + open.compactMap {
        let subject = "lane:\(try $0.text("lane"))"
        let minutes = (now - (try $0.instant("oldest"))).microseconds / 60_000_000
        guard !known.contains(subject) else { return nil }
        return .init(
          subject: subject,
          message:
            "\(try $0.integer("late")) charges wait for a notification that is overdue, the oldest for \(minutes) "
            + "minutes. The partner is being asked.")
      }
  }

  /// What a partner refused to give back is told of by `refundsRefused`, for as long as it takes: it would keep this one open, and
  /// whoever is charged twice meanwhile would raise nothing.
  static let surplus = Check(
    name: "surplus", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .hours(1)
  ) { tx, _ in
    let row = try tx.row(
      """
      SELECT count(*) AS n FROM capture AS c LEFT JOIN refund AS r ON r.capture = c.id AND r.cause = 'surplus'
      WHERE c.role = 'surplus' AND (r.state = 'asked' OR (c.given_back + c.taken_back < c.amount
          AND NOT EXISTS (SELECT 1 FROM refund AS n WHERE n.capture = c.id AND n.state = 'refused')))
        AND \(TestLane.isNot("c.lane"))
      """)
    guard let row, case let count = try row.integer("n"), count > 0 else { return [] }
    return [
      .init(subject: "surplus", message: "\(count) payments were taken more than once and are not given back yet.")
    ]
  }

  static let parkedOverdue = Check(
    name: "decisionsOverdue", owner: "finance", escalatesTo: "head of finance", escalatesAfter: .days(1)
  ) { tx, now in
    let count = try tx.integer(
      """
      SELECT count(*) FROM (SELECT id FROM effect WHERE owner IS NOT NULL AND ended_at IS NULL AND deadline <= \(now)
        AND \(TestLane.isNot("lane")) LIMIT 1000) AS late
      """)
    guard let count, count > 0 else { return [] }
    return [.init(subject: "decisions", message: "\(count) charges wait for a person's decision past their date.")]
  }

  static let refundsRefused = Check(
    name: "refundsRefused", owner: "finance", escalatesTo: "head of finance", escalatesAfter: .hours(4)
  ) { tx, now in
    let count = try tx.integer(
      """
      SELECT count(*) FROM refund AS r JOIN capture AS c ON c.id = r.capture
      WHERE r.state = 'refused' AND \(RefusedRefund.isHeld)
        AND (r.cause = 'surplus' OR r.ended_at >= \(now - .days(30)))
        AND \(RefusedRefund.isNotAskedAnew)
        AND \(TestLane.isNot("c.lane"))
      """)
    guard let count, count > 0 else { return [] }
    return [
      .init(subject: "refunds", message: "\(count) refunds were refused by the partner; the money is still held.")
    ]
  }

  /// Money that somebody waits for, and that is tried again and again.
  static let refundsLate = Check(
    name: "refundsLate", owner: "finance", escalatesTo: "head of finance", escalatesAfter: .days(1)
  ) { tx, now in
    let late = try tx.row(
      """
      SELECT count(*) AS n, min(asked_at) AS oldest FROM (
        SELECT q.asked_at FROM refund AS q JOIN capture AS c ON c.id = q.capture
        WHERE q.state = 'asked' AND q.asked_at <= \(now - .days(2)) AND \(TestLane.isNot("c.lane")) LIMIT 1000) AS r
      """)
    guard let late, case let count = try late.integer("n"), count > 0 else { return [] }
    let days = (now - (try late.instant("oldest"))).microseconds / 86_400_000_000
    return [
      .init(
        subject: "refunds", message: "\(count) refunds have not come to an end for two days, the oldest for \(days).")
    ]
  }

  static let unmatched = Check(
    name: "unmatchedEvidence", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .days(1)
  ) { tx, now in
    let rows = try tx.rows(
      """
      SELECT lane, count(*) AS n FROM (
        SELECT lane FROM evidence WHERE state = 'waiting' AND state IN ('new', 'waiting') AND received_at <= \(now - .hours(1))
          AND \(TestLane.isNot("lane")) LIMIT 10000) AS w
      GROUP BY lane ORDER BY lane
      """)
    return try rows.map {
      .init(
        subject: "lane:\(try $0.text("lane"))",
        message:
          "\(try $0.integer("n")) messages speak of charges that are not ours, or not yet: they wait to be matched.")
    }
  }

  static let breakerOpen = Check(
    name: "partnerDown", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .minutes(15)
  ) { tx, _ in
    try tx.rows(
      "SELECT name FROM lane WHERE breaker <> 'closed' AND switch = 'on' AND \(TestLane.isNot("name")) ORDER BY name"
    ).map {
      .init(
        subject: "lane:\(try $0.text("name"))",
        message: "The partner does not answer as it should: new charges wait, and begin again by themselves in steps.")
    }
  }

  static let switchedOff = Check(
    name: "partnerStopped", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .hours(24)
  ) { tx, _ in
    try tx.rows(
      "SELECT name, reason FROM lane WHERE switch = 'off' AND \(TestLane.isNot("name")) ORDER BY name"
    ).map {
      .init(
        subject: "lane:\(try $0.text("name"))",
        message: "New charges are stopped by hand: \(try $0.textOrNull("reason") ?? "no reason given").")
    }
  }

  static let renewalsLate = Check(
    name: "renewalsLate", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .minutes(30)
  ) { tx, now in
    // What a stopped plan's subscribers owe waits on purpose.
    let oldest = try tx.integer(
      """
      SELECT due_at FROM subscription WHERE due_at <= \(now - .hours(1)) AND clock IS NULL
        AND plan NOT IN (SELECT plan FROM plan_stop) ORDER BY due_at LIMIT 1
      """)
    guard let oldest else { return [] }
    let minutes = (now.microseconds - oldest) / 60_000_000
    return [.init(subject: "renewals", message: "Renewals are \(minutes) minutes behind. Is a worker running?")]
  }

  /// Money that a payer's bank took back. Of some it is only written down what happened; here stand those that somebody has to
  /// look at, each with its own alert, until finance says what was decided.
  static let chargedBack = Check(
    name: "chargedBack", owner: "finance", escalatesTo: "head of finance", escalatesAfter: Chargeback.decideWithin
  ) { tx, now in
    let rows = try tx.rows(
      """
      SELECT b.id, b.lane, b.amount, b.currency, b.capture, b.twice, c.given_back FROM chargeback AS b
      LEFT JOIN capture AS c ON c.id = b.capture
      WHERE \(WaitingChargeback.isDue(now)) ORDER BY b.deadline, b.id LIMIT 100
      """)
    return try rows.map { row in
      let taken =
        "The payer's bank took \(try row.integer("amount")) minor units \(try row.text("currency")) back from "
        + "\(try row.text("lane"))"
      let why =
        switch try (row.integerOrNull("capture"), row.integer("twice"), row.integerOrNull("given_back") ?? 0) {
        case (nil, _, _): ", and no payment is known that it belongs to."
        case (_, 1..., _): ", and a refund gave the same money back: it went back twice. Nobody is charged for it."
        case (_, _, 1...): ", and a refund of the same payment is under way or done: look at both."
        default: ": the period is not paid after all. Nobody is charged again by itself, and access stays as it is."
        }
      return .init(subject: "chargeback:\(try row.integer("id"))", message: taken + why)
    }
  }

  /// A partner that took another amount than was asked for.
  static let moneyMismatch = Check(
    name: "amountDiffers", owner: "finance", escalatesTo: "head of finance", escalatesAfter: .hours(4)
  ) { tx, now in
    let rows = try tx.rows(
      """
      SELECT c.id, c.amount AS taken, o.amount AS owed, o.currency, c.lane FROM capture AS c
      JOIN obligation AS o ON o.id = c.obligation WHERE c.differs = 1 AND c.at >= \(now - .days(30))
        AND \(TestLane.isNot("c.lane")) LIMIT 100
      """)
    return try rows.map {
      .init(
        subject: "capture:\(try $0.integer("id"))",
        message:
          "\(try $0.text("lane")) took \(try $0.integer("taken")) instead of \(try $0.integer("owed")) minor units.")
    }
  }
}
