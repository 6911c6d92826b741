import Kernel
import Store

/// Questions that this part asks its own data: whatever waits for a person has an owner and a date.
enum IncidentChecks {
  static let all = [notContained, objectionsOverdue, remediesRefused, targetMissed, actionsOverdue]

  static let notContained = Check(
    name: "notContained", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .minutes(30)
  ) { tx, now in
    try tx.rows(
      "SELECT id, title FROM incident WHERE state = 'open' AND noticed_at <= \(now - .hours(1)) ORDER BY id LIMIT 100"
    ).map {
      .init(
        subject: "incident:\(try $0.integer("id"))",
        message: "“\(try $0.text("title"))” is not contained an hour after it was noticed.")
    }
  }

  static let objectionsOverdue = Check(
    name: "objectionsOverdue", owner: "support", escalatesTo: "head of support", escalatesAfter: .days(1)
  ) { tx, now in
    let count =
      try tx.integer(
        """
        SELECT count(*) FROM (SELECT id FROM objection WHERE answered_at IS NULL AND due_at <= \(now) LIMIT 1000) AS o
        """) ?? 0
    return count == 0
      ? [] : [.init(subject: "objections", message: "\(count) people who said “this is not right” have no answer.")]
  }

  static let remediesRefused = Check(
    name: "remediesRefused", owner: "support", escalatesTo: "head of support", escalatesAfter: .days(2)
  ) { tx, _ in
    try tx.rows(
      """
      SELECT i.id, (SELECT count(*) FROM remedy AS r WHERE r.incident = i.id AND r.state = 'refused') AS n
      FROM incident AS i WHERE i.state <> 'closed' ORDER BY i.id LIMIT 100
      """
    ).filter { try $0.integer("n") > 0 }.map {
      .init(
        subject: "incident:\(try $0.integer("id"))",
        message: "\(try $0.integer("n")) remedies did not reach people: they have to be tried by other means.")
    }
  }

  static let targetMissed = Check(
    name: "targetMissed", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .days(1)
  ) { tx, now in
    try tx.rows(
      """
      SELECT i.id, i.target, count(a.id) AS people,
        CAST(COALESCE(sum(CASE WHEN a.state IN ('whole', 'unharmed') THEN 1 ELSE 0 END), 0) AS BIGINT) AS whole
      FROM incident AS i JOIN affected AS a ON a.incident = i.id
      WHERE i.state <> 'closed' AND i.target_at <= \(now) GROUP BY i.id, i.target
      HAVING sum(CASE WHEN a.state IN ('whole', 'unharmed') THEN 1 ELSE 0 END) * 100 < i.target * count(a.id)
      ORDER BY i.id LIMIT 100
      """
    ).map {
      .init(
        subject: "incident:\(try $0.integer("id"))",
        message:
          "\(try $0.integer("whole")) of \(try $0.integer("people")) people are whole; \(try $0.integer("target")) % were to be by now."
      )
    }
  }

  static let actionsOverdue = Check(
    name: "actionsOverdue", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .days(3)
  ) { tx, now in
    let count =
      try tx.integer(
        """
        SELECT count(*) FROM (SELECT id FROM lesson_action WHERE verified_at IS NULL AND due_at <= \(now) LIMIT 1000) AS a
        """) ?? 0
    return count == 0
      ? [] : [.init(subject: "actions", message: "\(count) actions of post-mortems are past their date.")]
  }
}
