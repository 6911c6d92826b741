import Foundation
import Synchronization

/// Every setting of the program, once: an option, a variable of the environment and a name in the settings file. An option wins
/// over the environment, that over the file, the file over the default.
struct Setting: Sendable {
  enum Kind: Sendable { case text, number, flag, list }

  /// As in the file, and after `--`.
  let name: String
  let kind: Kind
  /// What holds where nothing is said, in words.
  let fallback: String
  /// Its value is shown to nobody.
  let isSecret: Bool
  /// Only from the environment or the file: the command line can be read by every user of the machine.
  let hasOption: Bool
  /// Of a list, between its parts in one text.
  let separator: Character

  init(
    _ name: String, _ kind: Kind = .text, _ fallback: String = "none", secret: Bool = false, option: Bool = true,
    separator: Character = ","
  ) {
    self.name = name
    self.kind = kind
    self.fallback = fallback
    isSecret = secret
    hasOption = option
    self.separator = separator
  }

  /// `mail-url`: `AMENDS_MAIL_URL`.
  var variable: String { "AMENDS_" + name.uppercased().replacing("-", with: "_") }

  static let all: [Setting] = [
    Setting("database", .text, "amends.sqlite"), Setting("partners"),
    Setting("journal-key", .text, "amends-journal.key beside the database"),
    Setting("access-key", .text, "amends-access.key beside the database"),
    Setting("log", .text, "notice"), Setting("log-format", .text, "text"),
    Setting("mail-url"), Setting("mail-from"), Setting("mail-name", .text, "Amends"), Setting("mail-reply-to"),
    Setting("mail-ca", .text, "the system's certificates"), Setting("mail-user", option: false),
    Setting("mail-password", secret: true, option: false), Setting("mail-password-file", option: false),
    Setting("release-back", .list, separator: " "), Setting("release-forward", .list, separator: " "),
    Setting("release-within", .number, "120"),
    Setting("alert-owners"), Setting("webhooks-to", .list, separator: " "),
    Setting("host", .text, "127.0.0.1"), Setting("port", .number, "8080"), Setting("service", .text, "Amends"),
    Setting("service-address", .list, separator: ";"),
    Setting("zone", .text, "UTC"), Setting("address"), Setting("proxy", .list), Setting("api-rate", .number, "600"),
    Setting("oidc-issuer"), Setting("oidc-client"), Setting("oidc-name", .text, "your organisation"),
    Setting("oidc-secret", secret: true, option: false),
    Setting("without-worker", .flag, "no"),
    Setting("metrics-host", .text, "127.0.0.1"), Setting("metrics-port", .number, "no listener"),
    Setting("stop-within", .number, "60"), Setting("drain", .number, "0"), Setting("traces-url"),
  ]

  /// What the environment may hold beside: the file itself, and what tests and the demo use.
  static let otherVariables = [
    "AMENDS_CONFIG", "AMENDS_DEMO_", "AMENDS_TEST_", "AMENDS_FUZZ", "AMENDS_BREAKS", "AMENDS_CHAOS",
  ]
}

/// Where settings are looked up. The file is read once, before the command line is.
enum Settings {
  enum Source: String { case option, environment, file, fallback = "default" }

  private static let file = Mutex(SettingsFile())

  /// - Throws: `Problem` for a file that cannot be read or says something unknown, and for a variable of the wrong kind.
  static func load(_ path: String?) throws {
    if let path {
      let loaded = try SettingsFile(path)
      file.withLock { $0 = loaded }
    }
    for setting in Setting.all {
      guard let (text, source) = found(setting.name) else { continue }
      try check(text, setting, "\(source == .file ? setting.name : setting.variable)")
    }
  }

  static var path: String? { file.withLock { $0.path } }

  static func value(_ name: String) -> String? { found(name)?.text }

  /// From the environment, or from the file.
  static func found(_ name: String) -> (text: String, source: Source)? {
    // What is missing from the list is held to it by a test, and works all the same.
    let setting = Setting.all.first { $0.name == name } ?? Setting(name)
    if let text = ProcessInfo.processInfo.environment[setting.variable], !text.isEmpty { return (text, .environment) }
    return file.withLock { $0.values[name] }.map { ($0, .file) }
  }

  static func number(_ name: String) -> Int? { value(name).flatMap { Int($0) } }
  static func flag(_ name: String) -> Bool { value(name).map(isYes) ?? false }

