import Kernel
import Store

extension Courier {
  private static let columns: [Column] = [
    .integer("id"), .integer("tries"), .text("state"), .integer("due_at"), .integer("ended_at"), .integer("status"),
    .text("answer"),
  ]

  /// Writes down what became of the calls, and what follows for the endpoint. What was not called gets its turn back. Whoever
  /// has claimed a delivery since, or sent it again by hand, knows better.
  /// - Returns: whether the endpoint took something.
  func record(_ endpoint: Int64, _ claimed: [Claim], _ answers: [WebhookAnswer]) async throws -> Bool {
    let random = claimed.map { _ in kernel.world.random() }
    return try await kernel.change(by: .system("webhooks"), canRepeat: true) { change in
      let stillOurs: SQL = """
        webhook_delivery.id = \(column: "id") AND webhook_delivery.tries = \(column: "tries")
        AND webhook_delivery.state = 'waiting'
        """
      try change.tx.update(
        "webhook_delivery", [.integer("id"), .integer("tries"), .integer("due_at")],
        rows: claimed.dropFirst(answers.count).map {
          [.integer($0.id), .integer(Int64($0.tries)), $0.dueAt.sqlValue]
        },
        set: "tries = webhook_delivery.tries - 1, due_at = \(column: "due_at")", where: stillOurs)
      try change.tx.update(
        "webhook_delivery", Self.columns,
        rows: zip(zip(claimed, answers), random).map { Self.row($0.0, $0.1, $1, change.now) },
        set: """
          state = \(column: "state"), due_at = \(column: "due_at"), tried_at = \(change.now),
          ended_at = \(column: "ended_at"), status = \(column: "status"), answer = \(column: "answer")
          """,
        where: stillOurs)
      guard !answers.isEmpty else { return false }
      return try Self.judge(endpoint, answers, random.first ?? 0, in: change)
    }
  }

  private static func row(
    _ claim: Claim, _ answer: WebhookAnswer, _ random: UInt64, _ now: Instant
  ) -> [SQLValue] {
    let (status, text): (SQLValue, String) =
      switch answer {
      case .answered(let status, let start): (.integer(Int64(status)), start)
      case .none(let why): (.null, why)
      }
    let next = now + Backoff.pause(after: claim.tries, random)
    let isOver = answer.isTaken || next >= claim.givesUpAt
    return [
      .integer(claim.id), .integer(Int64(claim.tries)),
      .text(answer.isTaken ? "delivered" : isOver ? "failed" : "waiting"), next.sqlValue,
      isOver ? now.sqlValue : .null, status, .text(text),
    ]
  }

  /// An endpoint that takes something is well. One that takes nothing rests, longer each time, and is disabled in the end.
  private static func judge(
    _ id: Int64, _ answers: [WebhookAnswer], _ random: UInt64, in change: Change
  ) throws -> Bool {
    let isWell = answers.contains(where: \.isTaken)
    guard let endpoint = try WebhookEndpoint.one(id, in: change.tx), endpoint.state == .enabled else { return false }
    if isWell {
      guard endpoint.failures > 0 else { return true }
      try Endpoints.set(id, .enabled, nil, in: change)
      try Deliveries.hasten(id, in: change)
      return true
    }
    let since = endpoint.failingSince ?? change.now
    if answers.contains(where: \.isGone) {
      try fail(endpoint, "it answered that it is gone (410)", in: change)
    } else if change.now - since >= Backoff.disablesAfter {
      try fail(endpoint, "it took nothing for \(Backoff.disablesAfter.microseconds / 86_400_000_000) days", in: change)
    } else {
      try change.tx.execute(
        """
        UPDATE webhook_endpoint SET failures = failures + 1, failing_since = \(since),
          paused_until = \(change.now + Backoff.rest(after: endpoint.failures + 1, random)) WHERE id = \(id)
        """)
    }
    return false
  }

  private static func fail(_ endpoint: WebhookEndpoint, _ reason: String, in change: Change) throws {
    try Endpoints.set(endpoint.id, .failed, reason, in: change)
    change.record(WebhookChanged(endpoint: endpoint.id, what: "failed", host: nil, reason: reason))
  }
}
