import ArgumentParser
import Billing
import Crypto
import Foundation
import Kernel
import Store
import TestSupport

/// (d) Notifications, as a partner sends them: to the real server, signed, each about another charge.
struct WebhooksBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "webhooks",
    abstract: "(d) Notifications a second that `amends serve` verifies and keeps, and how long each takes.")

  @OptionGroup var settings: Settings
  @Option(help: "Notifications in all; the rounds share them.") var count = 15_000
  @Option(help: "Connections that send side by side.") var connections = 32

  private static let lane = "carrier"
  private static let secret = [UInt8](repeating: 9, count: 32)

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    for engine in settings.engines { lines += try await intake(on: engine) }
    return lines
  }

  private func intake(on engine: TestEngine) async throws -> [Line] {
    try await withDatabase(on: engine) { address in
      let references = try await pending(address)
      let folder = try Self.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let server = try Self.server(address, folder)
      defer { server.kill() }
      let port = try await server.port()

      var (limits, intake): ([RawLoad.Result], [RawLoad.Result]) = ([], [])
      var (busy, wall) = (0.0, 0.0)
      let each = count / settings.rounds
      for round in 0..<settings.rounds {
        let health = Array("GET /health HTTP/1.1\r\nHost: bench\r\n\r\n".utf8)
        limits.append(
          try await RawLoad.run([[UInt8]](repeating: health, count: each), port: port, connections: connections))
        let events = references[round * each..<(round + 1) * each].map { Self.request(about: $0) }
        let before = server.processorSeconds
        intake.append(try await RawLoad.run(events, port: port, connections: connections))
        busy += server.processorSeconds - before
        wall += intake[round].seconds
      }
      let last = ContinuousClock.now
      try await weighed(address, each * settings.rounds)
      let after = (ContinuousClock.now - last).inSeconds

      let (rate, limit) = (median(intake.map(\.rate)), median(limits.map(\.rate)))
      func milliseconds(_ share: Double, _ results: [RawLoad.Result]) -> String {
        String(format: "%.1f ms", median(results.map { Double($0.quantile(share)) }) / 1_000)
      }
      func times(_ results: [RawLoad.Result]) -> String {
        "p50 \(milliseconds(0.5, results)), p99 \(milliseconds(0.99, results)), max \(milliseconds(1, results))"
      }
      let result = [
        Line(
          part: "d", engine: engine.rawValue, what: "notifications, \(connections) connections",
          amends: perSecond(rate),
          beside: "`GET /health` \(perSecond(limit))", ratio: percent(rate, of: limit)),
        Line(
          part: "d", engine: engine.rawValue, what: "how long one takes", amends: times(intake), beside: times(limits),
          ratio: "–"),
        Line(
          part: "d", engine: engine.rawValue, what: "the server's processor time",
          amends: String(
            format: "%.2f of a core, %.0f µs each", busy / wall, busy / Double(each * settings.rounds) * 1e6),
          beside: String(format: "all weighed %.1f s after the last", after), ratio: "–"),
      ]
      for line in result { note(line.markdown) }
      return result
    }
  }

  /// A database with so many charges that the partner took and has not told the end of.
  /// - Returns: their references.
  private func pending(_ address: String) async throws -> [String] {
    _ = try await Subscribers(subscriptions: count, due: count, lanes: [Self.lane]).build(address)
    return try await Bed.on(address, [PendingPartner(lane: Self.lane)], batch: settings.batch) { bed in
      var cursors = RenewalEngine.Cursors()
      try await bed.engine.settle(&cursors, checks: false)
      let references = try await bed.store.read { tx in
        try tx.rows("SELECT reference FROM effect WHERE state = 'pending'").map { try $0.text("reference") }
      }
      guard references.count == count else { throw Failed("\(references.count) of \(count) wait for a notification") }
      return references
    }
  }

  /// Waits until the worker has weighed everything, and everybody is settled.
  private func weighed(_ address: String, _ expected: Int) async throws {
    let store = try await Store.openToRead(address, logger: Bed.quiet)
    var left: Int64 = 1
    for _ in 0..<6_000 where left > 0 {
      left = try await store.read { tx in
        try tx.integer("SELECT count(*) FROM evidence WHERE state IN ('new', 'waiting')") ?? 0
      }
      if left > 0 { try await Task.sleep(for: .milliseconds(20)) }
    }
    let settled = try await store.read { tx in try tx.integer("SELECT count(*) FROM capture") ?? 0 }
    await store.close()
    guard settled == expected else { throw Failed("\(settled) of \(expected) notified charges are settled") }
  }

  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-webhooks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func server(_ address: String, _ folder: URL) throws -> Child {
    let (partners, key) = (folder.appending(path: "partners.json"), folder.appending(path: "key"))
    try Data(
      """
      {"partners": [{"lane": "\(lane)", "kind": "camara", "baseURL": "http://127.0.0.1:9",
        "sinkURL": "http://127.0.0.1:9/", "secrets": {"accessToken": {"env": "BENCH_TOKEN"}, "webhook": {"env": "BENCH_SECRET"}}}]}
      """.utf8
    ).write(to: partners)
    try Data(Bed.key).base64EncodedString().write(to: key, atomically: true, encoding: .utf8)
    let access = folder.appending(path: "access")
    try Data(Bed.key).base64EncodedString().write(to: access, atomically: true, encoding: .utf8)
    return try Child(
      "amends", ["serve", "--port", "0"],
      environment: [
        "AMENDS_DATABASE": address, "AMENDS_PARTNERS": partners.path, "AMENDS_JOURNAL_KEY": key.path,
        "AMENDS_ACCESS_KEY": access.path,
        "AMENDS_LOG": "error", "BENCH_TOKEN": "bench", "BENCH_SECRET": "whsec_\(Data(secret).base64EncodedString())",
      ])
  }

  /// A CloudEvent of CAMARA Carrier Billing, signed as Standard Webhooks has it, as a whole HTTP request.
  private static func request(about reference: String) -> [UInt8] {
    let now = World.real.now()
    let (id, time) = ("evt-\(reference)", "\(now.seconds)")
    let body = """
      {"clientcorrelator":"\(reference)","data":{"description":"Payment completed","paymentDate":"\(now.iso8601)",\
      "paymentId":"pay-\(reference)","status":"succeeded"},"datacontenttype":"application/json","id":"\(id)",\
      "source":"urn:partner:bench","specversion":"1.0","time":"\(now.iso8601)",\
      "type":"org.camaraproject.carrier-billing.v0.payment-completed"}
      """
    let code = HMAC<SHA256>.authenticationCode(
      for: Data("\(id).\(time).\(body)".utf8), using: SymmetricKey(data: secret))
    let head = [
      "POST /partners/\(lane)/notifications HTTP/1.1", "Host: bench", "Content-Type: application/cloudevents+json",
      "Content-Length: \(body.utf8.count)", "webhook-id: \(id)", "webhook-timestamp: \(time)",
      "webhook-signature: v1,\(Data(code).base64EncodedString())", "", "",
    ]
    return Array((head.joined(separator: "\r\n") + body).utf8)
  }
}

/// Takes every charge, and will tell by a notification what became of it.
private struct PendingPartner: Counterpart {
  let lane: String
  let capabilities = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .none, notifiesWithin: .days(1), refusals: [],
    concurrency: 1, ratePerSecond: 1_000_000, timeout: .milliseconds(200))

  func perform(_ order: Order) async -> Reply { Reply(.pending, transaction: "pay-\(order.reference)") }
  func query(_ order: Order) async -> Reply { Reply(.unknown(reason: "not asked")) }
  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "not asked")) }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { throw .unsigned }
}