  /// In the environment with commas between, or what else the setting says.
  static func list(_ name: String) -> [String] {
    let separator = Setting.all.first { $0.name == name }?.separator ?? ","
    return (value(name) ?? "").split(separator: separator).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  static func isYes(_ text: String) -> Bool { ["true", "yes", "1"].contains(text.lowercased()) }

  private static func check(_ text: String, _ setting: Setting, _ name: String) throws {
    switch setting.kind {
    case .text, .list: break
    case .number:
      guard Int(text) != nil else { throw Problem(.usage, "\(name) is '\(text)', not a number.") }
    case .flag:
      guard isYes(text) || ["false", "no", "0"].contains(text.lowercased()) else {
        throw Problem(.usage, "\(name) is '\(text)', neither yes nor no.")
      }
    }
  }

  /// The file that the command line names, or the environment. Looked for before the command line is read: what stands in it
  /// are the options' defaults.
  static func file(in arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { break }
      if argument == "--config", index + 1 < arguments.count { return arguments[index + 1] }
      if argument.hasPrefix("--config=") { return String(argument.dropFirst("--config=".count)) }
    }
    return ProcessInfo.processInfo.environment["AMENDS_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether the command line says it.
  static func isOption(_ name: String, in arguments: [String]) -> Bool {
    arguments.contains { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }
  }
}

/// A settings file: one JSON object with the names of the options. No comments: Foundation's reader of JSON5 ends the program at
/// some broken files, which a fuzz test found.
struct SettingsFile: Sendable {
  var path: String?
  var values: [String: String] = [:]
  static let limit = 64 << 10

  init() {}

  init(_ path: String) throws { try self.init(path, try Files.read(path, limit: Self.limit)) }

  init(_ path: String, _ bytes: [UInt8]) throws {
    let decoder = JSONDecoder()
    let given: [String: Value]
    do { given = try decoder.decode([String: Value].self, from: Data(bytes)) } catch {
      throw Problem(.usage, "\(path) is no settings file: \(Self.words(error))")
    }
    for (name, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let setting = Setting.all.first(where: { $0.name == name }) else {
        throw Problem(.usage, "\(path): there is no setting \(name).\(Suggestion.words(name, Setting.all.map(\.name)))")
      }
      guard !setting.isSecret else {
        throw Problem(
          .usage, "\(path): \(name) is a secret; put it into $\(setting.variable), or into a file of its own.")
      }
      guard let text = value.text(as: setting) else {
        throw Problem(.usage, "\(path): \(name) must be \(Self.words(setting.kind)).")
      }
      values[name] = text
    }
    self.path = path
  }

  private enum Value: Decodable {
    case text(String), number(Int), flag(Bool), list([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = .list(try container.decode([String].self))
      }
    }

    func text(as setting: Setting) -> String? {
      switch (self, setting.kind) {
      case (.text(let text), .text), (.text(let text), .list): text
      case (.number(let number), .number): String(number)
      case (.flag(let flag), .flag): flag ? "yes" : "no"
      case (.list(let list), .list): list.joined(separator: String(setting.separator))
      default: nil
      }
    }
  }

  private static func words(_ kind: Setting.Kind) -> String {
    switch kind {
    case .text: "a text in quotes"
    case .number: "a whole number"
    case .flag: "true or false"
    case .list: "a list of texts in brackets"
    }
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case DecodingError.dataCorrupted(let context):
      (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String ?? context.debugDescription
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      context.codingPath.first.map { "\($0.stringValue) is neither a text, a number, true, false nor a list of texts" }
        ?? "it must be one object: { … }"
    default: "it cannot be read as JSON"
    }
  }
}

/// The known name that was probably meant.
enum Suggestion {
  static func words(_ given: String, _ known: [String]) -> String {
    let nearest = known.map { ($0, distance(given.lowercased(), $0.lowercased())) }.min { $0.1 < $1.1 }
    guard let (name, steps) = nearest, steps <= max(2, given.count / 3) else { return "" }
    return " Did you mean \(name)?"
  }

  /// How many letters must be changed, put in or taken out (Levenshtein).
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var corner = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let step = min(row[j] + 1, row[j + 1] + 1, corner + (letter == other ? 0 : 1))
        corner = row[j + 1]
        row[j + 1] = step
      }
    }
    return row[b.count]
  }
}
