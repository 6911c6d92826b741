import Foundation
import Testing

@Suite("What may not be called where")
struct CallTests {
  /// Something that may not stand in a source, and what to use instead.
  struct Rule: Sendable {
    var name: String
    var words: [String]
    var instead: String
    /// Files and folders where it may stand, each with its reason.
    var except: [String: String] = [:]
  }

  static let rules = [
    Rule(
      name: "a write transaction", words: ["store.write(", "store.write {"],
      instead: "kernel.perform for a command, kernel.change for a step of the program",
      except: [
        "Sources/Store/": "the Store itself",
        "Sources/Kernel/": "the one write path",
        "Sources/Simulator/Renewals/": "the harness ends a run from outside of the program that it tests",
      ]),
    Rule(
      name: "the system's clock",
      words: ["Date()", "Date.now", ".timeIntervalSinceNow", "clock_gettime", "gettimeofday", "DispatchTime.now"],
      instead: "change.now or world.now(): a simulation moves it",
      except: [
        "Sources/Kernel/World.swift": "the one place that reads it",
        "Sources/Simulator/Partner/Server/": "a partner is a program of its own, with a clock of its own",
      ]),
    Rule(
      name: "waiting", words: ["Task.sleep", "Thread.sleep", "usleep("],
      instead: "world.pause: in a simulation it takes no time",
      except: [
        "Sources/Kernel/World.swift": "the one place that waits",
        "Sources/Store/Postgres/": "threads of the Store wait for a connection; no simulation reaches them",
        "Sources/Simulator/Partner/Server/": "a partner's slowness over real HTTP",
        "Sources/Simulator/Renewals/RenewalAudit.swift":
          "after the run, for other transactions of a real PostgreSQL to end",
      ]),
    Rule(
      name: "randomness",
      words: [".random(in:", ".randomElement(", ".shuffled()", "SystemRandomNumberGenerator", "arc4random"],
      instead: "world.random() or change.reference(): a seed repeats them",
      except: [
        "Sources/Kernel/World.swift": "the one place that draws",
        "Sources/Store/Postgres/ConnectionThread.swift": "spreads retries of several processes; decides nothing",
      ]),
    Rule(
      name: "a way around the doors", words: ["Router(", "RouterMethods", "router.get", "router.post", "router.on("],
      instead: "doors.get and doors.post: each names the right that it needs",
      except: [
        "Sources/Web/Access/Doors.swift": "the doors themselves",
        "Sources/Simulator/Partner/Server/": "the partner is a program of its own, for tests and the demo",
      ]),
    Rule(
      name: "an end of the whole program", words: ["try!", "as!", "fatalError("],
      instead: "throw, or return a Refusal: one bad row must not take a service down"),
  ]

  static func problems(in file: SourceTree.File, _ rule: Rule) -> [String] {
    guard !rule.except.keys.contains(where: { file.path.hasPrefix($0) }) else { return [] }
    return rule.words.flatMap { word in
      file.code(with: word).filter { stands(word, in: $0.text) }.map { number, _ in
        "\(file.path):\(number): \(word) is \(rule.name); use \(rule.instead)"
      }
    }
  }

  /// As a word of its own: `alas!` is no `as!`.
  private static func stands(_ word: String, in line: String) -> Bool {
    var rest = line[...]
    while let range = rest.range(of: word) {
      let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
      let startsWord = word.first?.isLetter == true
      if !startsWord || !(before.isLetter || before.isNumber || before == "_") { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }

  @Test("Nothing stands in the sources that has its own place", arguments: rules.indices)
  func calls(index: Int) {
    for file in SourceTree.sources {
      for problem in Self.problems(in: file, Self.rules[index]) { Issue.record("\(problem)") }
    }
    #expect(SourceTree.sources.count > 100, "the sources were not found below \(SourceTree.root.path)")
  }

  @Test("Every exception is still needed", arguments: rules.indices)
  func exceptions(index: Int) {
    var rule = Self.rules[index]
    let exceptions = rule.except
    rule.except = [:]
    for (path, reason) in exceptions.sorted(by: { $0.key < $1.key }) where path != "Sources/Store/" {
      let uses = SourceTree.sources.filter { $0.path.hasPrefix(path) }.flatMap { Self.problems(in: $0, rule) }
      #expect(!uses.isEmpty, "\(path) needs no exception for \(rule.name) any more (\(reason)): take it out")
    }
  }

  @Test(
    "The rules see what they are made against",
    arguments: [
      (0, "    try await store.write { tx in"), (0, "try await kernel.store.write({ _ in })"), (1, "let now = Date()"),
      (2, "try await Task.sleep(for: .seconds(1))"), (3, "let n = Int.random(in: 0..<3)"), (5, "let x = try! load()"),
      (5, "let y = x as! Int"), (5, "fatalError(\"no\")"), (4, "let router = Router()"), (4, "  router.get(\"x\") {"),
    ])
  func seen(index: Int, line: String) {
    let file = SourceTree.File(path: "Sources/Billing/X.swift", lines: ["import Kernel", line])
    let problems = Self.problems(in: file, Self.rules[index])
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("Sources/Billing/X.swift:2: ") == true)
  }

  @Test(
    "The rules pass over comments and other words",
    arguments: [
      "// Date() is read elsewhere", "let a = alas!", "world.random()", "/// never `try!`", "store.read { tx in",
    ])
  func passed(line: String) {
    let file = SourceTree.File(path: "Sources/Billing/X.swift", lines: [line])
    for rule in Self.rules { #expect(Self.problems(in: file, rule) == []) }
  }
}
