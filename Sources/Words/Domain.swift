/// The areas of what is said, each with files of its own: whoever works on one page or on mails meets its words alone.
/// gettext calls them domains. A new one is a case here and four files; a message's name is unique over all of them.
enum Domain: String, CaseIterable {
  /// What every page has around it: the frame, refusals, lengths of time.
  case web
  /// Letters to people.
  case mail
  /// The pages of signing in and of accounts.
  case accounts
  /// The pages of mails.
  case mails
  /// What subscribers see: their own page, their receipts.
  case own
  /// The pages of webhooks.
  case webhooks
  /// Partners, the queue, alerts, the journal.
  case desk
  /// The day's charges, subscribers, and what is done about them.
  case billing
  /// The pages of incidents.
  case incidents

  /// The files of this area.
  var files: (english: [UInt8], german: [UInt8], arabic: [UInt8], japanese: [UInt8]) {
    typealias All = PackageResources
    return switch self {
    case .web: (All.web_pot, All.web_de_po, All.web_ar_po, All.web_ja_po)
    case .mail: (All.mail_pot, All.mail_de_po, All.mail_ar_po, All.mail_ja_po)
    case .accounts: (All.accounts_pot, All.accounts_de_po, All.accounts_ar_po, All.accounts_ja_po)
    case .mails: (All.mails_pot, All.mails_de_po, All.mails_ar_po, All.mails_ja_po)
    case .own: (All.own_pot, All.own_de_po, All.own_ar_po, All.own_ja_po)
    case .webhooks: (All.webhooks_pot, All.webhooks_de_po, All.webhooks_ar_po, All.webhooks_ja_po)
    case .desk: (All.desk_pot, All.desk_de_po, All.desk_ar_po, All.desk_ja_po)
    case .billing: (All.billing_pot, All.billing_de_po, All.billing_ar_po, All.billing_ja_po)
    case .incidents: (All.incidents_pot, All.incidents_de_po, All.incidents_ar_po, All.incidents_ja_po)
    }
  }

  func file(_ language: Language) -> [UInt8] {
    switch language {
    case .english: files.english
    case .german: files.german
    case .arabic: files.arabic
    case .japanese: files.japanese
    }
  }
}
