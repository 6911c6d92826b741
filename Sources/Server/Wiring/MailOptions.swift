import ArgumentParser
import Foundation
import Mail

/// The mail server. Its user and password come from the environment or from a file, never from the command line, which
/// every user of the machine can read.
struct MailOptions: ParsableArguments {
  @Option(
    help: "The mail server: smtp://HOST:587 or smtps://HOST:465. Without one mails are kept. [$AMENDS_MAIL_URL]")
  var mailURL: String?

  @Option(help: "The address that mails come from. [$AMENDS_MAIL_FROM]")
  var mailFrom: String?

  @Option(help: "The name that mails come from: the service, as its subscribers know it. [$AMENDS_MAIL_NAME]")
  var mailName: String?

  @Option(help: "The address that answers to mails go to. [$AMENDS_MAIL_REPLY_TO]")
  var mailReplyTo: String?

  @Option(help: "A file of certificates to trust instead of the system's. [$AMENDS_MAIL_CA]")
  var mailCA: String?

  @Option(
    help: ArgumentHelp(
      "Who gets letters about alerts: “payments=operator; finance=finance, anna@example.org”. [$AMENDS_ALERT_OWNERS]",
      discussion: "On the left the owner that an alert has, on the right roles and the mail addresses of accounts."))
  var alertOwners: String?

  var owners: AlertOwners {
    get throws { try (alertOwners ?? Settings.value("alert-owners")).map { try AlertOwners($0) } ?? AlertOwners() }
  }

  var from: MailAddress? {
    get throws { try (mailFrom ?? Settings.value("mail-from")).map { try Self.address($0, "--mail-from") } }
  }

  var name: String { mailName ?? Settings.value("mail-name") ?? "Amends" }

  /// `nil`: no server is configured.
  func server() throws -> MailServer? {
    guard let url = mailURL ?? Settings.value("mail-url") else { return nil }
    guard let from = try from else { throw MailSettingsError("a mail server needs --mail-from as well") }
    let replyTo = try (mailReplyTo ?? Settings.value("mail-reply-to")).map {
      try Self.address($0, "--mail-reply-to")
    }
    return try MailServer(
      url: url, from: from, fromName: name, replyTo: replyTo, user: Settings.value("mail-user"),
      password: try password(), authorities: mailCA ?? Settings.value("mail-ca"))
  }

  private func password() throws -> String? {
    if let given = Settings.value("mail-password") { return given }
    guard let path = Settings.value("mail-password-file") else { return nil }
    let text = String(decoding: try Files.read(path, limit: 16 << 10), as: UTF8.self)
      .trimmingCharacters(in: .newlines)
    guard !text.isEmpty else { throw MailSettingsError("the file of $AMENDS_MAIL_PASSWORD_FILE is empty") }
    return text
  }

  private static func address(_ text: String, _ option: String) throws -> MailAddress {
    do { return try MailAddress(text) } catch { throw MailSettingsError("\(option): \(error.message)") }
  }
}
