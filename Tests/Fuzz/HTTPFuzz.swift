import Foundation
import Kernel
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Server
@testable import Simulator

@Suite("HTTP, whatever is asked", .timeLimit(.minutes(30)))
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
    try await Served.service { port, token in
      let paths = [
        "/", "/subscribers", "/subscribers?q=ada", "/subscribers/1", "/subscribers/1?before=1700000000000000",
        "/health",
        "/assets/console.css", "/partners/card/notifications", "/partners/none/notifications", "/control",
        "/control/import",
      ]
      await Fuzz.each("requests to the service", share: 1) { mutator in
        let body = Self.body(&mutator)
        let job = Data(#"{"kind":{"subscribers":{}},"dryRun":true}"#.utf8).base64EncodedString()
        var headers = ["content-type: application/json", "stripe-signature: t=1,v1=00", "amends-import: \(job)"]
        if mutator.chance(60) { headers.append("authorization: Bearer \(token)") }
        let request = mutator.request(paths, body: body, headers: headers)
        try hold(await RawHTTP.exchange(request, port: port))
      }
      let health = await RawHTTP.exchange(
        Array("GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".utf8), port: port)
      #expect(health.status == 200)
    }
  }

  private static func body(_ mutator: inout Mutator) -> [UInt8] {
    switch mutator.below(6) {
    case 0: []
    case 1: mutator.json(mutator.pick(Sample.cardEvents()))
    case 2: [UInt8](repeating: 0x61, count: mutator.pick([255 << 10, (256 << 10) + 1, 1 << 20]))
    case 3: mutator.csv("reference,name,zone,plan,currency,partner,token\nada,Ada,UTC,monthly,EUR,card,t\n")
    default: mutator.json(act(&mutator), words: ["cancelSubscription", "refundPayment", "switchLane"])
    }
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
      let paths = [
        "/payments", "/carrier-billing/v0.3/payments", "/payments/pay-1", "/payments/pay-1/refunds", "/debits",
        "/refunds",
        "/payments/pay-1/refunds/remaining-amount", "/statements/2026-03-14.csv", "/_dials", "/_truth",
        "/payments?clientCorrelator=att-1", "/payments?page=1&perPage=10&order=asc",
        "/carrier-billing-refund/v0.1/payments/1/refunds",
      ]
      let bodies = [
        Sample.payment(), #"{"reference":"r1","amount":999,"currency":"EUR","method":"m","description":"d"}"#,
        #"{"reference":"r2","amount":1,"currency":"EUR","transaction":"t"}"#,
        #"{"type":"partial","amountTransaction":{"clientCorrelator":"c","referenceCode":"c","refundAmount":"#
          + #"{"chargingInformation":{"amount":1.5,"currency":"EUR","description":"d"}}}}"#,
      ]
      await Fuzz.each("requests to the partner", share: 1) { mutator in
        let body = mutator.chance(80) ? mutator.json(mutator.pick(bodies), words: Sample.words) : []
        // The dials themselves are turned elsewhere: here they stay as they are.
        var request = mutator.request(
          paths, body: body, headers: ["content-type: application/json", "x-correlator: a"])
        if String(decoding: request.prefix(40), as: UTF8.self).contains("_dials") {
          request = Array("GET /_dials HTTP/1.1\r\n\r\n".utf8)
        }
        try hold(await RawHTTP.exchange(request, port: port))
      }
      let truth = await RawHTTP.exchange(
        Array("GET /_truth HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".utf8), port: port)
      #expect(truth.status == 200)
    }
  }
}

/// The real servers, on free ports of this machine.
enum Served {
  static let silent = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

  static func service(_ body: @escaping @Sendable (Int, String) async throws -> Void) async throws {
    try await withDatabase(on: .sqlite) { path in
      let partners = path + ".partners.json"
      try Data(Self.partners.utf8).write(to: URL(filePath: partners))
      setenv("AMENDS_FUZZ_SECRET", "whsec_" + Data(Sample.carrierKey).base64EncodedString(), 1)
      var database = try DatabaseOptions.parse(["--log", "error"])
      database.database = path
      database.partners = partners
      var listening = try ListenOptions.parse([])
      listening.port = 0
      let runtime = try await Runtime.open(database)
      try await Runtime.use(runtime) { runtime in
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        var service = Server.Service(runtime: runtime, database: database, listening: listening, works: true)
        service.onRunning = { running.yield($0) }
        let served = service
        try await during({ try await served.run() }, ports) { port in
          try await body(port, try ControlDoor.read(beside: path).token)
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
