import Accounts
import ArgumentParser
import Billing
import Crypto
import Foundation
import Kernel
import Partners
import Simulator
import Store
import Web

struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start a small service with a misbehaving partner beside it, to look around.",
    discussion: """
      A folder of its own holds everything: the database, the keys, the partner's file of whom it charged. A member of the
      demo falls due every few seconds. `amends lane stop carrier --database FOLDER/demo.sqlite --reason "…"` stops the partner.
      """)

  @Option(help: "The folder; made if it is missing.") var folder = "amends-demo"
  @Option(help: "The console's port; 0 takes any that is free.") var port = 8080
  @Option(help: "How many subscribers.") var subscribers = 240

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535.") }
    guard (0...100_000).contains(subscribers) else { throw ValidationError("--subscribers is 0 to 100,000.") }
  }

  func run() async throws {
    try await reporting {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let secret = "whsec_" + DemoSecrets.random()
      let token = DemoSecrets.random()
      setenv("AMENDS_DEMO_SECRET", secret, 1)
      setenv("AMENDS_DEMO_TOKEN", token, 1)
      let partner = try DemoPartner(folder: folder)
      defer { partner.stop() }
      let partnerPort = try partner.start()
      try DemoFiles(folder: folder, port: port, partnerPort: partnerPort).write()
      var database = try DatabaseOptions.parse([])
      database.database = "\(folder)/demo.sqlite"
      database.partners = "\(folder)/partners.json"
      database.mail.mailName = "Atlas Reading Club"
      print("The partner's truth: http://127.0.0.1:\(partnerPort)/_truth — its dials: /_dials")
      try await Runtime.with(database) { runtime in
        try await DemoSubscribers(count: subscribers).add(to: runtime.kernel)
        var listening = try ListenOptions.parse([])
        listening.port = port
        listening.service = "Atlas Reading Club"
        let service = Service(runtime: runtime, database: database, listening: listening, works: true)
        let accounts = DemoAccounts(folder: folder)
        try await accounts.add(to: try service.desk())
        if let link = try await DemoSubscribers.link(service) { print("A subscriber's own page: \(link)") }
        print("Sign in with \(accounts.mails) and the password in \(accounts.file):\n\(try accounts.password())")
        try await service.run()
      }
    }
  }
}

enum DemoSecrets {
  static func random() -> String { SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() } }
}

/// The partner's process: this program once more, as `amends partner`.
final class DemoPartner {
  private let process = Process()
  private let output = Pipe()

  init(folder: String) throws {
    guard let program = Bundle.main.executableURL else { throw Problem(.fault, "The program cannot find itself.") }
    process.executableURL = program
    process.arguments = [
      "partner", "--name", "carrier", "--port", "0", "--truth", "\(folder)/partner-truth.jsonl", "--dials",
      "\(folder)/dials.json", "--secret-variable", "AMENDS_DEMO_SECRET",
    ]
    process.standardOutput = output
    try Data(DemoFiles.dials.utf8).write(to: URL(filePath: "\(folder)/dials.json"))
  }

  /// - Returns: the port it listens on.
  func start() throws -> Int {
    try process.run()
    var text = ""
    while process.isRunning, !text.contains("\n") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
    }
    guard let port = text.firstMatch(of: #/:(\d+)\//#).flatMap({ Int($0.1) }) else {
      throw Problem(.unavailable, "The partner did not start.")
    }
    return port
  }

  /// It keeps its truth by itself at every moment, so that it can be ended at any.
  func stop() { kill(process.processIdentifier, SIGKILL) }
}

struct DemoFiles {
  let folder: String
  let port: Int
  let partnerPort: Int

  /// Notifications late, lost and doubled; answers that never come although it charged.
  static let dials = """
    {"answers": {"async": 0.9, "asyncDelay": {"min": 1, "max": 20}, "resetAfterCharge": 0.04, "http5xxAfterCharge": 0.04,
      "decline": 0.05},
     "notifications": {"lose": 0.15, "double": 0.15, "reorder": 0.1, "delay": {"min": 0, "max": 30}},
     "queries": {"lagSeconds": 5}}
    """

  func write() throws {
    let address = "http://127.0.0.1:\(partnerPort)"
    let text = """
      {"partners": [
        {"lane": "carrier", "kind": "camara", "baseURL": "\(address)", "paymentQuery": "byCorrelator",
         "sinkURL": "http://127.0.0.1:\(port)/partners/carrier/notifications",
         "methodPagesPath": "method-pages",
         "secrets": {"accessToken": {"env": "AMENDS_DEMO_TOKEN"}, "webhook": {"env": "AMENDS_DEMO_SECRET"}},
         "capabilities": {"queryLagSeconds": 20, "notifiesWithinSeconds": 45}},
        {"lane": "debit", "kind": "debit", "baseURL": "\(address)", "secrets": {}}
      ]}
      """
    try Data(text.utf8).write(to: URL(filePath: "\(folder)/partners.json"))
  }
}

