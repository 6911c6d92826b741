import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport

/// What a fault is played on.
struct Scene {
  var fault: String
  var engine: String
  /// As `--database` takes it; relative to the house's folder.
  var database: String
  /// Runs every one of our programs, for instance in the namespace of a small disk.
  var wrapper: [String] = []
  /// Runs the server alone.
  var serverWrapper: [String] = []
  var serverEnvironment: [String: String] = [:]
  /// `amends work` beside the server, which then serves only.
  var workers = 0
  /// Charges that the partner takes in a second.
  var rate = 10_000
  var dials = ProcessTests.dials
  var folder: URL?
}

extension Scene {
  /// Six in a hundred answers say nothing, instead of twenty-five. A breaker that has opened wants five good answers in a row
  /// before it closes: where the partner itself is the one that is hurt, it would hardly ever close with more.
  static let milderDials = """
    {"answers": {"async": 0.7, "asyncDelay": {"min": 0, "max": 2}, "resetAfterCharge": 0.02, "http5xxAfterCharge": 0.02,
      "garbageAfterCharge": 0.02},
     "notifications": {"lose": 0.3, "double": 0.3, "delay": {"min": 0, "max": 3}}}
    """
}

/// A house under load: a server with its keeper, a partner that loses, delays and doubles, and people who fall due while
/// something breaks. Everything is a process of its own.
final class Stage {
  struct Book {
    var captures = 0
    /// People who were charged more than once, and people who were not charged.
    var doubled = 0
    var lost = 0
  }

  let scene: Scene
  let folder: URL
  let server: Keeper
  let partner: Keeper
  let workers: [Keeper]
  private let serverPort: Int
  private let partnerPort: Int
  /// Opens the page of today.
  private var token = ""
  private(set) var people = 0
  private var survived = 0
  private var longest = Duration.zero

