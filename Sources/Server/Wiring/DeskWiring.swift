import Billing
import Desk
import Foundation
import Kernel
import Mail
import ServiceLifecycle
import Store
import Web

/// What the desk asks of parts that it does not know.
enum DeskWiring {
  static func neighbours() -> DeskNeighbours {
    DeskNeighbours(
      people: KnownNames.accounts,
      subjects: { tx, subjects in try links(subjects, in: tx) },
      waiting: [refusedRefunds, takenBack, IncidentWiring.objections],
      // Those that facts are told about; an obligation has none of its own, its customer has them.
      subjectFields: ["account", "customer", "effect", "incident", "lane", "launch", "plan"])
  }

  /// Everything leads to the page of the subscriber whose it is; a mail to that of its reader.
  private static func links(_ subjects: Set<String>, in tx: Transaction) throws -> [String: NamedLink] {
    let mails = Set(subjects.compactMap { $0.hasPrefix("mail:") ? Int64($0.dropFirst(5)) : nil })
    let readers = mails.isEmpty ? [:] : try MailModule.customers(of: mails, in: tx)
    var links = try KnownNames.people(tx, subjects.union(readers.values.map { "customer:\($0)" }))
    for (mail, customer) in readers { links["mail:\(mail)"] = links["customer:\(customer)"] }
    return links.merging(try IncidentWiring.links(subjects, in: tx)) { first, _ in first }
  }

  /// Refused refunds, by when the check about them tells somebody else.
  private static let refusedRefunds = WaitingSource(kind: "surplus") { tx, window in
    let within = Span.hours(4)
    guard window.owner == nil || window.owner == "finance" else { return [] }
    let after = Instant(microseconds: max(window.afterDeadline, within.microseconds) - within.microseconds)
    return try RefusedRefund.waiting(now: window.now, after: after, id: window.afterID, limit: window.limit, in: tx)
      .map { refund in
        WaitingItem(
          kind: "surplus", id: refund.id, subject: "customer:\(refund.customer)", lane: refund.lane, code: refund.code,
          amount: Amount(refund.amount, refund.currency), owner: "finance", deadline: refund.endedAt + within,
          href: Paths.subscriber(String(refund.customer)))
      }
  }
}

extension DeskWiring {
  /// Money that a payer's bank took back, until finance says what becomes of it.
  private static let takenBack = WaitingSource(kind: "takenBack") { tx, window in
    guard window.owner == nil || window.owner == "finance" else { return [] }
    return try WaitingChargeback.page(
      now: window.now, after: Instant(microseconds: window.afterDeadline), id: window.afterID, limit: window.limit,
      in: tx
    ).map {
      WaitingItem(
        kind: "takenBack", id: $0.id, subject: "customer:\($0.customer)", lane: $0.lane, amount: $0.amount,
        owner: $0.owner, deadline: $0.deadline, href: $0.href)
    }
  }
}

/// Ends a verification of the journal that is under way when the server stops.
struct VerifierService: ServiceLifecycle.Service {
  let verifier: JournalVerifier

  func run() async throws {
    try? await gracefulShutdown()
    await verifier.stop()
  }
}
