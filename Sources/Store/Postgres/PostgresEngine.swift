import Foundation
import Logging
import Metrics
import Synchronization

/// PostgreSQL through its own client library. libpq blocks, so each connection has a thread of its own and never
/// holds one of Swift's; transactions wait in one queue that all connections serve.
final class PostgresEngine: Engine {
  private let queue: JobQueue
  private let threads: [ConnectionThread]

  static func open(_ address: String, limits: StoreLimits, logger: Logger) async throws -> PostgresEngine {
    let engine = PostgresEngine(address, limits: limits, logger: logger)
    do { for thread in engine.threads { try thread.start() } } catch {
      await engine.close()
      throw error
    }
    // Says at once, and in the server's own words, what is wrong with the address.
    do { try await engine.read { tx in _ = try tx.row("SELECT 1") } } catch {
      await engine.close()
      throw error
    }
    return engine
  }

  private init(_ address: String, limits: StoreLimits, logger: Logger) {
    let queue = JobQueue(limits: limits)
    self.queue = queue
    threads = (0..<limits.connections).map { _ in ConnectionThread(address, queue, limits, logger) }
    queue.startWatching()
  }

  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await submit(.write, body)
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await submit(.read, body)
  }

  private func submit<T: Sendable>(
    _ mode: PostgresJob.Mode, _ body: @escaping @Sendable (Transaction) throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let result = Mutex<T?>(nil)
      queue.add(
        PostgresJob(
          mode: mode,
          body: { tx in
            let value = try body(tx)
            result.withLock { $0 = value }
          },
          finish: { error in
            if let error { return continuation.resume(throwing: error) }
            guard let value = result.withLock({ $0 }) else {
              return continuation.resume(throwing: StoreError.statement("the transaction never ran", sql: ""))
            }
            continuation.resume(returning: value)
          }))
    }
  }

  func copy(to path: String, progress: @escaping @Sendable (Int, Int) -> Void) async throws {
    throw StoreError.statement("PostgreSQL is copied by pg_dump", sql: "")
  }

  func close() async {
    queue.close()
    for thread in threads { await thread.ended() }
  }
}

/// A transaction for PostgreSQL that waits for a connection.
struct PostgresJob: Sendable {
  enum Mode: Sendable { case read, write }

  let mode: Mode
  let body: @Sendable (Transaction) throws -> Void
  /// Called exactly once; `nil` means committed.
  let finish: @Sendable ((any Error)?) -> Void
  let submitted = ContinuousClock.now
}

/// First come, first served. Who waits longer than the limit is told so, also when every connection hangs.
final class JobQueue: @unchecked Sendable {
  // NSCondition guards both: threads that block in it are ours, not Swift's.
  private let condition = NSCondition()
  private var jobs: [PostgresJob] = []
  private var isClosed = false
  private let limits: StoreLimits

  init(limits: StoreLimits) { self.limits = limits }

  func add(_ job: PostgresJob) {
    condition.lock()
    let refusal: StoreError? =
      if isClosed { .unavailable("the store is closed") } else if jobs.count >= limits.queue {
        .busy("\(limits.queue) transactions are waiting already")
      } else { nil }
    if refusal == nil {
      jobs.append(job)
      condition.signal()
    }
    condition.unlock()
    if let refusal {
      StoreMetrics.busy.increment()
      job.finish(refusal)
    }
  }

  /// Blocks the calling thread until there is work. `nil`: closed, and nothing left.
  func next() -> PostgresJob? {
    condition.lock()
    defer { condition.unlock() }
    while jobs.isEmpty && !isClosed { condition.wait() }
    return jobs.isEmpty ? nil : jobs.removeFirst()
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }

  var closed: Bool {
    condition.lock()
    defer { condition.unlock() }
    return isClosed
  }

  func startWatching() {
    let thread = Thread { [self] in
      while !closed {
        for job in overdue() {
          StoreMetrics.busy.increment()
          job.finish(StoreError.busy("no connection was free within \(limits.wait)"))
        }
        Thread.sleep(forTimeInterval: 0.25)
      }
    }
    thread.name = "store-watch"
    thread.start()
  }

  private func overdue() -> [PostgresJob] {
    condition.lock()
    defer { condition.unlock() }
    let (late, rest) = jobs.partitioned { ContinuousClock.now - $0.submitted > limits.wait }
    jobs = rest
    return late
  }
}
