import Foundation
import Kernel
import Store
import Web

// Whose page an account of the role subscriber opens. It stands in the account's history and in the subscriber's.

/// Says whose an account is that is nobody's yet.
package struct BindSubscriber: Command {
  package static let name = "bindSubscriber"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  package var account: Int64
  package var customer: Int64
  package var reason: String

  package init(account: Int64, customer: Int64, reason: String) {
    self.account = account
    self.customer = customer
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let old = try ManagedAccount.held(account, reason, in: change)
    guard old.role == .subscriber else { throw Refusal.noSubscribersAccount }
    guard old.customer != customer else { return false }
    // From one to another in one step would be one slip of the hand between two people's payments.
    guard old.customer == nil else {
      throw Refusal(
        .conflict, "boundAlready", "This account is bound to a subscriber already: take that back first.")
    }
    try change.tx.execute("UPDATE account SET customer = \(customer) WHERE id = \(account)")
    change.record(
      AccountChanged(account: account, what: "subscriberBound", detail: "customer:\(customer)", reason: reason))
    change.record(SubscriberAccess(customer: customer, what: "accountBound"))
    return true
  }
}

/// An account opens nobody's page any more; whoever is signed in with it is out at once.
package struct UnbindSubscriber: Command {
  package static let name = "unbindSubscriber"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  package var account: Int64
  package var reason: String

  package init(account: Int64, reason: String) {
    self.account = account
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let old = try ManagedAccount.held(account, reason, in: change)
    guard old.role == .subscriber else { throw Refusal.noSubscribersAccount }
    guard let customer = old.customer else { return false }
    try change.tx.execute("UPDATE account SET customer = NULL WHERE id = \(account)")
    try Session.endAll(of: account, except: nil, in: change)
    change.record(
      AccountChanged(account: account, what: "subscriberUnbound", detail: "customer:\(customer)", reason: reason))
    change.record(SubscriberAccess(customer: customer, what: "accountUnbound"))
    return true
  }
}

extension AccountDesk {
  /// - Parameter reference: what the service's own books call the subscriber.
  package func bind(_ account: Int64, to reference: String, reason: String, by actor: Actor) async throws {
    let customer = try await subscriber(reference).customer
    try await act(BindSubscriber(account: account, customer: customer, reason: reason), by: actor)
  }

  package func unbind(_ account: Int64, reason: String, by actor: Actor) async throws {
    try await act(UnbindSubscriber(account: account, reason: reason), by: actor)
  }

  /// Who has this reference.
  func subscriber(_ reference: String) async throws -> SubscriberContact {
    let reference = reference.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !reference.isEmpty else {
      throw Refusal(.invalid, "noReference", "Enter the subscriber’s reference.")
    }
    guard let found = try await store.read({ [directory] tx in try directory?.byReference(reference, tx) }) else {
      throw Refusal(.missing, "unknownReference", "There is no subscriber with this reference.")
    }
    return found
  }

  /// Whose page this account opens.
  func subscriber(of account: Account) async throws -> SubscriberContact? {
    guard let customer = account.customer else { return nil }
    return try await store.read { [directory] tx in try directory?.byNumber(customer, tx) }
  }

  /// Subscribers' accounts, by the address of one or the reference of whose they are.
  func subscribersAccounts(_ text: String, limit: Int) async throws -> [Account] {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return try await store.read { [directory] tx in
      var found: [Account] = []
      if let account = try Account.byMail(MailAddress.normal(text), in: tx), account.role == .subscriber {
        found.append(account)
      }
      if let customer = try directory?.byReference(text, tx)?.customer {
        let mails = Set(found.map(\.id))
        found += try Account.all(of: customer, limit: limit, in: tx).filter { !mails.contains($0.id) }
      }
      return found
    }
  }
}

extension Refusal {
  static let noSubscribersAccount = Refusal(
    .conflict, "noSubscribersAccount", "Only an account with the role subscriber is bound to a subscriber.")
}
