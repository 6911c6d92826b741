import Foundation
import Kernel
import Store

/// How somebody is reached, for whoever has to tell them something.
package struct SubscriberContact: Sendable {
  package var name: String
  package var mail: String?
  package var zone: TimeZone
  /// BCP 47.
  package var language: String

  package static func of(_ customers: [Int64], in tx: Transaction) throws -> [Int64: SubscriberContact] {
    try tx.rows("SELECT id, name, mail, zone FROM customer WHERE id \(in: customers)").reduce(into: [:]) {
      $0[try $1.integer("id")] = SubscriberContact(
        name: try $1.text("name"), mail: try $1.textOrNull("mail"),
        zone: TimeZone(identifier: try $1.text("zone")) ?? .gmt, language: "en")
    }
  }
}
