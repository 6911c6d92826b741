import Foundation
import Kernel
import Logging
import Store
import Synchronization
import TestSupport
import Testing
import Web

@testable import Accounts
@testable import Server
@testable import Simulator

@Suite("HTTP, whatever is asked", .timeLimit(.minutes(Fuzz.minutes)))
struct HTTPFuzz {
  /// What must hold of every answer.
  private func hold(_ answer: RawHTTP.Answer) throws {
    try Fuzz.require(!answer.hangs, "no answer, and the connection stays open: \(answer.text.prefix(200))")
    guard let status = answer.status else { return }
    try Fuzz.require(status < 500, "HTTP \(status): \(answer.text.suffix(300))")
    if answer.text.contains("text/html") {
      try Fuzz.require(!answer.body.contains("<fz"), "text comes back unescaped: \(answer.body.prefix(3_000))")
    }
    try Fuzz.require(!answer.head.contains("<fz"), "text comes back in a header: \(answer.head)")
  }

  @Test("The service answers everything, and never with a failure of its own")
  func service() async throws {
    try await Served.service { port, keys in
      var seen: Set<Int> = []
      await Fuzz.each("requests to the service", share: 1.5) { mutator in
        let request = mutator.chance(30) ? APISample.request(&mutator, keys) : Self.serviceRequest(&mutator, keys)
        let answer = await RawHTTP.exchange(request, port: port)
        try hold(answer)
        if let status = answer.status { seen.insert(status) }
      }
      if Fuzz.inputs >= 100 { #expect(seen.isSuperset(of: [200, 401, 404]), "it was hardly asked anything: \(seen)") }
      #expect(await RawHTTP.get("/health", port: port).status == 200)
    }
  }

  private static let pages = [
    "/", "/subscribers", "/subscribers?q=ada", "/subscribers/1", "/subscribers/1?before=1700000000000000", "/health",
    "/ready",
    "/assets/console.css", "/nothing/here", "/sign-in", "/sign-in?back=/subscribers&done=out", "/sign-in/second-step",
    "/forgotten", "/link/abc", "/account", "/account?done=changed", "/accounts", "/accounts/1", "/accounts/99999999",
  ]

  private static let forms = [
    ("/sign-in", "mail=a%40example.org&password=x&back=%2Fsubscribers"), ("/forgotten", "mail=a%40example.org"),
    ("/link/abc", "password=a+long+sentence&again=a+long+sentence"), ("/sign-in/second-step", "code=123456"),
    ("/accounts", "mail=<fz%40example.org&person=%3Cfz%22%27%26%3E&role=support"),
    ("/accounts/1/role", "role=finance&reason=x"),
    ("/accounts/1/suspend", "reason=x"), ("/accounts/1/resume", "reason=x"), ("/accounts/1/link", ""),
    ("/accounts/1/second-factor", "reason=x"), ("/account/password", "current=x&new=a+long+sentence"),
    ("/account/second-factor", ""), ("/account/second-factor/confirm", "code=123456"),
    ("/account/second-factor/remove", "password=x"), ("/account/sessions/end", "session=1"),
    ("/account/tokens", "title=%3Cfz&scope=readAccounts&days=30"), ("/account/tokens/revoke", "token=1"),
  ]

  private static func serviceRequest(_ mutator: inout Mutator, _ keys: Served.Keys) -> [UInt8] {
    let bearer = "authorization: Bearer \(keys.control)"
    switch mutator.below(14) {
    case 0, 1:
      let body = mutator.chance(10) ? large(&mutator) : mutator.json(mutator.pick(Sample.cardEvents()))
      let (path, signature) = (
        mutator.pick(["card", "carrier", "none"]), Sample.signCard(body)["stripe-signature"] ?? ""
      )
      return mutator.request(
        "POST", "/partners/\(path)/notifications", body: body, headers: ["stripe-signature: \(signature)"])
    case 2, 3, 4:
      let body =
        mutator.chance(10)
        ? large(&mutator) : mutator.chance(30) ? mutator.json(act(&mutator)) : Array(act(&mutator).utf8)
      return mutator.request("POST", "/control", body: body, headers: [bearer, "content-type: application/json"])
    case 5:
      let rows = "reference,name,zone,plan,currency,partner,token\nada,Ada,UTC,monthly,EUR,card,t\n"
      let kind = mutator.pick([#"{"subscribers":{}}"#, #"{"plans":{}}"#, #"{"statement":{"lane":"card"}}"#])
      let text = #"{"kind":\#(kind),"dryRun":true}"#
      let job = Data(mutator.chance(40) ? mutator.json(text) : Array(text.utf8)).base64EncodedString()
      return mutator.request(
        "POST", "/control/import", body: mutator.csv(rows),
        headers: [bearer, "amends-import: \(job)", "content-type: text/csv"])
    case 6, 7, 8:
      let (path, form) = mutator.pick(forms)
      var body = Array((form + "&proof=\(keys.proof)").utf8)
      if mutator.chance(50) {
        body = mutator.bytes(body, words: ["%", "%00", "%ff", "&", "=", "+", "&role=", "%3Cfz"])
      }
      return mutator.request(
        "POST", path, body: body,
        headers: ["cookie: amends-session=\(keys.session)", "content-type: application/x-www-form-urlencoded"])
    case 9: return mutator.request("GET", mutator.pick(pages), body: [], headers: [])
    case 10:
      return mutator.request("GET", mutator.pick(pages), body: [], headers: ["cookie: amends-session=\(keys.session)"])
    default:
      return mutator.request("GET", mutator.pick(pages), body: [], headers: ["authorization: Bearer \(keys.token)"])
    }
  }

  private static func large(_ mutator: inout Mutator) -> [UInt8] {
    [UInt8](repeating: 0x61, count: mutator.pick([63 << 10, 65 << 10, 255 << 10, (256 << 10) + 1, 1 << 20]))
  }

  /// An operator's act as the command line sends it.
  private static func act(_ mutator: inout Mutator) -> String {
    let acts = [
      ("switchLane", #"{"lane":"card","on":false,"reason":"x"}"#),
      ("cancelSubscription", #"{"subscription":1,"when":{"now":{}},"reason":"x"}"#),
      ("pauseSubscription", #"{"subscription":1,"reason":"x"}"#), ("retryStuck", #"{"reason":"x"}"#),
      ("refundPayment", #"{"capture":1,"amount":1,"reason":"x"}"#),
      ("decideEffect", #"{"reference":"r","happened":true,"partnerID":"t","reason":"x"}"#),
    ]
    let (name, input) = mutator.pick(acts)
    let data = Data(mutator.chance(50) ? mutator.json(input) : Array(input.utf8)).base64EncodedString()
    return #"{"command":"\#(name)","input":"\#(data)","key":"k-\#(mutator.below(1_000_000))"}"#
  }

  @Test("The partner answers everything, and fails only when its dials say so")
  func partner() async throws {
    try await Served.partner { port in
      var seen: Set<Int> = []
      await Fuzz.each("requests to the partner", share: 1.5) { mutator in
        let (method, path, body) = Self.partnerRequest(&mutator)
        let request = mutator.request(
          method, path, body: body, headers: ["content-type: application/json", "x-correlator: a"])
        let answer = await RawHTTP.exchange(request, port: port)
        try hold(answer)
        if let status = answer.status { seen.insert(status) }
      }
      if Fuzz.inputs >= 100 {
        #expect(seen.isSuperset(of: [200, 201, 202, 400, 404]), "it was hardly asked anything: \(seen)")
      }
      #expect(await RawHTTP.get("/_truth", port: port).status == 200)
    }
  }

  private static let questions = [
    "/payments/pay-1", "/payments/pay-1/refunds", "/payments/pay-1/refunds/ref-1", "/payments?clientCorrelator=att-1",
    "/payments/pay-1/refunds/remaining-amount", "/statements/2026-03-14.csv", "/_dials", "/_truth",
    "/payments?page=1&perPage=10&order=asc&paymentCreationDate.gte=2026-03-01T00:00:00Z",
    "/payments?paymentStatus=succeeded",
    "/carrier-billing-refund/v0.1/payments/1/refunds?page=1",
  ]

  /// Its dials stay as they are: turned, it may well answer 500. What it makes of them is for `FlagFuzz`.
  private static func partnerRequest(_ mutator: inout Mutator) -> (String, String, [UInt8]) {
    let correlator = "c-\(mutator.below(50))"
    let refund =
      #"{"type":"partial","amountTransaction":{"clientCorrelator":"\#(correlator)","referenceCode":"\#(correlator)","#
      + #""refundAmount":{"chargingInformation":{"amount":1.5,"currency":"EUR","description":"d"}}},"sink":"http://127.0.0.1:1/x"}"#
    let (path, body): (String, String) =
      switch mutator.below(8) {
      case 0, 1: ("/payments", Sample.request.replacing("att-1", with: correlator))
      case 2: ("/carrier-billing/v0.3/payments", Sample.request.replacing("att-1", with: correlator))
      case 3: ("/payments/pay-1/refunds", refund)
      case 4:
        ("/debits", #"{"reference":"\#(correlator)","amount":999,"currency":"EUR","method":"m","description":"d"}"#)
      case 5: ("/refunds", #"{"reference":"\#(correlator)","amount":1,"currency":"EUR","transaction":"t"}"#)
      default: (mutator.pick(questions), "")
      }
    if body.isEmpty { return ("GET", path, []) }
    return ("POST", path, mutator.chance(70) ? mutator.json(body, words: Sample.words) : Array(body.utf8))
  }
}

/// The real servers, on free ports of this machine.
enum Served {
  static let silent = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

  /// A database with partners, as the program's own options name them.
  static func database(at path: String) throws -> DatabaseOptions {
    let file = path + ".partners.json"
    try Data(partners.utf8).write(to: URL(filePath: file))
    setenv("AMENDS_FUZZ_SECRET", "whsec_" + Data(Sample.carrierKey).base64EncodedString(), 1)
    var options = try DatabaseOptions.parse(["--log", "error"])
    options.database = path
    options.partners = file
    return options
  }

  /// What opens its doors: the control door's token, a program's of an auditor, and an administrator's browser.
  struct Keys: Sendable {
    let control: String
    let token: String
    /// Of an operator's program: it may change things by the API.
    let api: String
    let session: String
    let proof: String
  }

  private static func keys(_ service: Server.Service, control: String) async throws -> Keys {
    let desk = try service.desk(cost: .trifling)
    let hash = try await desk.hasher.hash("a sentence for the tests")
    let auditor = try await desk.addReady(mail: "auditor@example.org", person: "Auditor", role: .auditor, hash: hash)
    let token = try await desk.makeToken(
      for: auditor, title: "fuzz", scopes: [.readRenewals, .readSubscribers, .readAccounts], days: 1,
      by: Web.Role.auditor.actor(auditor))
    let program = try await desk.addReady(mail: "program@example.org", person: "Program", role: .operator, hash: hash)
    let api = try await desk.makeToken(
      for: program, title: "fuzz", scopes: Web.Role.operator.rights.filter(\.isForTokens), days: 1,
      by: Web.Role.operator.actor(program))
    let boss = try await desk.addReady(mail: "boss@example.org", person: "Boss", role: .administrator, hash: hash)
    let session = Secret()
    let id = try await desk.kernel.change(by: .system("test"), canRepeat: false) { change in
      try Session.begin(boss, session, .full, agent: "fuzz", in: change)
    }
    return Keys(control: control, token: token.text, api: api.text, session: session.text, proof: desk.proof(id))
  }

  static func service(_ body: @escaping @Sendable (Int, Keys) async throws -> Void) async throws {
    try await withDatabase(on: .sqlite) { path in
      let database = try database(at: path)
      var listening = try ListenOptions.parse([])
      listening.port = 0
      listening.apiRate = 1_000_000
      let runtime = try await Runtime.open(database)
      try await Runtime.use(runtime) { runtime in
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        var service = Server.Service(runtime: runtime, database: database, listening: listening, works: true)
        service.onRunning = { running.yield($0) }
        let served = service
        try await during({ try await served.run() }, ports) { port in
          try await body(port, try await keys(served, control: try ControlDoor.read(beside: path).token))
        }
      }
    }
  }

  static func partner(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    var configuration = PartnerServer.Configuration()
    let (ports, running) = AsyncStream.makeStream(of: Int.self)
    configuration.onRunning = { running.yield($0) }
    let server = PartnerServer(configuration: configuration, logger: silent)
    try await during({ try await server.run() }, ports, body)
  }

  private static func during(
    _ run: @escaping @Sendable () async throws -> Void, _ ports: AsyncStream<Int>, _ body: (Int) async throws -> Void
  ) async throws {
    let server = Task { try await run() }
    for await port in ports {
      do { try await body(port) } catch {
        server.cancel()
        _ = await server.result
        throw error
      }
      break
    }
    server.cancel()
    _ = await server.result
  }

  static let partners = """
    {"partners": [
      {"lane": "card", "kind": "stripe", "baseURL": "http://127.0.0.1:1",
       "secrets": {"apiKey": {"env": "AMENDS_FUZZ_SECRET"}, "webhook": {"env": "AMENDS_FUZZ_SECRET"}}},
      {"lane": "carrier", "kind": "camara", "baseURL": "http://127.0.0.1:1", "paymentQuery": "byCorrelator",
       "sinkURL": "http://127.0.0.1:8080/partners/carrier/notifications", "merchant": "atlas", "plainHTTP": false,
       "secrets": {"accessToken": {"env": "AMENDS_FUZZ_SECRET"}, "webhook": {"env": "AMENDS_FUZZ_SECRET"}},
       "capabilities": {"queryLagSeconds": 20, "notifiesWithinSeconds": 45, "moreRefusals": ["X"], "concurrency": 4}},
      {"lane": "debit", "kind": "debit", "baseURL": "http://127.0.0.1:1", "secrets": {}}
    ]}
    """
}
