import CLanguages

/// The areas of what is said, each with files of its own: whoever works on one page or on mails meets its words alone.
/// gettext calls them domains. A new one is a case here and four files, named in `CLanguages/languages.c`; a message's name is
/// unique over all of them.
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

  /// The bytes of this area's file of a language; the template, which holds English itself, for English.
  func file(_ language: Language) -> [UInt8] {
    let name = "\(rawValue).\(language == .english ? "pot" : "\(language.tag).po")"
    guard let text = amends_language_file(name) else { preconditionFailure("\(name) is not in CLanguages/languages.c") }
    return [UInt8](String(cString: text).utf8)
  }
}
