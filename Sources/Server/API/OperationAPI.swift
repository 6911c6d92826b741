import Foundation
import Kernel
import Store
import Web

/// The endpoints of what every part runs on: partners, the queue, alerts, the journal.
struct OperationAPI {
  let journal: Journal

  func add(to api: API) {
    addPartners(to: api)
    addQueue(to: api)
    addAlerts(to: api)
    addJournal(to: api)
  }
}

extension APIEndpoint.Group {
  static let partners = Self("Partners", "Who carries out charges: their switch and their breaker.")
  static let queue = Self("Queue", "What no machine can find out about: a person decides, by a date.")
  static let alerts = Self("Alerts", "What is not as it should be, and who looks after it.")
  static let journal = Self("Journal", "What happened, for ever, sealed by a signed tree.")
}

extension Refusal {
  static let noPartner = Refusal(.missing, "noLane", "There is no such partner.")
  static let noEffect = Refusal(.missing, "noEffect", "There is nothing under this reference.")
  static let noAlert = Refusal(.missing, "noAlert", "There is no such alert.")
  static let noFact = Refusal(.missing, "noFact", "There is no such fact.")
  static let notSealed = Refusal(.conflict, "notSealed", "This fact is not sealed yet; try again in a minute.")
  static let noCheckpoint = Refusal(.missing, "noCheckpoint", "Nothing is sealed yet; try again in a minute.")
  static let alreadyKnown = Refusal(
    .conflict, "alreadyKnown", "What became of this is known already, or it was never sent.")
  static let transactionTaken = Refusal(
    .conflict, "transactionTaken", "The transaction is known: it belongs to something else.")
}
