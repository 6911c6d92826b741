import Kernel
import Store

/// Questions that webhooks ask their own data.
enum WebhookChecks {
  static let all = [failing, disabled, late]

  static let failing = Check(
    name: "webhookFailing", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .days(1)
  ) { tx, now in
    try tx.rows(
      """
      SELECT id, failing_since FROM webhook_endpoint
      WHERE state = 'enabled' AND failing_since <= \(now - Backoff.alertsAfter) ORDER BY id LIMIT \(Check.limit)
      """
    ).map {
      let hours = (now - (try $0.instant("failing_since"))).microseconds / 3_600_000_000
      return .init(
        subject: "webhook:\(try $0.integer("id"))",
        message: "This endpoint has taken nothing for \(hours) hours. What it is owed waits for it.")
    }
  }

  static let disabled = Check(
    name: "webhookDisabled", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .days(2)
  ) { tx, _ in
    try tx.rows(
      "SELECT id, reason FROM webhook_endpoint WHERE state = 'failed' ORDER BY id LIMIT \(Check.limit)"
    ).map {
      .init(
        subject: "webhook:\(try $0.integer("id"))",
        message: "This endpoint was disabled: \(try $0.textOrNull("reason") ?? ""). Its events wait for 30 days.")
    }
  }

  /// An endpoint that is well, and deliveries that lie: no worker brings them, or too few.
  static let late = Check(
    name: "webhooksLate", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .hours(4)
  ) { tx, now in
    try tx.rows(
      """
      SELECT e.id FROM webhook_endpoint AS e WHERE e.state = 'enabled' AND e.failures = 0 AND EXISTS (
        SELECT 1 FROM webhook_delivery AS d WHERE d.endpoint = e.id AND d.state = 'waiting'
          AND d.due_at <= \(now - Backoff.alertsAfter))
      ORDER BY e.id LIMIT \(Check.limit)
      """
    ).map {
      .init(
        subject: "webhook:\(try $0.integer("id"))",
        message: "Deliveries to this endpoint have waited for more than an hour. Does a worker run, and has it the key?"
      )
    }
  }
}
