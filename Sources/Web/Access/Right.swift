import Words

/// What a page or an endpoint asks of whoever comes. Each has exactly one, named where it is added to `Doors`.
package enum Right: String, Sendable, CaseIterable, Codable {
  /// Nobody is asked who they are: the sign-in page, the stylesheet, `health`.
  case anybody
  /// A message of a partner. The endpoint checks its signature, and knows nobody else.
  case partnersSignature
  /// The command line beside the server. The endpoint checks the token of the file that only the server's user can read.
  case controlToken
  /// The password was right, and the second factor is still asked for. Nobody else may come here.
  case secondStep
  /// What belongs to oneself: password, second factor, sessions, tokens, signing out.
  case ownAccount
  /// One's own subscriptions and payments, as a subscriber. Whose they are stands in `Identity.customer`.
  case ownSubscription

  case readRenewals, readSubscribers, readJournal, readAccounts, readMails
  case runRenewals, stopPartners
  case refundPayments, decideCharges
  /// Making one's own what waits for a person, and giving it more time. Changes nothing about anybody's money.
  case takeWork
  case changeSubscriptions, offerPlans
  case readWebhooks, manageWebhooks
  /// Test clocks, and the customers that live by them.
  case useTestClocks
  case readIncidents, runIncidents, approveRemedies, signLaunches
  /// Answering people who said that something is not right.
  case answerObjections
  /// Writing down of somebody affected that they were told, cannot be reached, or were not harmed.
  case tellAffected
  case writeNotes
  case manageAccounts

  /// True where the endpoint itself finds out who speaks, and no account may.
  package var verifiesItself: Bool { self == .partnersSignature || self == .controlToken }

  /// Whether a program may be given it. A token that could make accounts, or change the password of its owner, would be
  /// worth as much as the owner, and outlive them.
  package var isForTokens: Bool {
    switch self {
    case .anybody, .partnersSignature, .controlToken, .secondStep, .ownAccount, .ownSubscription, .manageAccounts,
      // A mail may hold a link that lets its reader in.
      .readMails,
      // Two people have to stand behind these; a program is nobody.
      .approveRemedies, .signLaunches:
      false
    case .readRenewals, .readSubscribers, .readJournal, .readAccounts, .runRenewals, .stopPartners, .refundPayments,
      .decideCharges, .takeWork, .changeSubscriptions, .offerPlans, .writeNotes, .readWebhooks, .manageWebhooks,
      .useTestClocks, .readIncidents, .runIncidents, .answerObjections, .tellAffected:
      true
    }
  }

  /// What it allows, for people: "may …", in the reader's words. The files have it as `right.NAME`.
  package func words(_ words: Words) -> String { words.labels("right")[rawValue] ?? self.words }

  /// The same in English, for programs and the command line.
  package var words: String {
    switch self {
    case .anybody: "see what everybody sees"
    case .partnersSignature: "send a partner’s notifications"
    case .controlToken: "act through the control door"
    case .secondStep: "finish signing in"
    case .ownAccount: "look after their own account"
    case .ownSubscription: "look after their own subscription"
    case .readRenewals: "look at renewals"
    case .readSubscribers: "look at subscribers"
    case .readJournal: "read the journal"
    case .readAccounts: "look at accounts"
    case .readMails: "look at mails"
    case .runRenewals: "run renewals"
    case .stopPartners: "stop and resume partners"
    case .refundPayments: "give payments back"
    case .decideCharges: "decide what became of a charge"
    case .takeWork: "take on what waits for a person"
    case .changeSubscriptions: "subscribe people, and cancel, pause and resume subscriptions"
    case .offerPlans: "offer plans"
    case .readWebhooks: "look at webhooks"
    case .manageWebhooks: "manage webhooks"
    case .useTestClocks: "use test clocks"
    case .readIncidents: "look at incidents"
    case .runIncidents: "open incidents, stop things, find the affected, run remedies"
    case .approveRemedies: "approve who is affected and what they get"
    case .signLaunches: "sign launches, and what lessons changed"
    case .answerObjections: "answer people who said that something is not right"
    case .tellAffected: "write down who of the affected was told, or cannot be reached"
    case .writeNotes: "write notes about subscribers"
    case .manageAccounts: "manage accounts"
    }
  }
}