/// One account of each role, with one password for all of them, which stands in the demo's folder.
struct DemoAccounts {
  let folder: String

  static let people: [(name: String, role: Web.Role)] = [
    ("Olu Operator", .operator), ("Fatma Finance", .finance), ("Sven Support", .support), ("Aino Auditor", .auditor),
    ("Ada Administrator", .administrator), ("Ada Abe", .subscriber),
  ]

  var file: String { "\(folder)/demo-password.txt" }
  var mails: String { Self.people.map { Self.mail($0.role) }.joined(separator: ", ") }

  static func mail(_ role: Web.Role) -> String { "\(role.rawValue)@example.org" }

  func password() throws -> String {
    if let text = try? String(contentsOfFile: file, encoding: .utf8) {
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let password = String(Secret().text.prefix(16))
    try Files.writePrivate(password + "\n", to: file)
    return password
  }

  func add(to desk: AccountDesk) async throws {
    let known = try await desk.kernel.store.read { tx in try tx.integer("SELECT count(*) FROM account") ?? 0 }
    guard known == 0 else { return }
    // The work of one hash for all: it is the same password.
    let hash = try await desk.hasher.hash(try password())
    let member = try await desk.kernel.store.read { tx in
      try tx.integer("SELECT id FROM customer WHERE reference = 'member-1000'")
    }
    for (name, role) in Self.people where role != .subscriber || member != nil {
      _ = try await desk.addReady(
        mail: Self.mail(role), person: name, role: role, hash: hash, customer: role == .subscriber ? member : nil)
    }
  }
}

/// People for the demo. They renew at moments spread over the coming minutes, so that there is always something to see.
struct DemoSubscribers {
  let count: Int

  private static let first = [
    "Ada", "Bola", "Chen", "Dilek", "Emeka", "Freya", "Goran", "Hana", "Ivo", "Jun", "Katya", "Lior",
  ]
  private static let last = [
    "Abe", "Brandt", "Costa", "Demir", "Eze", "Fischer", "Gupta", "Haddad", "Ito", "Jensen", "Kovač",
  ]

  /// To the page of the first of them.
  static func link(_ service: Service) async throws -> String? {
    let desk = try service.subscriberDesk()
    let first = try await desk.kernel.store.read { tx in
      try tx.integer("SELECT id FROM customer WHERE reference = 'member-1000'")
    }
    guard let first else { return nil }
    return try await desk.make(for: first, by: Actor(.operator, "demo")).link
  }

  func add(to kernel: Kernel) async throws {
    let known = try await kernel.store.read { tx in try tx.integer("SELECT count(*) FROM customer") ?? 0 }
    guard known == 0 else { return }
    for (code, amount) in [("monthly", Int64(1_200)), ("weekly", 390)] {
      _ = try await kernel.perform(
        OfferPlan(
          product: "reading-club", code: code, title: "Reading Club \(code)",
          every: code == "monthly" ? .months(1) : .weeks(1),
          price: Money(amount, .eur)),
        by: .system("demo"), key: "demo/plan/\(code)")
    }
    let now = kernel.world.now()
    for index in 0..<count {
      let isDebit = index % 8 == 7
      let name = "\(Self.first[index % Self.first.count]) \(Self.last[(index / 3) % Self.last.count])"
      // Half of them in the last hours, half in the next half hour.
      let due = index % 2 == 0 ? now - .seconds(Int64(index) * 30) : now + .seconds(Int64(index) * 8)
      _ = try await kernel.perform(
        Subscribe(
          customer: NewCustomer(
            reference: "member-\(1_000 + index)", name: name, mail: "member\(1_000 + index)@example.org",
            zone: index % 3 == 0 ? "Europe/Berlin" : index % 3 == 1 ? "Asia/Tokyo" : "America/New_York"),
          plan: index % 5 == 0 ? "weekly" : "monthly", currency: "EUR",
          method: NewMethod(
            lane: isDebit ? "debit" : "carrier", token: isDebit ? "mandate-\(index)" : "+4915100\(100_000 + index)",
            label: isDebit ? "Direct debit" : "Phone bill"), paidUntil: due),
        by: .system("demo"), key: "demo/subscriber/\(index)")
    }
  }
}
