import Kernel
import Store

/// Where a program listens, and which events it wants.
package struct WebhookEndpoint: Sendable, Equatable {
  package enum State: String, Sendable, Codable, CaseIterable {
    case enabled
    /// By a person: what happens meanwhile is not put aside for it.
    case disabled
    /// By itself, after `Backoff.disablesAfter` without one success. What happens meanwhile waits for it.
    case failed
    case removed
  }

  package var id: Int64
  package var url: String
  /// Public types; `*`: all of them.
  package var types: Set<String>
  /// Whether it hears of test customers too.
  package var tests: Bool
  package var state: State
  package var reason: String?
  package var changedAt: Instant
  /// Which secret signs, counted from 1.
  package var generation: Int64
  /// The secret before signs as well until here.
  package var olderUntil: Instant?
  /// Rounds of calls in a row of which not one was answered well.
  package var failures: Int
  package var failingSince: Instant?
  package var pausedUntil: Instant?
  package var madeAt: Instant

  /// More than anybody needs; each is looked at several times a second.
  static let most: Int64 = 100
  static let everything = "*"

  static let columns: StaticString =
    """
    id, url, types, tests, state, reason, changed_at, generation, older_until, failures, failing_since, paused_until,
    made_at
    """

  init(_ row: Row) throws {
    id = try row.integer("id")
    url = try row.text("url")
    types = Set(try row.text("types").split(separator: " ").map(String.init))
    tests = try row.bool("tests")
    state = State(rawValue: try row.text("state")) ?? .disabled
    reason = try row.textOrNull("reason")
    changedAt = try row.instant("changed_at")
    generation = try row.integer("generation")
    olderUntil = try row.instantOrNull("older_until")
    failures = try row.int("failures")
    failingSince = try row.instantOrNull("failing_since")
    pausedUntil = try row.instantOrNull("paused_until")
    madeAt = try row.instant("made_at")
  }

  package func wants(_ type: String, isTest: Bool) -> Bool {
    (tests || !isTest) && (types.contains(Self.everything) || types.contains(type))
  }

  /// The generations whose secrets sign now, the newest first.
  func signing(at now: Instant) -> [Int64] {
    if let olderUntil, now < olderUntil, generation > 1 { [generation, generation - 1] } else { [generation] }
  }

  /// Every endpoint that is not removed, the oldest first.
  package static func all(in tx: Transaction) throws -> [WebhookEndpoint] {
    try tx.rows(
      "SELECT \(name: columns) FROM webhook_endpoint WHERE state <> 'removed' ORDER BY id LIMIT \(most)"
    ).map(WebhookEndpoint.init)
  }

  package static func one(_ id: Int64, in tx: Transaction) throws -> WebhookEndpoint? {
    try tx.row("SELECT \(name: columns) FROM webhook_endpoint WHERE id = \(id) AND state <> 'removed'").map(
      WebhookEndpoint.init)
  }

  static func held(_ id: Int64, in change: Change) throws -> WebhookEndpoint {
    let row = try change.tx.row(
      "SELECT \(name: columns) FROM webhook_endpoint WHERE id = \(id) AND state <> 'removed' \(.forUpdate)")
    guard let row else { throw Refusal.noEndpoint }
    return try WebhookEndpoint(row)
  }
}
