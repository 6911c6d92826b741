import Kernel
import Store

/// A customer, as far as it takes to write to them and to speak their language.
package struct Subscriber: Sendable {
  package let id: Int64
  /// What the service's own books call them.
  package let reference: String
  package let name: String
  package let mail: String?
  package let zone: String
  /// BCP 47; nil: never chosen.
  package let language: String?
  /// Whether they want a mail after each payment.
  package let wantsReceipts: Bool
  /// They live by a test clock: nobody real.
  package let isTest: Bool

  private static let columns: StaticString = "id, reference, name, mail, zone, language, receipts, clock"
  /// Of those who share an address.
  private static let together = 5

  private init(_ row: Row) throws {
    id = try row.integer("id")
    reference = try row.text("reference")
    name = try row.text("name")
    mail = try row.textOrNull("mail")
    zone = try row.text("zone")
    language = try row.textOrNull("language")
    wantsReceipts = try row.bool("receipts")
    isTest = try row.integerOrNull("clock") != nil
  }

  package static func byID(_ id: Int64, in tx: Transaction) throws -> Subscriber? {
    try tx.row("SELECT \(name: columns) FROM customer WHERE id = \(id)").map(Subscriber.init)
  }

  package static func byReference(_ reference: String, in tx: Transaction) throws -> Subscriber? {
    try tx.row("SELECT \(name: columns) FROM customer WHERE reference = \(reference)").map(Subscriber.init)
  }

  package static func byIDs(_ ids: [Int64], in tx: Transaction) throws -> [Int64: Subscriber] {
    let rows = try tx.rows("SELECT \(name: columns) FROM customer WHERE id \(in: ids)")
    return Dictionary(
      try rows.map { (try $0.integer("id"), try Subscriber($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// - Parameter mail: in small letters.
  package static func byMail(_ mail: String, in tx: Transaction) throws -> [Subscriber] {
    try tx.rows(
      """
      SELECT \(name: columns) FROM customer WHERE lower(mail) = \(mail) AND mail IS NOT NULL
      ORDER BY id LIMIT \(together)
      """
    ).map(Subscriber.init)
  }
}

extension Change {
  /// A subscriber acts for nobody else. What is somebody else's looks like nothing to them.
  func mayActFor(_ customer: Int64, subscription: Int64) throws(Refusal) {
    guard actor.role != .subscriber || actor.name == String(customer) else { throw .noSubscription(subscription) }
  }
}

/// In which language a subscriber reads, from now on: their page, their receipts, their mails.
package struct ChooseLanguage: Command {
  package static let name = "chooseLanguage"
  package static let allowed: Set<Actor.Role> = [.subscriber, .support]

  package var customer: Int64
  /// BCP 47.
  package var language: String

  package init(customer: Int64, language: String) {
    self.customer = customer
    self.language = language
  }

  package func run(in change: Change) throws -> Bool {
    try Settings.mayChange(customer, in: change)
    try Settings.check(language: language)
    return try change.tx.execute("UPDATE customer SET language = \(language) WHERE id = \(customer)") == 1
  }
}

/// Whether a subscriber gets a mail after each payment.
package struct ChooseReceipts: Command {
  package static let name = "chooseReceipts"
  package static let allowed: Set<Actor.Role> = [.subscriber, .support]

  package var customer: Int64
  package var wanted: Bool

  package init(customer: Int64, wanted: Bool) {
    self.customer = customer
    self.wanted = wanted
  }

  package func run(in change: Change) throws -> Bool {
    try Settings.mayChange(customer, in: change)
    return try change.tx.execute("UPDATE customer SET receipts = \(wanted ? 1 : 0) WHERE id = \(customer)") == 1
  }
}

enum Settings {
  static func mayChange(_ customer: Int64, in change: Change) throws(Refusal) {
    guard change.actor.role != .subscriber || change.actor.name == String(customer) else {
      throw Refusal(.missing, "noCustomer", "There is no subscriber of that number.")
    }
  }

  /// What could be a tag of BCP 47; whether it is known here is found out where something is written.
  static func check(language: String) throws(Refusal) {
    let isTag = language.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
    }
    guard isTag, (2...35).contains(language.utf8.count) else {
      throw Refusal(.invalid, "badLanguage", "A language is a tag such as de or pt-BR.")
    }
  }
}
