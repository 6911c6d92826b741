import Words

/// What an account is for. One role an account: who has two duties has two accounts, and the journal says which of them acted.
package enum Role: String, Sendable, CaseIterable, Codable {
  case `operator`, finance, support, auditor, administrator, subscriber

  /// The one table of who may do what.
  package var rights: Set<Right> {
    switch self {
    case .operator:
      [
        .ownAccount, .readRenewals, .readSubscribers, .readJournal, .runRenewals, .stopPartners, .changeSubscriptions,
        .offerPlans, .writeNotes,
      ]
    case .finance:
      [
        .ownAccount, .readRenewals, .readSubscribers, .readJournal, .readMails, .refundPayments, .decideCharges,
        .writeNotes,
      ]
    case .support: [.ownAccount, .readRenewals, .readSubscribers, .readMails, .changeSubscriptions, .writeNotes]
    case .auditor: [.ownAccount, .readRenewals, .readSubscribers, .readJournal, .readAccounts, .readMails]
    // Gives out rights over money and people, and so has none: they would have to be given by somebody else.
    case .administrator: [.ownAccount, .readAccounts, .readMails, .manageAccounts]
    case .subscriber: [.ownAccount]
    }
  }

  /// Its name alone.
  package var label: Message {
    switch self {
    case .operator: .roleOperator
    case .finance: .roleFinance
    case .support: .roleSupport
    case .auditor: .roleAuditor
    case .administrator: .roleAdministrator
    case .subscriber: .roleSubscriber
    }
  }

  package var words: String {
    switch self {
    case .operator: "operator: runs renewals, stops partners"
    case .finance: "finance: gives back, decides"
    case .support: "support: cancels, pauses, resumes"
    case .auditor: "auditor: reads everything, changes nothing"
    case .administrator: "administrator: manages accounts"
    case .subscriber: "subscriber"
    }
  }
}
