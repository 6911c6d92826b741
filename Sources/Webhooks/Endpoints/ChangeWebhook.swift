import Kernel
import Store

// The acts on one endpoint.

/// A new secret. The one before signs beside it for a day, so that a consumer can change over without losing anything.
package struct RotateWebhookSecret: Command {
  package static let name = "rotateWebhookSecret"
  package static let allowed = AddWebhook.allowed
  package static let overlap = Span.hours(24)

  package var endpoint: Int64
  /// The old secret is known to somebody who should not know it: it signs no more.
  package var atOnce: Bool

  package init(endpoint: Int64, atOnce: Bool) {
    self.endpoint = endpoint
    self.atOnce = atOnce
  }

  /// - Returns: the generation of the new secret.
  package func run(in change: Change) throws -> Int64 {
    let old = try WebhookEndpoint.held(endpoint, in: change)
    try change.tx.execute(
      """
      UPDATE webhook_endpoint SET generation = \(old.generation + 1),
        older_until = \(atOnce ? nil : change.now + Self.overlap) WHERE id = \(endpoint)
      """)
    change.record(WebhookChanged(endpoint: endpoint, what: "secretRotated", host: nil, reason: nil))
    return old.generation + 1
  }
}

package struct DisableWebhook: Command {
  package static let name = "disableWebhook"
  package static let allowed = AddWebhook.allowed

  package var endpoint: Int64
  package var reason: String

  package init(endpoint: Int64, reason: String) {
    self.endpoint = endpoint
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    try Reason.check(reason)
    let old = try WebhookEndpoint.held(endpoint, in: change)
    guard old.state != .disabled else {
      throw Refusal.alreadyDisabled
    }
    try Endpoints.set(endpoint, .disabled, reason, in: change)
    change.record(WebhookChanged(endpoint: endpoint, what: "disabled", host: nil, reason: reason))
    return true
  }
}

/// Goes on, and begins with what waits. What came while it was disabled by a person is brought by `ResendSince`.
package struct EnableWebhook: Command {
  package static let name = "enableWebhook"
  package static let allowed = AddWebhook.allowed

  package var endpoint: Int64
  package var reason: String

  package init(endpoint: Int64, reason: String) {
    self.endpoint = endpoint
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    try Reason.check(reason)
    let old = try WebhookEndpoint.held(endpoint, in: change)
    guard old.state != .enabled else {
      throw Refusal.alreadyEnabled
    }
    try Endpoints.set(endpoint, .enabled, nil, in: change)
    try Deliveries.hasten(endpoint, in: change)
    change.record(WebhookChanged(endpoint: endpoint, what: "enabled", host: nil, reason: reason))
    return true
  }
}

/// Ends it. Its deliveries are forgotten with their events.
package struct RemoveWebhook: Command {
  package static let name = "removeWebhook"
  package static let allowed = AddWebhook.allowed

  package var endpoint: Int64
  package var reason: String

  package init(endpoint: Int64, reason: String) {
    self.endpoint = endpoint
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    try Reason.check(reason)
    _ = try WebhookEndpoint.held(endpoint, in: change)
    try Endpoints.set(endpoint, .removed, reason, in: change)
    change.record(WebhookChanged(endpoint: endpoint, what: "removed", host: nil, reason: reason))
    return true
  }
}

enum Reason {
  static func check(_ reason: String) throws(Refusal) {
    guard (3...500).contains(reason.count) else {
      throw Refusal(.invalid, "reasonMissing", "Say why, in 3 to 500 characters: it stands in the journal.")
    }
  }
}

enum Endpoints {
  /// Another state, and a clean record.
  static func set(_ id: Int64, _ state: WebhookEndpoint.State, _ reason: String?, in change: Change) throws {
    try change.tx.execute(
      """
      UPDATE webhook_endpoint SET state = \(state.rawValue), reason = \(reason), changed_at = \(change.now), failures = 0,
        failing_since = NULL, paused_until = NULL WHERE id = \(id)
      """)
  }
}

/// The journal names the host and not the address, which may hold a secret of the consumer's.
struct WebhookChanged: Fact {
  static let kind = "webhookChanged"
  let endpoint: Int64
  /// `added`, `secretRotated`, `disabled`, `failed`, `enabled`, `removed`, `resent`.
  let what: String
  let host: String?
  let reason: String?
  var subject: String { "webhook:\(endpoint)" }
  var body: FactBody { ["host": .init(host), "reason": .init(reason), "what": .text(what)] }
}