  static func with(_ scene: Scene, _ body: (Stage) async throws -> Void) async throws {
    let folder =
      scene.folder ?? FileManager.default.temporaryDirectory.appending(path: "amends-chaos-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let stage = Stage(scene, folder)
    var failure: (any Error)?
    do {
      try await stage.open()
      try await body(stage)
    } catch { failure = error }
    for keeper in [stage.server, stage.partner] + stage.workers { await keeper.dismiss() }
    stage.note(failed: failure != nil)
    if scene.folder == nil { try? FileManager.default.removeItem(at: folder) }
    if let failure { throw failure }
  }

  private init(_ scene: Scene, _ folder: URL) {
    self.scene = scene
    self.folder = folder
    let (serverPort, partnerPort) = (Web.freePort(), Web.freePort())
    self.serverPort = serverPort
    self.partnerPort = partnerPort
    let options = ["--database", scene.database, "--partners", "partners.json"]
    let secrets = ProcessTests.secrets
    var serve = ["serve", "--port", "\(serverPort)", "--zone", Self.zoneOfNoon()]
    if scene.workers > 0 { serve.append("--without-worker") }
    server = Keeper("server") { [serve] in
      try Program(
        serve + options, through: scene.wrapper + scene.serverWrapper, in: folder,
        environment: secrets.merging(scene.serverEnvironment) { $1 })
    }
    partner = Keeper("partner") {
      try Program(
        [
          "partner", "--port", "\(partnerPort)", "--truth", "truth.jsonl", "--dials", "dials.json",
          "--secret-variable", "CARRIER_HOOK",
        ], in: folder, environment: secrets)
    }
    workers = (0..<scene.workers).map { number in
      Keeper("worker \(number + 1)") {
        try Program(["work"] + options, through: scene.wrapper, in: folder, environment: secrets)
      }
    }
  }

  /// A zone where it is about noon, so that no midnight falls between two looks at the page of today. The sign of these
  /// names is turned round: Etc/GMT-5 is five hours ahead.
  private static func zoneOfNoon() -> String {
    let ahead = 12 - (Int(Date().timeIntervalSince1970) / 3_600) % 24
    return ahead == 0 ? "UTC" : "Etc/GMT\(ahead > 0 ? "-" : "+")\(abs(ahead))"
  }

  // MARK: - the house

  private func open() async throws {
    try Data(scene.dials.utf8).write(to: folder.appending(path: "dials.json"))
    let partners = """
      {"partners": [{"lane": "carrier", "kind": "camara", "baseURL": "http://127.0.0.1:\(partnerPort)",
        "paymentQuery": "byCorrelator",
        "sinkURL": "http://127.0.0.1:\(serverPort)/partners/carrier/notifications",
        "secrets": {"accessToken": {"env": "CARRIER_TOKEN"}, "webhook": {"env": "CARRIER_HOOK"}},
        "capabilities": {"replayWindowSeconds": 864000, "queryLagSeconds": 1, "notifiesWithinSeconds": 3,
          "concurrency": 1000, "ratePerSecond": \(scene.rate), "timeoutMilliseconds": 1000}}]}
      """
    try Data(partners.utf8).write(to: folder.appending(path: "partners.json"))
    let plans = "product,plan,name,every,currency,amount\nclub,monthly,Club,P1M,EUR,9.99\n"
    try Data(plans.utf8).write(to: folder.appending(path: "plans.csv"))
    try await amends("migrate")
    try await amends("import", "plans", "plans.csv")
    token = try await ProcessTests.token(tried)
    try await partner.start()
    try await server.start()
    for worker in workers { try await worker.start() }
    try await Chaos.wait(for: "the house to stand", telling: told) { [self] in
      guard await settled() != nil else { return false }
      return await partnerAnswers()
    }
  }

  /// Runs a command of ours to its end; anything but success is an error.
  @discardableResult
  func amends(_ arguments: String...) async throws -> String {
    let (code, text) = try await tried(arguments)
    guard code == 0 else { throw Program.Failed(text: "\(arguments): exit code \(code)\n\(text)\n\(await told())") }
    return text
  }

  func tried(_ arguments: [String]) async throws -> (code: Int32, text: String) {
    try await Program.run(
      arguments + ["--database", scene.database, "--partners", "partners.json"], through: scene.wrapper, in: folder,
      environment: ProcessTests.secrets)
  }

  /// What everybody has said.
  func told() async -> String {
    var texts: [String] = []
    for keeper in [server] + workers + [partner] { texts.append(await keeper.text) }
    return texts.joined(separator: "\n")
  }

  /// How many the page of today says are settled; `nil`: it does not answer.
  func settled() async -> Int? {
    guard let page = try? await get("http://127.0.0.1:\(serverPort)/") else { return nil }
    // A day without charges has no such words.
    guard let match = page.firstMatch(of: #/settled ([0-9.,\s]*[0-9])/#) else { return 0 }
    return Int(match.1.filter(\.isNumber))
  }

  private func partnerAnswers() async -> Bool { (try? await get("http://127.0.0.1:\(partnerPort)/_truth")) != nil }

  private func get(_ address: String) async throws -> String {
    var request = HTTPClientRequest(url: address)
    request.headers.add(name: "authorization", value: "Bearer \(token)")
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(3))
    guard response.status.code == 200 else { throw Program.Failed(text: "HTTP \(response.status.code)") }
    return String(buffer: try await response.body.collect(upTo: 1 << 20))
  }

  // MARK: - a round

  /// New people fall due, and the first of them is settled.
  func flow() async throws {
    let before = try await wave()
    try await Chaos.wait(for: "charges to flow", within: Chaos.patience, telling: told) {
      [self] in (await settled() ?? 0) > before
    }
  }

  /// New people fall due, charges flow, the fault comes and goes, and the service is back by itself.
  func round(_ number: Int, _ fault: () async throws -> Void) async throws {
    try await flow()
    // Which step of a charge is hit depends on the moment: another one in each round, spread evenly.
    let share = (Double(number) * 0.618).truncatingRemainder(dividingBy: 1)
    try await Task.sleep(for: .seconds(share))
    let before = await settled() ?? 0
    try await fault()
    let over = ContinuousClock.now
    // What was settled while it lasted does not count; `nil`: nobody could look.
    let meanwhile = await settled() ?? before
    try await Chaos.wait(for: "the service to be back", within: Chaos.patience, telling: told) { [self] in
      guard let now = await settled() else { return false }
      return now > meanwhile || now == people
    }
    longest = max(longest, .now - over)
    survived += 1
  }

  /// Imports people who fall due over the next seconds.
  /// - Returns: how many were settled before.
  private func wave() async throws -> Int {
    let now = Date()
    var rows = ["reference,name,zone,plan,currency,partner,token,paid_until"]
    for index in 0..<Chaos.crowd {
      let due = now.addingTimeInterval(Double(index) * 6 / Double(Chaos.crowd)).formatted(.iso8601)
      let person = people + index
      rows.append("c\(person),Person \(person),Europe/Berlin,monthly,EUR,carrier,\(Self.payer(person)),\(due)")
    }
    try Data(rows.joined(separator: "\n").utf8).write(to: folder.appending(path: "wave.csv"))
    let before = await settled() ?? 0
    try await amends("import", "subscribers", "wave.csv")
    people += Chaos.crowd
    return before
  }

  private static func payer(_ person: Int) -> String { "+49151\(1_000_000 + person)" }

  // MARK: - the end

  /// Waits until everybody is settled, asks the partner's own book about each person, and reads the journal again.
  func end() async throws -> Book {
    try await Chaos.wait(for: "everybody (\(people)) to be settled", within: Chaos.patience, telling: told) {
      [self] in await settled() == people
    }
    let book = try await self.book()
    lastBook = book
    try await amends("journal", "verify", "--json")
    return book
  }

  private var lastBook: Book?

  /// One person is one payer here and owes one month of 9.99 EUR.
  private func book() async throws -> Book {
    var book = Book()
    for person in 0..<people {
      let payer = Self.payer(person).replacing("+", with: "%2B")
      let truth = try await Web.json("http://127.0.0.1:\(partnerPort)/_truth/payers/\(payer)")
      let entries = truth["entries"] as? [[String: Any]] ?? []
      let captures = entries.filter { $0["kind"] as? String == "capture" }
      book.captures += captures.count
      if captures.count > 1 { book.doubled += 1 }
      if !captures.contains(where: { $0["amount"] as? Int == 999 && $0["currency"] as? String == "EUR" }) {
        book.lost += 1
      }
    }
    return book
  }

  private func note(failed: Bool) {
    let bad = lastBook.map { $0.doubled > 0 || $0.lost > 0 } ?? true
    ChaosTable.note(
      scene, survived: survived, people: people, book: lastBook, back: longest, failed: failed || bad)
  }
}
