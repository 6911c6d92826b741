import Kernel
import Logging
import Store
import Synchronization

/// Many simulated lives, some at a time, each in a database of its own in memory.
public struct SimulationSeeds: Sendable {
  public struct Failure: Sendable, Equatable {
    public var plan: SimulationPlan
    public var problems: [String]
  }

  public struct Report: Sendable, Equatable {
    public var lived = 0
    public var failures: [Failure] = []
  }

  public init() {}

  /// - Parameters:
  ///   - seeds: as many as are lived before `time` is over.
  ///   - jobs: lives side by side.
  ///   - failures: after so many the rest says nothing new.
  ///   - progress: called after each life.
  public func run(
    _ seeds: ClosedRange<UInt64>, jobs: Int, time: Duration? = nil, failures most: Int = 10,
    progress: @escaping @Sendable (Report) -> Void = { _ in }
  ) async throws -> Report {
    let end = time.map { ContinuousClock.now + $0 }
    let next = Mutex(seeds.lowerBound)
    let report = Mutex(Report())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, jobs) {
        group.addTask {
          while report.withLock({ $0.failures.count < most }), let seed = Self.take(next, seeds.upperBound) {
            try Task.checkCancellation()
            if let end, ContinuousClock.now >= end { return }
            let plan = SimulationPlan(seed: seed)
            let problems = try await Self.problems(plan)
            let now = report.withLock { report in
              report.lived += 1
              if !problems.isEmpty { report.failures.append(Failure(plan: plan, problems: problems)) }
              return report
            }
            progress(now)
          }
        }
      }
      try await group.waitForAll()
    }
    return report.withLock { $0 }
  }

  private static func take(_ next: borrowing Mutex<UInt64>, _ last: UInt64) -> UInt64? {
    next.withLock { next in
      guard next <= last else { return nil }
      defer { next += 1 }
      return next
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
    if plan.unknownCommitOneIn > 0 { all.append(changed { $0.unknownCommitOneIn = 0 }) }
    for people in Set([1, plan.subscribers / 2, plan.subscribers - 1]).sorted() where (1..<plan.subscribers).contains(people) {
      all.append(changed { $0.subscribers = people })
    }
    for days in Set([plan.days / 2, plan.days - 3]).sorted() where days >= 1 { all.append(changed { $0.days = days }) }
    for misdeed in rest { all.append(changed { $0.without.insert(misdeed) }) }
    return all
  }
}
