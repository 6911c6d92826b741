import Foundation
import Kernel
import Store

/// Writes down what whoever speaks with a person next should know.
package struct NoteOnCustomer: Command {
  package static let name = "noteOnCustomer"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  /// Characters.
  package static let limit = 2_000

  package var customer: Int64
  package var text: String

  package init(customer: Int64, text: String) {
    self.customer = customer
    self.text = text
  }

  package func run(in change: Change) throws -> Bool {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...Self.limit).contains(text.count), text.utf8.count <= 4 * Self.limit else {
      throw Refusal(.invalid, "noteLength", "A note has 1 to \(Self.limit) characters.")
    }
    guard try change.tx.row("SELECT id FROM customer WHERE id = \(customer)") != nil else {
      throw Refusal(.missing, "noCustomer", "There is no subscriber \(customer).")
    }
    change.record(CustomerNoted(customer: customer, text: text))
    return true
  }
}
