import Foundation
import Testing

@testable import Server

@Suite("Settings")
struct SettingsTests {
  private static func file(_ text: String) throws -> SettingsFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString).json").path
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try SettingsFile(path)
  }

  @Test("A file has the names of the options, and values of every kind")
  func reads() throws {
    let file = try Self.file(
      """
      {
        "database": "postgres://db/amends",
        "port": 9090, "proxy": ["127.0.0.1", "10.0.0.1"], "without-worker": true
      }
      """)
    #expect(
      file.values == [
        "database": "postgres://db/amends", "port": "9090", "proxy": "127.0.0.1,10.0.0.1", "without-worker": "yes",
      ])
  }

  @Test(
    "What is unknown, of the wrong kind or a secret is refused, with a word of help",
    arguments: [
      ("{\"databse\": \"x\"}", "Did you mean database?"), ("{\"mail-adress\": \"x\"}", "there is no setting"),
      ("{\"port\": \"8080\"}", "a whole number"), ("{\"host\": 8080}", "a text in quotes"),
      ("{\"mail-password\": \"x\"}", "is a secret"), ("{\"host\": {\"a\": 1}}", "host"), ("[1]", "object"),
      ("{\"host\"", "is no settings file"), ("{\"without-worker\": \"maybe\"}", "true or false"),
    ])
  func refuses(text: String, words: String) {
    let error = #expect(throws: Problem.self) { try Self.file(text) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("Every option of serve and work is a setting, and every setting that says so has its option")
  func complete() throws {
    let help = Amends.helpMessage(for: Serve.self, columns: 200)
    let options = Set(help.matches(of: #/--([a-z-]+)/#).map { String($0.1) })
    let known = Set(Setting.all.filter(\.hasOption).map(\.name))
    let others: Set<String> = ["config", "help", "version"]
    #expect(known.subtracting(options).isEmpty, "no option of serve: \(known.subtracting(options).sorted())")
    let strange = options.subtracting(known).subtracting(others)
    #expect(strange.isEmpty, "no setting in Setting.all: \(strange.sorted())")
    for setting in Setting.all where setting.hasOption {
      #expect(help.contains("$\(setting.variable)"), "the help of --\(setting.name) does not name $\(setting.variable)")
    }
  }

  @Test("What is shown hides secrets, also those within an address")
  func hidden() {
    let password = Setting("mail-password", secret: true)
    let database = Setting("database")
    #expect(ConfigCommand.Show.shown("hunter2", password) == "(set, not shown)")
    #expect(
      ConfigCommand.Show.shown("postgres://amends:hunter2@db:5432/amends?password=x1&sslmode=require", database)
        == "postgres://amends:***@db:5432/amends?password=***&sslmode=require")
    #expect(ConfigCommand.Show.shown("amends.sqlite", database) == "amends.sqlite")
  }

  @Test(
    "The command line wins, and says so", arguments: [["--port", "1"], ["--port=1"], ["--port=5", "--port", "1"]])
  func option(arguments: [String]) throws {
    let setting = try #require(Setting.all.first { $0.name == "port" })
    let row = ConfigCommand.Show.row(setting, arguments)
    #expect(row.value == "1" && row.source == "option")
    #expect(ConfigCommand.Show.row(setting, []).source == "default")
  }

  @Test("A suggestion is near, or there is none")
  func suggestion() {
    #expect(Suggestion.words("AMENDS_DATABSE", ["AMENDS_DATABASE", "AMENDS_LOG"]) == " Did you mean AMENDS_DATABASE?")
    #expect(Suggestion.words("quite-different", ["host", "port"]) == "")
  }
}
