import Foundation
import Testing

/// Every page of the console in a real Chromium. `make pictures` runs it too, and keeps what it saw.
@Suite("Every page in a browser", .serialized, .enabled(if: BrowserScript.python != nil))
struct BrowserTests {
  private struct Walk: Encodable {
    let base: String
    let doors: [DemoHouse.Door]
    let sessions: [String: String]
    /// What no page links to, by its door.
    let known: [String: String]
    /// How the paths of doors begin that are no pages, or that only programs know.
    let unlinked: [String]
    /// Doors whose pages nobody has translated yet.
    let inEnglish: [String]
    let pictures: String?
  }

  /// Whoever translates a page takes its door out of here.
  private static let inEnglish: [String] = []

  /// Programs read these, and ways in and back that hold a secret: OwnPageTests goes them. And receipts, which are files.
  private static let unlinked = ["api/", "my/link/", "my/method/", "subscribers/:id/payments"]

  @Test("Accessible, in four languages, light and dark, wide and narrow, with script and without")
  func pages() async throws {
    let pictures = ProcessInfo.processInfo.environment["AMENDS_PICTURES"].flatMap { $0.isEmpty ? nil : $0 }
    if let pictures { try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true) }
    try await DemoHouse.open { house in
      let found = try await BrowserScript(name: "walk.py").run(
        Walk(
          base: house.base, doors: house.doors, sessions: house.sessions,
          known: ["link/:secret": house.invitation], unlinked: Self.unlinked, inEnglish: Self.inEnglish,
          pictures: pictures),
        in: house.folder, as: BrowserReport.self)
      for problem in found.problems { Issue.record("\(problem)") }
      // Were the walk to find nothing, it would find nothing wrong.
      let pages = Set(found.pages ?? [])
      #expect(
        pages.isSuperset(of: ["", "sign-in", "sign-in/second-step", "subscribers/:id", "account", "link/:secret"]))
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
}
