import ArgumentParser
import Billing
import Kernel
import TestSupport

/// (h) One of four partners never answers. Its own charges cannot go on; those of the others must.
struct HungBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "hung", abstract: "(h) Renewals a second of three partners while a fourth never answers.")

  @OptionGroup var settings: Settings
  @Option(help: "Subscriptions that are due, a quarter of them at each partner.") var count = 40_000

  private static let hung = "one"

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    for engine in settings.engines {
      var (hangs, healthy, stopped, absent): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
      for _ in 0..<settings.rounds {
        hangs.append(try await rate(engine, InstantPartner.lanes, HungPartner(lane: Self.hung)))
        healthy.append(try await rate(engine, InstantPartner.lanes, InstantPartner(lane: Self.hung)))
        stopped.append(try await rate(engine, InstantPartner.lanes, HungPartner(lane: Self.hung), stops: true))
        absent.append(try await rate(engine, InstantPartner.lanes.filter { $0 != Self.hung }, nil))
      }
      for (words, beside) in [
        ("the fourth answers too", healthy), ("its lane stopped by hand", stopped), ("the fourth is not there", absent),
      ] {
        let line = Line(
          part: "h", engine: engine.rawValue, what: "three partners, the fourth hangs",
          amends: perSecond(median(hangs)),
          beside: "\(words) \(perSecond(median(beside)))", ratio: percent(median(hangs), of: median(beside)))
        note(line.markdown)
        lines.append(line)
      }
    }
    return lines
  }

  /// What the three others settle a second. Each has a quarter of `count`, whether the fourth is there, and well, or not.
  private func rate(
    _ engine: TestEngine, _ lanes: [String], _ fourth: (any Counterpart)?, stops: Bool = false
  ) async throws -> Double {
    let (all, others) = (count / 4 * lanes.count, count / 4 * 3)
    return try await withDatabase(on: engine) { address in
      _ = try await Subscribers(subscriptions: all, due: all, lanes: lanes).build(address)
      if engine == .postgres { try PostgresCommand.run("VACUUM ANALYZE", on: address) }
      var partners: [any Counterpart] = lanes.filter { $0 != Self.hung }.map { InstantPartner(lane: $0) }
      if let fourth { partners.append(fourth) }
      return try await Bed.on(address, partners, batch: settings.batch) { bed in
        if stops {
          _ = try await bed.engine.kernel.perform(
            SwitchLane(lane: Self.hung, on: false, reason: "a measurement"), by: .system("bench"), key: "stop")
        }
        return try await bed.run(until: others, except: Self.hung).rate
      }
    }
  }
}

/// A partner whose connections are taken and never answered.
struct HungPartner: Counterpart {
  let lane: String
  let capabilities = Capabilities(
    replay: .none, query: .byReference(lag: .seconds(10)), cancel: false, statement: .none, notifiesWithin: nil,
    refusals: [], concurrency: 64, ratePerSecond: 1_000_000)

  func perform(_ order: Order) async -> Reply { await hang() }
  func query(_ order: Order) async -> Reply { await hang() }
  func cancel(_ order: Order) async -> Reply { await hang() }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { throw .unsigned }

  private func hang() async -> Reply {
    try? await Task.sleep(for: capabilities.timeout.duration)
    return Reply(.unknown(reason: "timed out"))
  }
}
