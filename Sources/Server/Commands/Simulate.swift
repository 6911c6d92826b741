import ArgumentParser
import Foundation
import Logging
import Simulator
import Store

struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Live through many seeded months of renewals, or repairs, with crashes and misbehaving partners.",
    discussion: """
      Each seed is a life of its own: who subscribes, when it begins, what the partners do wrong, where the program
      crashes, which commits end unknown. Afterwards the partners' books are held against what the engine believes. A
      life that fails is printed with its seed, made smaller, and told. Exit code 1 when one failed.

      With --repairs each seed is the repair of people who were charged twice: found, approved and given their money back by
      workers that die, in small batches, while more of them come to light, some object and some cannot be reached.
      """)

  @Option(help: "How many lives.") var seeds: UInt64 = 200
  @Option(help: "The first seed.") var from: UInt64 = 1
  @Option(help: "Only this seed, told in full.") var seed: UInt64?
  @Option(help: "Live --seed in this new SQLite file, to look at it afterwards.") var keep: String?
  @Option(help: "Begin no new life after so many minutes.") var minutes: Int?
  @Option(help: "Lives side by side.") var jobs = SimulationSeeds.jobs
  @Flag(help: "Live through repairs of people instead of renewals.") var repairs = false
  @Flag(help: "Stop at the first life that fails.") var first = false
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard (1...1_000_000_000).contains(seeds) else { throw ValidationError("--seeds is 1 to 1,000,000,000.") }
    guard (1...64).contains(jobs) else { throw ValidationError("--jobs is 1 to 64.") }
    guard from <= .max - seeds else { throw ValidationError("--from is too large.") }
    guard keep == nil || seed != nil else { throw ValidationError("--keep goes with --seed.") }
    if let minutes, !(1...100_000).contains(minutes) { throw ValidationError("--minutes is 1 to 100,000.") }
  }

  struct Output: Encodable {
    struct Failed: Encodable {
      var seed: UInt64
      var problems: [String]
    }

    var lived: Int
    var failed: [Failed]
  }

  func run() async throws {
    try await reporting {
      if let seed { return try await repairs ? tellRepair(seed) : tell(SimulationPlan(seed: seed)) }
      let line = ProgressLine()
      let total = Int64(clamping: seeds)
      let life: @Sendable (UInt64) async throws -> [String] = { [repairs] seed in
        if repairs { return try await RepairSimulation.problems(seed) }
        return try await SimulationSeeds.problems(SimulationPlan(seed: seed))
      }
      let report = try await SimulationSeeds().run(
        from...(from + seeds - 1), jobs: jobs, time: minutes.map { .seconds($0 * 60) }, failures: first ? 1 : 10,
        life: life,
        progress: { line.show("Lives", Int64($0.lived), of: total) })
      line.end()
      if json {
        try printJSON(
          Output(lived: report.lived, failed: report.failures.map { .init(seed: $0.seed, problems: $0.problems) }))
      } else {
        print("\(report.lived) lives, \(report.failures.count) of them failed.")
        for failure in report.failures {
          print("seed \(failure.seed): \(failure.problems.prefix(3).joined(separator: "; "))")
        }
        if let first = report.failures.first, !repairs { try await shrink(first.plan) }
      }
      if !report.failures.isEmpty { throw ExitCode(Problem.Code.no.rawValue) }
    }
  }

  private func tellRepair(_ seed: UInt64) async throws {
    let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    let store = try await Store.open(keep.map { "sqlite:\($0)" } ?? "sqlite::memory:", logger: silent)
    let problems = try await RepairSimulation.problems(seed, store: store)
    await store.close()
    print("seed \(seed), a repair")
    for problem in problems { print("WRONG: \(problem)") }
    if problems.isEmpty { print("Every promise was kept.") } else { throw ExitCode(Problem.Code.no.rawValue) }
  }

  private func shrink(_ plan: SimulationPlan) async throws {
    print("Looking for a smaller life that fails like seed \(plan.seed) …")
    let smallest = try await SimulationSeeds.shrink(plan) { try await !SimulationSeeds.problems($0).isEmpty }
    try await tell(smallest, fails: true)
  }

  /// Lives through one plan and prints what happened.
  private func tell(_ plan: SimulationPlan, fails: Bool = false) async throws {
    let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    let store = try await Store.open(keep.map { "sqlite:\($0)" } ?? "sqlite::memory:", logger: silent)
    let simulation = RenewalSimulation(plan, store: store)
    let problems: [String]
    do { problems = try await simulation.run() } catch { problems = ["the engine stopped: \(error)"] }
    print("seed \(plan.seed): \(plan.words)")
    for line in try await simulation.story() { print("  \(line)") }
    await store.close()
    for problem in problems { print("WRONG: \(problem)") }
    if problems.isEmpty { print("Every promise was kept.") } else if !fails { throw ExitCode(Problem.Code.no.rawValue) }
  }
}
