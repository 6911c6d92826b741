import Foundation
import GRDB
import GRDBSQLite
import Metrics
import Synchronization

/// SQLite's one writer. Transactions that wait at the same time are committed together, a savepoint each, so that a
/// hundred commands cost one fsync; one that fails is undone alone.
final class GroupCommit: Sendable {
  private struct Queue {
    var jobs: [any Job] = []
    var draining = false
    var idle: [CheckedContinuation<Void, Never>] = []
  }

  private let database: any DatabaseWriter
  private let limits: StoreLimits
  private let queue = Mutex(Queue())

  init(_ database: any DatabaseWriter, limits: StoreLimits) {
    self.database = database
    self.limits = limits
  }

  private enum Next { case start, wait, refuse }

  func submit(_ job: any Job) {
    let next: Next = queue.withLock { queue in
      guard queue.jobs.count < limits.queue else { return .refuse }
      queue.jobs.append(job)
      defer { queue.draining = true }
      return queue.draining ? .wait : .start
    }
    switch next {
    case .start: database.asyncWriteWithoutTransaction { db in self.drain(db) }
    case .wait: break
    case .refuse:
      StoreMetrics.busy.increment()
      job.finish(.busy("\(limits.queue) transactions are waiting already"))
    }
  }

  /// Returns when nothing waits any more.
  func drained() async {
    await withCheckedContinuation { continuation in
      let isIdle = queue.withLock {
        if $0.draining { $0.idle.append(continuation) }
        return !$0.draining
      }
      if isIdle { continuation.resume() }
    }
  }

  private func drain(_ db: Database) {
    while true {
      let batch = queue.withLock { queue -> [any Job] in
        let batch = Array(queue.jobs.prefix(limits.group))
        queue.jobs.removeFirst(batch.count)
        return batch
      }
      if !batch.isEmpty {
        commit(batch, SQLiteConnection(db))
        continue
      }
      let waiters: [CheckedContinuation<Void, Never>]? = queue.withLock { queue in
        guard queue.jobs.isEmpty else { return nil }
        queue.draining = false
        defer { queue.idle = [] }
        return queue.idle
      }
      guard let waiters else { continue }
      for waiter in waiters { waiter.resume() }
      return
    }
  }

  private func commit(_ jobs: [any Job], _ connection: SQLiteConnection) {
    let (late, batch) = jobs.partitioned { ContinuousClock.now - $0.submitted > limits.wait }
    for job in late {
      StoreMetrics.busy.increment()
      job.finish(.busy("waited longer than \(limits.wait) for its turn"))
    }
    guard !batch.isEmpty else { return }

    for job in batch { StoreMetrics.wait.record(since: job.submitted) }
    do { try connection.command("BEGIN IMMEDIATE") } catch {
      for job in batch { job.finish(error) }
      return
    }
    var done: [any Job] = []
    for job in batch where runs(job, connection, alone: batch.count == 1) { done.append(job) }
    guard connection.isInTransaction else {
      // A full disk or an I/O error made SQLite roll back everything, the ones before included.
      for job in done { job.finish(.full("the transaction was rolled back by SQLite")) }
      return
    }
    finish(done, connection)
  }

  /// - Returns: whether the job ran to its end.
  private func runs(_ job: any Job, _ connection: SQLiteConnection, alone: Bool) -> Bool {
    guard connection.isInTransaction else {
      job.finish(.full("the transaction was rolled back by SQLite"))
      return false
    }
    do {
      if !alone { try connection.command("SAVEPOINT job") }
      try job.run(Transaction(connection))
      if !alone { try connection.command("RELEASE job") }
      return true
    } catch {
      if connection.isInTransaction, !alone {
        try? connection.command("ROLLBACK TO job")
        try? connection.command("RELEASE job")
      } else if connection.isInTransaction {
        try? connection.command("ROLLBACK")
        try? connection.command("BEGIN IMMEDIATE")
      }
      job.fail(error)
      return false
    }
  }

  private func finish(_ jobs: [any Job], _ connection: SQLiteConnection) {
    let start = ContinuousClock.now
    do {
      try connection.command("COMMIT")
      StoreMetrics.commit.record(since: start)
      StoreMetrics.group.record(jobs.count)
      for job in jobs { job.finish(nil) }
    } catch {
      if connection.isInTransaction { try? connection.command("ROLLBACK") }
      // An I/O error while the log is synced leaves open whether the commit record reached the disk.
      let outcome: StoreError =
        if case .unavailable(let why) = error { .commitUnknown(why) } else { error }
      if case .commitUnknown = outcome { StoreMetrics.unknown.increment() }
      for job in jobs { job.finish(outcome) }
    }
  }
}

/// A transaction that waits for its turn.
protocol Job: Sendable {
  var submitted: ContinuousClock.Instant { get }
  func run(_ tx: Transaction) throws
  /// The body threw: nothing of it will be saved.
  func fail(_ error: any Error)
  /// Tells the caller: `nil` means committed.
  func finish(_ error: StoreError?)
}

final class WriteJob<T: Sendable>: Job {
  private enum State {
    case waiting(CheckedContinuation<T, any Error>)
    case ran(T, CheckedContinuation<T, any Error>)
    case over
  }

  let submitted = ContinuousClock.now
  private let body: @Sendable (Transaction) throws -> T
  private let state: Mutex<State>

  init(_ body: @escaping @Sendable (Transaction) throws -> T, _ continuation: CheckedContinuation<T, any Error>) {
    self.body = body
    state = Mutex(.waiting(continuation))
  }

  func run(_ tx: Transaction) throws {
    let value = try body(tx)
    state.withLock {
      switch $0 {
      case .waiting(let continuation), .ran(_, let continuation): $0 = .ran(value, continuation)
      case .over: break
      }
    }
  }

  func fail(_ error: any Error) { end(.failure(error)) }

  func finish(_ error: StoreError?) {
    if let error { end(.failure(error)) } else { end(nil) }
  }

  private func end(_ failure: Result<T, any Error>?) {
    let previous = state.withLock { state -> State in
      defer { state = .over }
      return state
    }
    switch previous {
    case .waiting(let continuation):
      continuation.resume(with: failure ?? .failure(StoreError.statement("the transaction never ran", sql: "")))
    case .ran(let value, let continuation): continuation.resume(with: failure ?? .success(value))
    case .over: break
    }
  }
}

extension Array {
  func partitioned(_ belongsFirst: (Element) -> Bool) -> ([Element], [Element]) {
    var first: [Element] = []
    var second: [Element] = []
    for element in self { if belongsFirst(element) { first.append(element) } else { second.append(element) } }
    return (first, second)
  }
}
