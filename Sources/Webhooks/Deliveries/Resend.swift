import Kernel
import Store

/// One delivery once more, whatever became of it. The consumer knows it again by its `webhook-id`.
package struct ResendDelivery: Command {
  package static let name = "resendDelivery"
  package static let allowed = AddWebhook.allowed

  package var delivery: Int64
  package var reason: String

  package init(delivery: Int64, reason: String) {
    self.delivery = delivery
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    try Reason.check(reason)
    guard
      let endpoint = try change.tx.integer("SELECT endpoint FROM webhook_delivery WHERE id = \(delivery) \(.forUpdate)")
    else { throw Refusal.noDelivery }
    try ResendSince.checkEnabled(endpoint, in: change)
    try ResendSince.again([delivery], in: change)
    change.record(WebhookChanged(endpoint: endpoint, what: "resent", host: nil, reason: reason))
    return true
  }
}

/// Everything since a time that an endpoint wants and did not get: what was given up, what came while it was disabled, what was
/// before it was added. A page at a time; whoever wants all asks again with `next`.
package struct ResendSince: Command {
  package static let name = "resendSince"
  package static let allowed = AddWebhook.allowed
  static let batch = 2_000

  package var endpoint: Int64
  package var since: Instant
  /// What was delivered as well: for a consumer that lost its own data.
  package var delivered: Bool
  package var after: String?

  package init(endpoint: Int64, since: Instant, delivered: Bool, after: String? = nil) {
    self.endpoint = endpoint
    self.since = since
    self.delivered = delivered
    self.after = after
  }

  package struct Page: Codable, Sendable, Equatable, LosslessStringConvertible {
    package var count: Int
    /// Hand this in as `after`; `nil`: that was all.
    package var next: String?

    package init(count: Int, next: String?) {
      self.count = count
      self.next = next
    }

    package init?(_ text: String) {
      let parts = text.split(separator: " ")
      guard let first = parts.first, let count = Int(first) else { return nil }
      self.init(count: count, next: parts.count > 1 ? String(parts[1]) : nil)
    }

    package var description: String { next.map { "\(count) \($0)" } ?? "\(count)" }
  }

  package func run(in change: Change) throws -> Page {
    let target = try Self.checkEnabled(endpoint, in: change)
    var place = (madeAt: since.microseconds, id: Int64(-1))
    if let after {
      let parts = after.split(separator: "-").map { Int64($0) }
      guard parts.count == 2, let madeAt = parts[0], let id = parts[1], madeAt >= since.microseconds else {
        throw Refusal(.invalid, "badCursor", "This is no place in a list of events.")
      }
      place = (madeAt, id)
    }
    let rows = try change.tx.rows(
      """
      SELECT e.id, e.type, e.test, e.made_at, d.id AS delivery, d.state FROM webhook_event AS e
      LEFT JOIN webhook_delivery AS d ON d.event = e.id AND d.endpoint = \(endpoint)
      WHERE (e.made_at, e.id) > (\(place.madeAt), \(place.id)) ORDER BY e.made_at, e.id LIMIT \(Self.batch)
      """)
    var (new, again): ([(endpoint: Int64, event: Int64)], [Int64]) = ([], [])
    for row in rows where target.wants(try row.text("type"), isTest: try row.bool("test")) {
      switch (try row.integerOrNull("delivery"), try row.textOrNull("state")) {
      case (let delivery?, let state?) where state != "delivered" || delivered: again.append(delivery)
      case (nil, _): new.append((endpoint, try row.integer("id")))
      default: break
      }
    }
    try Deliveries.add(new, in: change)
    try Self.again(again, in: change)
    let count = new.count + again.count
    if count > 0 { change.record(WebhookChanged(endpoint: endpoint, what: "resent", host: nil, reason: "\(count)")) }
    guard rows.count == Self.batch, let last = rows.last else { return Page(count: count, next: nil) }
    return Page(count: count, next: "\(try last.integer("made_at"))-\(try last.integer("id"))")
  }

  @discardableResult
  static func checkEnabled(_ endpoint: Int64, in change: Change) throws -> WebhookEndpoint {
    let target = try WebhookEndpoint.held(endpoint, in: change)
    guard target.state == .enabled else {
      throw Refusal.endpointDisabled
    }
    return target
  }

  static func again(_ deliveries: [Int64], in change: Change) throws {
    try change.tx.execute(
      """
      UPDATE webhook_delivery SET state = 'waiting', due_at = \(change.now), ended_at = NULL,
        gives_up_at = \(change.now + Backoff.givesUpAfter) WHERE id \(in: deliveries)
      """)
  }
}
