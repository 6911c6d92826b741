import ArgumentParser
import Foundation
import Kernel
import Logging
import Operation
import Store

/// Where the data is and who the partners are: the same for every command.
struct DatabaseOptions: ParsableArguments {
  @Option(
    help: "A SQLite file, or a postgres:// address. [$AMENDS_DATABASE; default: amends.sqlite]")
  var database: String?

  @Option(help: "The file that lists the payment partners (JSON). [$AMENDS_PARTNERS]")
  var partners: String?

  @Option(
    help:
      "The key that seals the journal (made if it is missing). [$AMENDS_JOURNAL_KEY; default: amends-journal.key beside the database]"
  )
  var journalKey: String?

  @Option(
    help:
      "The key of sign-in (made if it is missing). [$AMENDS_ACCESS_KEY; default: amends-access.key beside the database]"
  )
  var accessKey: String?
  @OptionGroup(title: "Mail") var mail: MailOptions

  @OptionGroup(title: "Webhooks") var webhooks: WebhookOptions

  @OptionGroup(title: "Releases") var releases: ReleaseOptions

  @Option(help: "debug, info, notice, warning or error. [$AMENDS_LOG; default: notice]")
  var log: String?

  @Option(help: "How log lines are written: text or json. [$AMENDS_LOG_FORMAT; default: text]")
  var logFormat: String?

  // Read before everything else, by `Settings`; here so that the command line may name it.
  @Option(help: "A settings file: JSON with the names of the options. [$AMENDS_CONFIG]")
  var config: String?

  func validate() throws {
    let level = log ?? Settings.value("log") ?? "notice"
    guard Logger.Level(rawValue: level) != nil else {
      throw ValidationError("--log is debug, info, notice, warning or error, not '\(level)'.")
    }
    let format = logFormat ?? Settings.value("log-format") ?? "text"
    guard LogFormat(rawValue: format) != nil else {
      throw ValidationError("--log-format is text or json, not '\(format)'.")
    }
  }

  var address: String { database ?? Settings.value("database") ?? "amends.sqlite" }
  var isPostgres: Bool { path == nil }
  var partnersFile: String? {
    // An empty one is none, whatever the environment says.
    let file = partners ?? Settings.value("partners")
    return file?.isEmpty == true ? nil : file
  }

  /// The path of the SQLite file; `nil` on PostgreSQL.
  var path: String? { Store.sqlitePath(in: address) }

  var keyFile: String { file(journalKey ?? Settings.value("journal-key"), "amends-journal.key") }
  var accessKeyFile: String { file(accessKey ?? Settings.value("access-key"), "amends-access.key") }

  private func file(_ given: String?, _ name: String) -> String {
    if let given { return given }
    let folder = path.map { URL(filePath: $0).deletingLastPathComponent().path } ?? "."
    return URL(filePath: folder).appending(path: name).path
  }

  var logger: Logger {
    let format = (logFormat ?? Settings.value("log-format")).flatMap(LogFormat.init(rawValue:)) ?? .text
    var logger = Logger(label: "amends", factory: { LineLogHandler(label: $0, format: format) })
    logger.logLevel = (log ?? Settings.value("log")).flatMap(Logger.Level.init(rawValue:)) ?? .notice
    return logger
  }
}
