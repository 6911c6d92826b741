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
        .offerPlans, .readWebhooks, .manageWebhooks, .useTestClocks, .readIncidents, .runIncidents, .signLaunches,
        .answerObjections, .tellAffected, .takeWork, .writeNotes,
      ]
    case .finance:
      [
        .ownAccount, .readRenewals, .readSubscribers, .readJournal, .readMails, .refundPayments, .decideCharges,
        .readIncidents, .runIncidents, .approveRemedies, .signLaunches, .answerObjections, .tellAffected, .takeWork,
        .writeNotes,
      ]
    case .support:
      [
        .ownAccount, .readRenewals, .readSubscribers, .readMails, .changeSubscriptions, .readIncidents,
        .answerObjections, .tellAffected, .writeNotes,
      ]
    case .auditor:
      [
        .ownAccount, .readRenewals, .readSubscribers, .readJournal, .readAccounts, .readMails, .readWebhooks,
        .readIncidents,
      ]
    // Gives out rights over money and people, and so has none: they would have to be given by somebody else.
    case .administrator: [.ownAccount, .readAccounts, .readMails, .manageAccounts]
    case .subscriber: [.ownAccount, .ownSubscription]
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

  /// Its name and what it is for.
  package var duty: Message {
    switch self {
    case .operator: .operatorDuty
    case .finance: .financeDuty
    case .support: .supportDuty
    case .auditor: .auditorDuty
    case .administrator: .administratorDuty
    case .subscriber: .subscriberDuty
    }
  }
}
