import Foundation
import Testing

/// Every page of the console in a real Chromium. `make pictures` runs it too, and keeps what it saw.
@Suite("Every page in a browser", .serialized, .enabled(if: BrowserScript.python != nil))
struct BrowserTests {
  private struct Walk: Encodable {
    let base: String
    let doors: [DemoHouse.Door]
    let sessions: [String: String]
    /// Addresses that no page links to.
    let known: [String]
    /// Pages that stand below another one, by the other's door.
    let below: [String: String]
    /// How the paths of doors begin that are no pages, or that only programs know.
    let unlinked: [String]
    /// Doors whose pages nobody has translated yet.
    let inEnglish: [String]
    let names: [String]
    let pictures: String?
  }

  /// Whoever translates a page takes its door out of here.
  private static let inEnglish: [String] = []

  /// Programs read these; or they are files, or ways in and back that hold a secret (OwnPageTests goes them); or need a partner that
  /// has a page of its own for cards, which the demo has none of.
  private static let unlinked = [
    "api/", "metrics", "journal/:fact/receipt", "my/link/", "my/method/", "my/subscriptions/:id/method",
    "subscribers/:id/payments", "my/payments",
  ]

  /// For whoever works on some pages: `AMENDS_WALK="incidents launches my"` walks those doors alone.
  private static let only = (ProcessInfo.processInfo.environment["AMENDS_WALK"] ?? "").split(separator: " ")

  @Test("Accessible, in four languages, light and dark, wide and narrow, with script and without")
  func pages() async throws {
    let pictures = ProcessInfo.processInfo.environment["AMENDS_PICTURES"].flatMap { $0.isEmpty ? nil : $0 }
    if let pictures { try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true) }
    try await DemoHouse.open { house in
      let found = try await BrowserScript(name: "walk.py").run(
        Walk(
          base: house.base,
          doors: house.doors.filter { door in Self.only.isEmpty || Self.only.contains { door.path.hasPrefix($0) } },
          sessions: house.sessions,
          known: house.known,
          below: ["subscribers/:id": "/notes"], unlinked: Self.unlinked, inEnglish: Self.inEnglish,
          names: house.names, pictures: pictures),
        in: house.folder, as: BrowserReport.self)
      for problem in found.problems { Issue.record("\(problem)") }
      guard Self.only.isEmpty else { return }
      // Were the walk to find nothing, it would find nothing wrong.
      let pages = Set(found.pages ?? [])
      #expect(
        pages.isSuperset(of: [
          "", "sign-in", "sign-in/second-step", "subscribers/:id", "account", "link/:secret", "my", "incidents/:id",
          "incidents/:id/lesson", "incidents/:id/people", "launches", "launches/:id", "checklist", "objections/:id",
        ]))
      #expect(Set(found.others ?? []).isSuperset(of: ["incidents/:id/report.pdf", "incidents/:id/report.json"]))
    }
  }

  @Test("Without a mouse: everything is reached and seen, and the keys of the sheet do what it says")
  func keyboard() async throws {
    struct Keys: Encodable {
      let base: String
      let session: String
      let path: String
    }
    try await DemoHouse.open { house in
      let found = try await BrowserScript(name: "keyboard.py").run(
        Keys(base: house.base, session: house.sessions["finance"] ?? "", path: "/account"), in: house.folder,
        as: BrowserReport.self)
      for problem in found.problems { Issue.record("\(problem)") }
    }
  }

  @Test("An incident’s way: stopped and let go on, a lesson, a launch, “this is not right”, the report")
  func incident() async throws {
    struct Way: Encodable {
      let base: String
      let sessions: [String: String]
      let pictures: String?
    }
    let pictures = ProcessInfo.processInfo.environment["AMENDS_PICTURES"].flatMap { $0.isEmpty ? nil : $0 }
    if let pictures { try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true) }
    try await DemoHouse.open { house in
      let found = try await BrowserScript(name: "incident.py").run(
        Way(base: house.base, sessions: house.sessions, pictures: pictures), in: house.folder, as: BrowserReport.self)
      for problem in found.problems { Issue.record("\(problem)") }
    }
  }
}
