import Accounts
import Billing
import Foundation
import Kernel
import Mail
import Synchronization
import Words

/// Who the subscribers are, for those who let them in; and their mails.
enum SubscriberLetters {
  static let directory = SubscriberDirectory(
    byMail: { mail, tx in try Billing.Subscriber.byMail(mail, in: tx).map(contact) },
    byNumber: { id, tx in try Billing.Subscriber.byID(id, in: tx).map(contact) },
    byReference: { reference, tx in try Billing.Subscriber.byReference(reference, in: tx).map(contact) })

  private static func contact(_ subscriber: Billing.Subscriber) -> SubscriberContact {
    SubscriberContact(
      customer: subscriber.id, reference: subscriber.reference, name: subscriber.name, mail: subscriber.mail ?? "",
      language: subscriber.language, zone: subscriber.zone)
  }

  static func sender(_ mailer: Mailer) -> SendSubscriberLink {
    { contact, language, link, until, change in
      // An address that is none reaches nobody; whoever asks for a link must not learn that somebody has it.
      guard let address = try? MailAddress(contact.mail) else { return }
      let recipient = MailRecipient(
        address, name: contact.name,
        language: (contact.language ?? language).flatMap { LanguageTag($0) } ?? LanguageTag(.english),
        zone: TimeZone(identifier: contact.zone) ?? .gmt, owner: .customer(contact.customer))
      try mailer.enqueue(.subscriberLink(link: try MailLink(link, until: until)), to: recipient, in: change)
    }
  }

  /// What billing tells them, in every process that changes something: the server, a worker, a command.
  static func teller(_ mailer: Mailer, _ origin: LinkOrigin) -> TellPerson {
    { notice, change in
      guard let notice = notice as? SubscriberNotice,
        let address = notice.subscriber.mail.flatMap({ try? MailAddress($0) })
      else { return }
      let (subscriber, letter) = (notice.subscriber, notice.letter)
      let link = try MailLink(origin.text + "/my")
      let matter: MailMatter =
        switch letter {
        case .cancelled(let plan, let until): .cancelled(plan: plan, until: until, link: link)
        case .receipt(let receipt):
          .receipt(
            MailReceipt(
              number: String(receipt.number), plan: receipt.plan, period: receipt.period,
              amount: amount(receipt.amount, receipt.currency), method: receipt.method, paidAt: receipt.paidAt),
            link: link)
        case .pastDue(let due):
          .pastDue(
            MailPastDue(
              plan: due.plan, amount: amount(due.amount, due.currency), attempts: due.attempts,
              accessUntil: due.accessUntil), link: link)
        }
      let recipient = MailRecipient(
        address, name: subscriber.name,
        language: subscriber.language.flatMap { LanguageTag($0) } ?? LanguageTag(.english),
        zone: TimeZone(identifier: subscriber.zone) ?? .gmt, owner: .customer(subscriber.id))
      try mailer.enqueue(matter, to: recipient, in: change)
    }
  }

  private static func amount(_ minor: Int64, _ currency: String) -> MailAmount {
    MailAmount(minor, currency, digits: (try? Currency(currency))?.exponent ?? 2)
  }
}

/// Where links in mails lead: the server says it when it starts; a worker of its own takes it from the environment.
final class LinkOrigin: Sendable {
  private let origin = Mutex(ServiceAddress.environment ?? ServiceAddress.standard)
  var text: String {
    get { origin.withLock { $0 } }
    set { origin.withLock { $0 = newValue } }
  }
}
