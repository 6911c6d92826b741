import Foundation
import Kernel
import Logging
import Store
import Synchronization

/// Many simulated lives, some at a time, each in a database of its own in memory.
public struct SimulationSeeds: Sendable {
  public struct Failure: Sendable, Equatable {
    public var seed: UInt64
    public var problems: [String]
    /// Of a life of renewals.
    public var plan: SimulationPlan { SimulationPlan(seed: seed) }
  }

  public struct Report: Sendable, Equatable {
    public var lived = 0
    public var failures: [Failure] = []
  }

  /// Two for each core: a life waits half of its time for the thread that owns its database.
  public static var jobs: Int { 2 * ProcessInfo.processInfo.activeProcessorCount }

  public init() {}

  /// - Parameters:
  ///   - seeds: as many as are lived before `time` is over.
  ///   - jobs: lives side by side.
  ///   - failures: after so many the rest says nothing new.
  ///   - life: what is lived; a year of renewals if left out.
  ///   - progress: called after each life.
  public func run(
    _ seeds: ClosedRange<UInt64>, jobs: Int = jobs, time: Duration? = nil, failures most: Int = 10,
    life: @escaping @Sendable (UInt64) async throws -> [String] = { try await problems(SimulationPlan(seed: $0)) },
    progress: @escaping @Sendable (Report) -> Void = { _ in }
  ) async throws -> Report {
    let lives = Lives(seeds, end: time.map { ContinuousClock.now + $0 }, most: most)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, jobs) {
        group.addTask {
          while let seed = lives.next() {
            try Task.checkCancellation()
            progress(lives.ended(seed, try await life(seed)))
          }
        }
      }
      try await group.waitForAll()
    }
    return lives.report
  }

  /// Which lives are still to be lived, and what came of the others.
  private final class Lives: Sendable {
    private let last: UInt64
    private let end: ContinuousClock.Instant?
    private let most: Int
    private let state: Mutex<(next: UInt64, report: Report)>

    init(_ seeds: ClosedRange<UInt64>, end: ContinuousClock.Instant?, most: Int) {
      last = seeds.upperBound
      self.end = end
      self.most = most
      state = Mutex((seeds.lowerBound, Report()))
    }

    var report: Report { state.withLock { $0.report } }

    func next() -> UInt64? {
      if let end, ContinuousClock.now >= end { return nil }
      return state.withLock { state in
        guard state.next <= last, state.report.failures.count < most else { return nil }
        defer { state.next += 1 }
        return state.next
      }
    }

    func ended(_ seed: UInt64, _ problems: [String]) -> Report {
      state.withLock { state in
        state.report.lived += 1
        if !problems.isEmpty { state.report.failures.append(Failure(seed: seed, problems: problems)) }
        return state.report
      }
    }
  }

  /// One life. What the engine throws is a problem too: a simulation must come to its end.
  public static func problems(_ plan: SimulationPlan, store given: Store? = nil) async throws -> [String] {
    let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    let store: Store
    if let given { store = given } else { store = try await Store.open("sqlite::memory:", logger: silent) }
    do {
      let problems = try await RenewalSimulation(plan, store: store).run()
      if given == nil { await store.close() }
      return problems
    } catch is CancellationError { throw CancellationError() } catch {
      if given == nil { await store.close() }
      return ["the engine stopped: \(error)"]
    }
  }

  /// A life as small as can be found that fails too: fewer misdeeds, people, days, crashes; each kept only where it still fails.
  /// - Parameter fails: lives through a plan; says whether anything was wrong.
  public static func shrink(
    _ plan: SimulationPlan, runs: Int = 120, fails: (SimulationPlan) async throws -> Bool
  ) async throws -> SimulationPlan {
    var smallest = plan
    var left = runs
    var found = true
    while found && left > 0 {
      found = false
      for smaller in candidates(smallest) where left > 0 {
        left -= 1
        guard try await fails(smaller) else { continue }
        smallest = smaller
        found = true
        break
      }
    }
    return smallest
  }

  private static func candidates(_ plan: SimulationPlan) -> [SimulationPlan] {
    func changed(_ change: (inout SimulationPlan) -> Void) -> SimulationPlan {
      var copy = plan
      change(&copy)
      return copy
    }
    var all: [SimulationPlan] = []
    let rest = SimulationPlan.Misdeed.allCases.filter { !plan.without.contains($0) }
    if rest.count > 1 {
      for half in [rest.prefix(rest.count / 2), rest.suffix(rest.count - rest.count / 2)] {
        all.append(changed { $0.without.formUnion(half) })
      }
    }
    if plan.crashOneIn > 0 { all.append(changed { $0.crashOneIn = 0 }) }
    if plan.personOneIn > 0 { all.append(changed { $0.personOneIn = 0 }) }
    if plan.secondWorkerOneIn > 0 { all.append(changed { $0.secondWorkerOneIn = 0 }) }
    if plan.unknownCommitOneIn > 0 { all.append(changed { $0.unknownCommitOneIn = 0 }) }
    for people in Set([1, plan.subscribers / 2, plan.subscribers - 1]).sorted()
    where (1..<plan.subscribers).contains(people) {
      all.append(changed { $0.subscribers = people })
    }
    for days in Set([plan.days / 2, plan.days - 3]).sorted() where days >= 1 { all.append(changed { $0.days = days }) }
    for misdeed in rest { all.append(changed { $0.without.insert(misdeed) }) }
    return all
  }
}
