import Foundation
import Testing

@Suite("Who may import whom")
struct ImportTests {
  /// What each folder below Sources may import. A new part gets a line of its own, and none of the other parts in it.
  static let allowed: [String: Set<String>] = [
    "Store": ["CLibpq", "Foundation", "GRDB", "GRDBSQLite", "Logging", "Metrics", "Synchronization"],
    "Kernel": ["Crypto", "Foundation", "Logging", "Metrics", "Store", "Synchronization", "Tracing"],
    // Figures, log lines and spans: how they leave the house, not what they say.
    "Operation": ["CoreMetrics", "Foundation", "Kernel", "Logging", "Metrics", "Synchronization", "Tracing"],
    "Words": ["CLanguages", "Foundation", "Kernel"],
    "Documents": ["CLibpango", "Foundation", "Kernel"],
    "Web": [
      "Foundation", "HTTPTypes", "Hummingbird", "Kernel", "Logging", "Metrics", "Mustache", "NIOCore", "NIOHTTP1",
      "Store", "Synchronization", "Tracing", "Words",
    ],
    // Who may come in is about Web's doors: every file of this part knows roles and rights.
    "Accounts": [
      "CLibqrencode", "Crypto", "CryptoExtras", "Foundation", "Kernel", "Store", "Synchronization", "Web", "Words",
    ],
    "Mail": ["CLibcurl", "CLibidn2", "Foundation", "Kernel", "Store", "Words"],
    // Its own calls to the outside: where they go is what consumers say, and what they prove is not the outbox's business
    // (docs/decisions/017).
    "Webhooks": [
      "AsyncHTTPClient", "Crypto", "Foundation", "Kernel", "NIOCore", "NIOHTTP1", "Store", "Synchronization",
    ],
    // Pages over the kernel's nouns, and nothing else: each file speaks to the browser or reads for one that does.
    "Desk": ["Foundation", "HTTPTypes", "Hummingbird", "Kernel", "Store", "Web", "Words"],
    "Billing": ["Crypto", "Foundation", "Kernel", "Logging", "Store", "Synchronization"],
    // What people were charged, shown or sent is the parts' business: Kernel's Harm stands in between.
    "Incidents": ["Foundation", "Kernel", "Store"],
    "Partners": [
      "AsyncHTTPClient", "Billing", "CLibcsv", "Crypto", "Foundation", "Kernel", "Logging", "NIOCore", "NIOHTTP1",
      "NIOPosix", "NIOSSL", "Synchronization",
    ],
    "Simulator": [
      "AsyncHTTPClient", "Billing", "Crypto", "Foundation", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Incidents",
      "Kernel", "Logging", "NIOCore", "NIOHTTP1", "ServiceLifecycle", "Store", "Synchronization", "Web",
    ],
    "Server": [
      "Accounts", "ArgumentParser", "AsyncHTTPClient", "Billing", "Crypto", "Desk", "Foundation", "Hummingbird",
      "Incidents", "Kernel", "Logging", "Mail", "Metrics", "NIOCore", "NIOPosix", "Operation", "Partners",
      "ServiceLifecycle", "Simulator", "Store", "Synchronization", "Tracing", "Web", "Webhooks", "Words",
    ],
  ]

  /// The files of a part that may speak to the browser, and what they may use for it.
  static let pages: Set<String> = ["Documents", "Web", "Words", "Hummingbird", "HTTPTypes"]
  static func isPage(_ path: String) -> Bool {
    let inside = path.split(separator: "/").dropFirst(2)
    return inside.last?.hasPrefix("Routes") == true || ["Pages", "Queries", "API"].contains(inside.first)
  }

