import Foundation
import Kernel
import Logging
import Synchronization
import Testing

@testable import Operation

@Suite("Log lines")
struct LogLineTests {
  private final class Paper: Sendable {
    let lines = Mutex<[String]>([])
  }

  private static func logger(_ format: LogFormat) -> (Logger, Paper) {
    let paper = Paper()
    let logger = Logger(label: "amends") { label in
      LineLogHandler(label: label, format: format, now: { Instant(seconds: 0) }) { line in
        paper.lines.withLock { $0.append(line) }
      }
    }
    return (logger, paper)
  }

  @Test("One JSON object a line, names within names joined by dots, whatever the values hold")
  func json() throws {
    let (logger, paper) = Self.logger(.json)
    logger.warning(
      "a step failed and will be tried again",
      metadata: ["step": "renew", "error": "a \"quote\"\nand a line \u{2028}", "http": ["status": "503"], "level": "x"])
    let lines = paper.lines.withLock { $0 }
    #expect(lines.count == 1 && lines[0].hasSuffix("}\n") && lines[0].split(separator: "\n").count == 1)
    let fields = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String])
    #expect(fields["level"] == "warning" && fields["field.level"] == "x" && fields["logger"] == "amends")
    #expect(fields["time"] == "1970-01-01T00:00:00Z" && fields["http.status"] == "503")
    #expect(fields["error"] == "a \"quote\"\nand a line \u{2028}")
  }

  @Test("Text lines are one line each")
  func text() {
    let (logger, paper) = Self.logger(.text)
    logger.notice("connected again", metadata: ["a": "two words", "b": "one", "c": "x\ny z"])
    #expect(
      paper.lines.withLock { $0 } == [
        "1970-01-01T00:00:00Z notice amends: connected again a=\"two words\" b=one c=\"x\\ny z\"\n"
      ])
  }

  @Test("A mail address and the password of a database's address are withheld, wherever they come from")
  func withheld() {
    let (logger, paper) = Self.logger(.json)
    logger.error(
      "it failed", metadata: ["error": "no user jane@example.org at postgres://amends:secret@db/amends today"])
    let line = paper.lines.withLock { $0 }.first ?? ""
    #expect(
      !line.contains("jane") && !line.contains("secret") && line.contains("no user [withheld] at [withheld] today"))
  }
}
