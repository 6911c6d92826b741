import Foundation
import TestSupport
import Testing

@testable import Words

@Suite("The translators' files")
struct TranslationTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/Words")
  static let translated = Language.allCases.filter { $0 != .english }

  static func file(_ name: String) throws -> POFile {
    POFile(Array(try Data(contentsOf: folder.appending(path: "Languages/\(name)"))))
  }

  static func english(_ domain: Domain) throws -> POFile { try file("\(domain).pot") }

  static func translation(_ domain: Domain, _ language: Language) throws -> POFile {
    try file("\(domain).\(language.tag).po")
  }

  struct Key: Hashable {
    var name: String
    var id: String
    var plural: String?
  }

  static func keys(_ file: POFile) -> Set<Key> {
    Set(file.entries.map { Key(name: $0.name, id: $0.id, plural: $0.plural) })
  }

  @Test(
    "Every language has every message, made from the English of today, and no other", arguments: Domain.allCases,
    translated)
  func complete(domain: Domain, language: Language) throws {
    let (template, file) = (try Self.english(domain), try Self.translation(domain, language))
    let (wanted, found) = (Self.keys(template), Self.keys(file))
    #expect(wanted.count == template.entries.count, "two messages have one name")
    #expect(file.entries.count == found.count)
    for key in wanted.subtracting(found) {
      Issue.record("\(domain).\(language.tag).po lacks \(key.name), or has it stale")
    }
    for key in found.subtracting(wanted) {
      Issue.record("\(domain).\(language.tag).po has \(key.name), which is not in \(domain).pot")
    }
  }

  @Test(
    "Nothing is empty or a guess, and a plural has as many forms as its language", arguments: Domain.allCases,
    translated)
  func whole(domain: Domain, language: Language) throws {
    for entry in try Self.translation(domain, language).entries {
      #expect(!entry.flags.contains("fuzzy"), "\(entry.name)")
      #expect(entry.texts.allSatisfy { !$0.isEmpty }, "\(entry.name)")
      #expect(entry.texts.count == (entry.plural == nil ? 1 : language.pluralForms.count), "\(entry.name)")
    }
  }

  @Test(
    "A translation has the places of the English, and braces for nothing else", arguments: Domain.allCases, translated)
  func places(domain: Domain, language: Language) throws {
    for entry in try Self.translation(domain, language).entries {
      let wanted = Pattern(entry.plural ?? entry.id).places
      for (form, text) in zip(entry.plural == nil ? [.other] : language.pluralForms, entry.texts) {
        let found = Pattern(text).places
        // "Once more" says the number in a word.
        let mayLack = entry.plural != nil && form != .other
        #expect(mayLack ? found.isSubset(of: wanted) : found == wanted, "\(entry.name) \(form)")
        #expect(text.count { $0 == "{" } == text.count { $0 == "}" }, "\(entry.name)")
      }
      #expect(wanted.isEmpty || entry.flags.contains("python-brace-format"), "\(entry.name): translators' tools look")
    }
  }

  @Test("The program asks for exactly the messages that are there, with exactly their places")
  func asked() throws {
    let sources = try FileManager.default.contentsOfDirectory(
      at: Self.folder.appending(path: "Messages"), includingPropertiesForKeys: nil)
    var asked: [String: Set<String>] = [:]
    for source in sources {
      let text = try String(contentsOf: source, encoding: .utf8)
      for made in text.matches(of: /Message\(\s*"([^"]+)"((?:[^()]|\([^()]*\))*)\)/) {
        var places = Set(made.2.matches(of: /"(\w+)":/).map { String($0.1) })
        if made.2.contains("count:") { places.insert("count") }
        #expect(asked.updateValue(places, forKey: String(made.1)) == nil, "\(made.1) is made in two places")
      }
    }
    let labels = try Self.labels()
    for name in labels { #expect(asked.updateValue([], forKey: name) == nil, "\(name) is a label and a message") }
    for right in try Self.rights() { asked["right.\(right)"] = [] }
    for name in try Self.harms() + Self.moments() { asked[name] = [] }
    let there = try Domain.allCases.flatMap { try Self.english($0).entries }.map {
      ($0.name, Pattern($0.plural ?? $0.id).places)
    }
    let known = Dictionary(there, uniquingKeysWith: { first, _ in first })
    #expect(known.count == there.count, "a name stands in two domains")
    for (name, places) in asked {
      // A form may be chosen by a count that is written by hand, in a place of another name.
      let found = known[name]
      #expect(found == places || found == places.subtracting(["count"]), "\(name): asked for with \(places)")
    }
    for name in known.keys where asked[name] == nil && !name.hasPrefix("right.") {
      Issue.record("nobody asks for \(name)")
    }
    #expect(asked.count > 40 && labels.count > 10)
  }

  /// The names of all rights: what each allows is asked for by its name (`Right.words(_:)`).
  static func rights() throws -> [String] {
    let file = folder.deletingLastPathComponent().appending(path: "Web/Access/Right.swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    let rights = text.matches(of: /case \.(\w+): "/).map { String($0.1) }
    #expect(rights.count > 10)
    return rights
  }

  /// The program's own source files.
  private static var program: [URL] {
    let files = FileManager.default.enumerator(
      at: folder.deletingLastPathComponent(), includingPropertiesForKeys: nil)
    return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
  }

  /// What parts offer to incidents is asked for by its name (`PartName`).
  static func harms() throws -> [String] {
    let kinds = ["Finder": ["finder"], "Containment": ["stop", "goesOn"], "Remedy": ["remedy"]]
    var names: [String] = []
    for file in program where !file.path.contains("/Simulator/") {
      let text = try String(contentsOf: file, encoding: .utf8)
      guard let made = text.firstMatch(of: /struct \w+: (Finder|Containment|Remedy) \{/),
        let name = text.firstMatch(of: /let (?:name|finder|remedy|kind) = "([\w.]+)"/)
      else { continue }
      names += (kinds[String(made.1)] ?? []).map { "harm.\($0).\(name.1)" }
    }
    #expect(names.count >= 11)
    return names
  }

  /// Facts about incidents are asked for by what they are (`MomentWords`).
  static func moments() throws -> Set<String> {
    var names: Set<String> = []
    for file in program where file.path.contains("/Incidents/") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for fact in text.matches(of: /IncidentFact\((?:[^"()]|\([^()]*\))*what: "(\w+)"/) where fact.1 != "noted" {
        names.insert("moment.\(fact.1)")
      }
    }
    #expect(names.count > 15)
    return names
  }

  /// What templates ask for by `{{t.name}}`: of their own page, else of every page.
  static func labels() throws -> Set<String> {
    let own = Set(try Domain.allCases.flatMap { try english($0).entries.map(\.name) })
    let files = FileManager.default.enumerator(
      at: folder.deletingLastPathComponent(), includingPropertiesForKeys: nil)
    var labels: Set<String> = []
    for file in (files?.allObjects as? [URL] ?? []) where file.pathExtension == "mustache" {
      let page = file.deletingPathExtension().lastPathComponent
      let text = try String(contentsOf: file, encoding: .utf8)
      for label in text.matches(of: /\{\{[#^]?t\.(\w+)\}\}/).map({ String($0.1) }) {
        labels.insert(own.contains("\(page).\(label)") ? "\(page).\(label)" : "web.\(label)")
      }
    }
    return labels
  }

  @Test("Every message says something in every language", arguments: Language.allCases)
  func said(language: Language) throws {
    let catalog = Words.catalog(language)
    #expect(catalog.names == (try Domain.allCases.flatMap { try Self.english($0).entries.map(\.name) }.sorted()))
    #expect(Words(language).text(.planLabel) != "label.plan")
  }
}

/// GNU gettext and Python's reader of its files, which know nothing of ours.
@Suite(
  "The translators' files, read by others",
  .enabled(if: GetText.isThere, "msgfmt and msgcmp (Debian: gettext) and python3 are not all there"))
struct GetTextTests {
  @Test("msgfmt finds no fault, and msgcmp nothing missing", arguments: Domain.allCases, TranslationTests.translated)
  func checked(domain: Domain, language: Language) throws {
    let folder = TranslationTests.folder.appending(path: "Languages")
    let file = folder.appending(path: "\(domain).\(language.tag).po").path
    let format = try GetText.run(["msgfmt", "--check", "-o", "/dev/null", file])
    #expect(format.status == 0, "\(format.said)")
    let same = try GetText.run(["msgcmp", "--use-untranslated", file, folder.appending(path: "\(domain).pot").path])
    #expect(same.status == 0, "\(same.said)")
  }

  @Test(
    "Python reads the same messages, and the header's rule gives the same plural forms",
    arguments: Domain.allCases, TranslationTests.translated)
  func same(domain: Domain, language: Language) throws {
    let file = try TranslationTests.translation(domain, language)
    let compiled = FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString).mo").path
    defer { try? FileManager.default.removeItem(atPath: compiled) }
    let path = TranslationTests.folder.appending(path: "Languages/\(domain).\(language.tag).po").path
    #expect(try GetText.run(["msgfmt", "-o", compiled, path]).status == 0)
    let program = """
      import gettext, json, sys
      t = gettext.GNUTranslations(open(sys.argv[1], "rb"))
      texts = [[*(k if isinstance(k, tuple) else (k, -1)), v] for k, v in t._catalog.items() if k != ""]
      print(json.dumps({"texts": [[k, str(n), v] for k, n, v in texts], "forms": [t.plural(n) for n in range(2001)]}))
      """
    let said = try GetText.run(["python3", "-c", program, compiled])
    struct Read: Decodable {
      var texts: [[String]]
      var forms: [Int]
    }
    let read = try JSONDecoder().decode(Read.self, from: Data(said.said.utf8))
    var wanted: Set<[String]> = []
    for entry in file.entries {
      let key = entry.name + "\u{4}" + entry.id
      for (index, text) in entry.texts.enumerated() {
        wanted.insert([key, entry.plural == nil ? "-1" : String(index), text])
      }
    }
    #expect(Set(read.texts) == wanted)
    for (count, form) in read.forms.enumerated() {
      #expect(language.pluralForms[form] == language.pluralForm(for: count), "\(count)")
    }
  }
}

enum GetText {
  static let isThere = ["msgfmt", "msgcmp", "python3"].allSatisfy { (try? run([$0, "--version"]).status) == 0 }

  static func run(_ command: [String]) throws -> (status: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.runAlone()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
