import ArgumentParser
import Foundation
import Kernel
import Store

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Look at the settings: what holds, where it comes from, and whether it works.",
    subcommands: [Check.self, Show.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print every setting with its value and where that comes from; secrets are not shown.")

    struct Row: Codable, Equatable {
      var name: String
      var value: String
      var source: String
      var variable: String
    }

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var listening: ListenOptions
    @OptionGroup(title: "Operation") var operation: OperationOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let rows = Setting.all.map { Self.row($0, CommandLine.arguments) }
        if json { return try printJSON(rows) }
        print("file: \(Settings.path ?? "none")")
        for row in rows { print("\(row.name)\t\(row.value)\t(\(row.source))") }
      }
    }

    static func row(_ setting: Setting, _ arguments: [String]) -> Row {
      var (value, source) = (setting.fallback, Settings.Source.fallback)
      if let found = Settings.found(setting.name) { (value, source) = found }
      if let given = option(setting, arguments) { (value, source) = (given, .option) }
      if source != .fallback { value = shown(value, setting) }
      return Row(name: setting.name, value: value, source: source.rawValue, variable: setting.variable)
    }

    /// As it was given on the command line, the last of several.
    private static func option(_ setting: Setting, _ arguments: [String]) -> String? {
      var given: [String] = []
      for (index, argument) in arguments.enumerated() {
        if argument == "--\(setting.name)" {
          given.append(setting.kind == .flag ? "yes" : index + 1 < arguments.count ? arguments[index + 1] : "")
        } else if argument.hasPrefix("--\(setting.name)=") {
          given.append(String(argument.dropFirst(setting.name.count + 3)))
        }
      }
      return setting.kind == .list ? (given.isEmpty ? nil : given.joined(separator: ",")) : given.last
    }

    /// Secrets are hidden; of an address that may hold a password, the password is.
    static func shown(_ value: String, _ setting: Setting) -> String {
      if setting.isSecret { return "(set, not shown)" }
      return value.replacing(#/(:\/\/[^:@\/\s]*):[^@\s]*@/#) { "\($0.1):***@" }
        .replacing(#/\b(password=)[^&\s]*/#) { "\($0.1)***" }
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Try every setting: files, keys, partners, database, mail, addresses.",
      discussion: "Each finding says what to do. Exit code 1 when something is wrong. Nothing is changed.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var listening: ListenOptions
    @OptionGroup(title: "Operation") var operation: OperationOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let findings = await ConfigCheck(database: database, listening: listening, operation: operation.settings).run()
        if json {
          try printJSON(findings)
        } else {
          for finding in findings { print("\(finding.state.rawValue)\t\(finding.about)\t\(finding.text)") }
        }
        if findings.contains(where: { $0.state == .wrong }) { throw ExitCode(Problem.Code.no.rawValue) }
      }
    }
  }
}
