import ArgumentParser
import Foundation
import Logging
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

  @Option(help: "debug, info, notice, warning or error. [$AMENDS_LOG; default: notice]")
  var log: String?

  var address: String { database ?? environment("AMENDS_DATABASE") ?? "amends.sqlite" }
  var isPostgres: Bool { path == nil }
  var partnersFile: String? { partners ?? environment("AMENDS_PARTNERS") }

  /// The path of the SQLite file; `nil` on PostgreSQL.
  var path: String? { Store.sqlitePath(in: address) }

  var keyFile: String { file(journalKey ?? environment("AMENDS_JOURNAL_KEY"), "amends-journal.key") }
  var accessKeyFile: String { file(accessKey ?? environment("AMENDS_ACCESS_KEY"), "amends-access.key") }

  private func file(_ given: String?, _ name: String) -> String {
    if let given { return given }
    let folder = path.map { URL(filePath: $0).deletingLastPathComponent().path } ?? "."
    return URL(filePath: folder).appending(path: name).path
  }

  var logger: Logger {
    var logger = Logger(label: "amends", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = (log ?? environment("AMENDS_LOG")).flatMap(Logger.Level.init(rawValue:)) ?? .notice
    return logger
  }

  private func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
