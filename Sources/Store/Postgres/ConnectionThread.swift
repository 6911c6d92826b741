import Foundation
import Logging
import Metrics
import Synchronization

/// The thread of one connection: connects when there is work, runs transactions, connects again when the server went
/// away, and runs again what the server refused for a conflict.
final class ConnectionThread: @unchecked Sendable {
  private let address: String
  private let queue: JobQueue
  private let limits: StoreLimits
  private let logger: Logger
  // Touched by the thread alone.
  private var connection: PostgresConnection?
  private let thread = Mutex<JoinableThread?>(nil)

  init(_ address: String, _ queue: JobQueue, _ limits: StoreLimits, _ logger: Logger) {
    self.address = address
    self.queue = queue
    self.limits = limits
    self.logger = logger
  }

  func start() throws {
    let started = try JoinableThread(name: "store-postgres") { [self] in
      while let job = queue.next() { run(job) }
      connection = nil
    }
    thread.withLock { $0 = started }
  }

  /// Comes back when the thread is gone and its connection closed. The queue must have been closed before.
  func ended() async {
    guard let thread = thread.withLock({ $0.take() }) else { return }
    await thread.joined()
  }

  private func run(_ job: PostgresJob) {
    StoreMetrics.wait.record(since: job.submitted)
    StoreMetrics.inUse.increment()
    defer { StoreMetrics.inUse.decrement() }
    let deadline = job.submitted + limits.wait
    var pause = 0.01
    for attempt in 1...limits.reruns {
      do {
        try transact(job)
        return job.finish(nil)
      } catch let error as PostgresFailure {
        // What is certain not to have happened may be tried again; what is not certain goes to the caller.
        let canRerun = error.isRerunnable && attempt < limits.reruns
        if error.isConnectionLost { connection = nil }
        guard canRerun, error.isConflict || ContinuousClock.now < deadline else { return job.finish(error.reason) }
        Thread.sleep(forTimeInterval: pause + Double.random(in: 0...pause))
        pause = min(pause * 3, 1)
      } catch { return job.finish(error) }
    }
  }

  private func transact(_ job: PostgresJob) throws {
    let connection = try connected()
    try connection.command(
      job.mode == .write ? "BEGIN ISOLATION LEVEL READ COMMITTED" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    do { try job.body(Transaction(connection)) } catch {
      // The body's error is the one that matters. A connection that cannot roll back is thrown away.
      do { try connection.command("ROLLBACK") } catch { self.connection = nil }
      throw error
    }
    let start = ContinuousClock.now
    do {
      try connection.commit()
      if job.mode == .write { StoreMetrics.commit.record(since: start) }
    } catch let error as PostgresFailure {
      if job.mode == .read { throw error.certain }
      if case .commitUnknown = error.reason { StoreMetrics.unknown.increment() }
      throw error
    }
  }

  private func connected() throws -> PostgresConnection {
    if let connection, connection.isUsable { return connection }
    let isNew = connection == nil
    let fresh = try PostgresConnection(address, statementTimeout: limits.statement)
    if !isNew { logger.notice("connected to PostgreSQL again") }
    connection = fresh
    return fresh
  }
}