  /// What to use instead, for the imports that are wanted most.
  static let instead: [String: String] = [
    "GRDB": "use Store: it is the only one that knows the engines",
    "GRDBSQLite": "use Store: it is the only one that knows the engines",
    "CLibpq": "use Store: it is the only one that knows the engines",
    "Web": "put it into Routes.swift, Pages, Queries or API; the rest of a part knows no browser",
    "Hummingbird": "put it into Routes.swift; a rule of the domain knows no HTTP",
    "HTTPTypes": "put it into Routes.swift; a rule of the domain knows no HTTP",
    "CLanguages": "what people read is asked of Words",
    "CLibpango": "documents are laid out and drawn by Documents",
    "CLibcurl": "calls to the outside are made as a Counterpart; mails by Mail's SMTPRelay",
    "AsyncHTTPClient": "calls to the outside are made by Partners, as a Counterpart",
    "Simulator": "hand in what differs (World, Counterpart) instead of asking for the simulator",
    "Partners": "use Kernel's Counterpart: no part knows a partner",
  ]

  static func problem(_ path: String, _ number: Int, target: String, imports module: String) -> String? {
    guard let list = allowed[target] else {
      return
        "\(path):\(number): nothing is said yet about what \(target) may import: say it in Tests/Tidy/ImportTests.swift"
    }
    if list.contains(module) { return nil }
    if ["Accounts", "Billing", "Incidents", "Mail", "Webhooks"].contains(target), pages.contains(module), isPage(path) {
      return nil
    }
    // A letter is a page that is sent away.
    if path.hasPrefix("Sources/Mail/Letters/"), ["Web", "Mustache"].contains(module) { return nil }
    let advice = instead[module] ?? "use what \(target) may import: \(list.sorted().joined(separator: ", "))"
    return "\(path):\(number): \(target) may not import \(module): \(advice)"
  }

  @Test("Every file imports only what its folder may")
  func imports() {
    var imports = 0
    for file in SourceTree.sources where !file.target.hasSuffix(".swift") {
      for (number, line) in file.code(with: "import ") {
        guard let module = SourceTree.module(importedBy: line) else { continue }
        imports += 1
        if let problem = Self.problem(file.path, number, target: file.target, imports: module) {
          Issue.record("\(problem)")
        }
      }
    }
    #expect(imports > 200, "the sources were not found below \(SourceTree.root.path)")
  }

  @Test(
    "The wall holds against what it is built against",
    arguments: [
      ("Sources/Billing/Charges/X.swift", "import GRDB"), ("Sources/Kernel/X.swift", "@preconcurrency import CLibpq"),
      ("Sources/Billing/Charges/X.swift", "import Web"), ("Sources/Billing/X.swift", "import Partners"),
      ("Sources/Partners/X.swift", "import Simulator"), ("Sources/Partners/X.swift", "import Web"),
      ("Sources/Simulator/X.swift", "import Partners"), ("Sources/Kernel/X.swift", "  public import Billing"),
      ("Sources/Accounts/SignIn/X.swift", "import Hummingbird"), ("Sources/Accounts/X.swift", "import Billing"),
      ("Sources/Store/X.swift", "import Kernel"), ("Sources/Server/X.swift", "import struct GRDB.Row"),
      ("Sources/Words/X.swift", "import Web"), ("Sources/Billing/X.swift", "import CLibpango"),
      ("Sources/Mail/SMTP/X.swift", "import Web"), ("Sources/Desk/X.swift", "import Billing"),
      ("Sources/Newcomer/X.swift", "import Foundation"),
    ])
  func holds(path: String, line: String) throws {
    let module = try #require(SourceTree.module(importedBy: line))
    let target = SourceTree.File(path: path, lines: []).target
    #expect(Self.problem(path, 1, target: target, imports: module) != nil)
  }

  @Test(
    "The wall has its doors",
    arguments: [
      ("Sources/Billing/Routes.swift", "import Web"), ("Sources/Billing/Pages/X.swift", "import Web"),
      ("Sources/Billing/Queries/X.swift", "import Web"), ("Sources/Billing/API/X.swift", "import Web"),
      ("Sources/Store/X.swift", "import GRDB"),
      ("Sources/Server/X.swift", "import Partners"), ("Sources/Mail/Letters/X.swift", "import Web"),
    ])
  func doors(path: String, line: String) throws {
    let module = try #require(SourceTree.module(importedBy: line))
    let target = SourceTree.File(path: path, lines: []).target
    #expect(Self.problem(path, 1, target: target, imports: module) == nil)
  }
}
