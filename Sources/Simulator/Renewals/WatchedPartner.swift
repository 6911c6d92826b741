import Kernel

/// A partner as one worker reaches it: what it says is noted for the audit, and while a call is under way the world goes on.
struct WatchedPartner: FindsEveryEffect, RetrievesTransactions {
  let partner: BookCounterpart
  let told: Told
  /// Runs after the partner has acted and before its answer is there.
  let meanwhile: @Sendable (Reply) async -> Void

  var lane: String { partner.lane }
  var capabilities: Capabilities { partner.capabilities }

  func perform(_ order: Order) async -> Reply { await heard(await partner.perform(order), order) }
  func cancel(_ order: Order) async -> Reply { await heard(await partner.cancel(order), order) }
  func retrieve(_ order: Order, transaction: String) async -> Reply {
    await heard(await partner.retrieve(order, transaction: transaction), order)
  }

  func findAll(_ order: Order) async -> Findings {
    let findings = await partner.findAll(order)
    told.hear(findings.testimonies, lane: lane)
    _ = await heard(findings.reply, order)
    return findings
  }

  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] {
    try partner.open(message, now: now)
  }

  private func heard(_ reply: Reply, _ order: Order) async -> Reply {
    told.hear(reply, to: order, lane: lane)
    await meanwhile(reply)
    return reply
  }
}
