import ArgumentParser
import Foundation
import Kernel
import Partners
import TestSupport

/// (b) The partner is a process of its own, over HTTP.
struct HTTPBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "http",
    abstract: "(b) Renewals a second with `amends partner` outside, beside the HTTP client's own limit.")

  @OptionGroup var settings: Settings
  @Option(help: "Subscriptions that are due.") var count = 8_000
  @Option(help: "Partners (lanes); all are the same process.") var lanes = 1
  @Option(help: "Calls under way at once, of a lane.") var concurrency = 64

  /// How the partner answers.
  private struct Manner {
    let words: String
    let dials: String
    /// Fewer where it is slow.
    let share: Double
  }

  private static let manners = [
    Manner(words: "at once", dials: "{}", share: 1),
    Manner(words: "after 50 ms", dials: #"{"answers": {"slow": {"min": 0.05, "max": 0.05}}}"#, share: 0.75),
    Manner(
      words: "after 50 ms, one in 500 after 2 s",
      dials: #"{"answers": {"slow": {"min": 0.05, "max": 0.05}, "late": 0.002, "lateBy": {"min": 2, "max": 2}}}"#,
      share: 0.75),
  ]

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    for manner in Self.manners {
      let count = Int(Double(count) * manner.share)
      var limits: [Double] = []
      var rates: [TestEngine: [Double]] = [:]
      for _ in 0..<settings.rounds {
        limits.append(try await bare(manner, count))
        for engine in settings.engines { rates[engine, default: []].append(try await full(engine, manner, count)) }
      }
      for engine in settings.engines {
        let (rate, limit) = (median(rates[engine] ?? []), median(limits))
        let line = Line(
          part: "b", engine: engine.rawValue,
          what: "over HTTP, the partner answers \(manner.words)", amends: perSecond(rate),
          beside: "the adapter's calls alone \(perSecond(limit))", ratio: percent(rate, of: limit))
        note(line.markdown)
        lines.append(line)
      }
    }
    return lines
  }

  /// The same calls by the same adapter and client, as many at once, and nothing else.
  private func bare(_ manner: Manner, _ count: Int) async throws -> Double {
    try await withPartners(manner) { partners in
      let start = ContinuousClock.now
      let done = await withTaskGroup(of: Bool.self) { group in
        var (next, done) = (0, 0)
        func call() {
          guard next < count else { return }
          let (partner, reference) = (partners[next % partners.count], "bare\(next)")
          next += 1
          let order = Order(
            reference: reference, kind: "charge",
            payload: #"{"amount":999,"currency":"EUR","description":"Club 2026-11-23","method":"+4915100000000"}"#,
            preparedAt: World.real.now())
          group.addTask { await partner.perform(order).verdict == .done }
        }
        for _ in 0..<min(count, concurrency * partners.count) { call() }
        for await isDone in group {
          if isDone { done += 1 }
          call()
        }
        return done
      }
      guard done == count else { throw Failed("the partner took \(done) of \(count)") }
      return Double(count) / (ContinuousClock.now - start).inSeconds
    }
  }

  private func full(_ engine: TestEngine, _ manner: Manner, _ count: Int) async throws -> Double {
    try await withDatabase(on: engine) { address in
      _ = try await Subscribers(subscriptions: count, due: count, lanes: names).build(address)
      if engine == .postgres { try PostgresCommand.run("VACUUM ANALYZE", on: address) }
      return try await withPartners(manner) { partners in
        try await Bed.on(address, partners, batch: settings.batch) { try await $0.run(until: count).rate }
      }
    }
  }

  private var names: [String] { (0..<lanes).map { "carrier-\($0)" } }

  private func withPartners<T>(_ manner: Manner, _ body: ([any Counterpart]) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-partner-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let dials = folder.appending(path: "dials.json")
    try Data(manner.dials.utf8).write(to: dials)
    let child = try Child("amends", ["partner", "--port", "0", "--dials", dials.path])
    defer { child.kill() }
    let port = try await child.port()
    let http = PartnerHTTP(connections: concurrency * lanes)
    let partners = try names.map { name in
      let text = """
        {"partners": [{"lane": "\(name)", "kind": "camara", "baseURL": "http://127.0.0.1:\(port)",
          "secrets": {"accessToken": {"env": "TOKEN"}},
          "capabilities": {"concurrency": \(concurrency), "ratePerSecond": 1000000}}]}
        """
      let configuration = try PartnerConfiguration.read(Array(text.utf8))
      return try makeCounterpart(configuration[0], http: http, environment: ["TOKEN": "bench"])
    }
    do {
      let value = try await body(partners)
      try await http.shutdown()
      return value
    } catch {
      try? await http.shutdown()
      throw error
    }
  }
}
