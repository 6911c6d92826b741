import Foundation
import Kernel
import Logging
import Synchronization

/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people: `2026-03-01T08:00:00.000Z warning amends: a step failed and will be tried again step=renew`.
  case text
  /// For machines: one JSON object a line, the metadata's names beside `time`, `level` and `message`.
  case json
}

/// Writes log lines to standard error, each in one piece.
///
/// Messages are constant and metadata names no person (docs/operations.md). Where a library or an error's text brings a mail
/// address or the secret of an address all the same, it is withheld here, last of all.
public struct LineLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  public var logLevel: Logger.Level = .info

  private let label: String
  private let format: LogFormat
  private let now: @Sendable () -> Instant
  private let write: @Sendable (String) -> Void

  /// - Parameter write: where a line goes, with its line break.
  public init(
    label: String, format: LogFormat, now: @escaping @Sendable () -> Instant = World.real.now,
    write: @escaping @Sendable (String) -> Void = Self.standardError
  ) {
    self.label = label
    self.format = format
    self.now = now
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let given = event.metadata { all.merge(given) { $1 } }
    if let error = event.error { all["error.type"] = "\(type(of: error))" }
    let fields = all.flatMap { Self.flat($0, $1) }.sorted { $0.0 < $1.0 }
    let (time, level, message) = (now().iso8601, event.level.rawValue, Self.withheld(event.message.description))
    switch format {
    case .text:
      let rest = fields.map { " \($0)=\(Self.word($1))" }.joined()
      write("\(time) \(level) \(label): \(Self.oneLine(message))\(rest)\n")
    case .json:
      let head = [("time", time), ("level", level), ("logger", label), ("message", message)]
      let taken = Set(head.map(\.0))
      let rest = fields.map { (taken.contains($0) ? "field.\($0)" : $0, $1) }
      write("{" + (head + rest).map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",") + "}\n")
    }
  }

  /// Names within names are joined by dots.
  private static func flat(_ name: String, _ value: Logger.MetadataValue) -> [(String, String)] {
    switch value {
    case .dictionary(let fields): fields.flatMap { flat("\(name).\($0)", $1) }
    case .array(let values): [(name, withheld(values.map { "\($0)" }.joined(separator: " ")))]
    default: [(name, withheld("\(value)"))]
    }
  }

  /// Words that hold an @: mail addresses, and the user and password of a database's address.
  static func withheld(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
    return text.split(separator: " ", omittingEmptySubsequences: false)
      .map { $0.utf8.contains(UInt8(ascii: "@")) ? "[withheld]" : String($0) }.joined(separator: " ")
  }

  private static func word(_ text: String) -> String {
    text.utf8.contains(UInt8(ascii: " ")) || text.isEmpty ? quoted(text) : oneLine(text)
  }

  private static func oneLine(_ text: String) -> String {
    text.utf8.contains { $0 < 0x20 } ? String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) }) : text
  }

  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  /// One line at a time, whoever logs.
  private static let turn = Mutex(())

  /// A line that cannot be written is lost, on a full disk for instance. `FileHandle.write` would end the program there.
  public static let standardError: @Sendable (String) -> Void = { line in
    turn.withLock { _ in
      var rest = Array(line.utf8)[...]
      while !rest.isEmpty {
        let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if written > 0 { rest = rest.dropFirst(written) } else if written == 0 || errno != EINTR { return }
      }
    }
  }
}
