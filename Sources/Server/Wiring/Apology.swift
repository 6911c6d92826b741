import Billing
import Foundation
import Kernel
import Mail
import Store
import Words

/// Tells people what happened and what is done about it, as a mail in their language. The mail leaves through the outbox; whoever
/// has no address is for somebody to reach by other means.
struct Apology: Remedy {
  static let kind = "apology"
  let name = "apology"
  let words = "Tell them what happened, in their language"
  let basis = RemedyBasis.words
  let tells = true
  let mailer: Mailer
  /// Where the reader sees what happened.
  let origin: LinkOrigin

  func begin(_ orders: [RemedyOrder], in change: Change) throws -> [RemedyStart] {
    let people = try Billing.Subscriber.byIDs(orders.compactMap(\.personNumber), in: change.tx)
    return try orders.map { order in
      guard let person = order.personNumber.flatMap({ people[$0] }),
        let address = person.mail.flatMap({ try? MailAddress($0) })
      else { return .impossible("noAddress") }
      let recipient = MailRecipient(
        address, name: person.name, language: person.language.flatMap { LanguageTag($0) } ?? LanguageTag(.english),
        zone: TimeZone(identifier: person.zone) ?? .gmt, owner: .customer(person.id))
      let id = try mailer.enqueue(
        .apology(Self.apology(order), link: try MailLink(origin.text + "/my")), to: recipient, in: change)
      return .underWay(id, amount: 0)
    }
  }

  func ended() -> SQL { MailModule.ended }

  private static func apology(_ order: RemedyOrder) -> MailApology {
    let cause: MailApology.Cause =
      switch order.finder {
      case "charges.twice": .chargedTwice
      case "charges.afterCancelling": .chargedAfterCancelling
      case "charges.anotherAmount": .chargedTooMuch
      default: .other
      }
    let money = order.gets.sorted { $0.key < $1.key }.compactMap { unit, amount -> MailAmount? in
      guard amount > 0, let currency = try? Currency(unit) else { return nil }
      return MailAmount(amount, unit, digits: currency.exponent)
    }
    return MailApology(cause: cause, amounts: money, freePeriods: Int(order.gets["period"] ?? 0))
  }
}
