import Store
import Synchronization

/// Verifies the journal beside the server's other work, when somebody asks: one at a time, with its progress, and ended when
/// the server stops. What was found is a fact, so that it is known after a restart and on every other server.
public final class JournalVerifier: Sendable {
  public enum State: Sendable {
    case idle
    case running(since: Instant, done: Int64, total: Int64)
    /// It could not be read to its end: the database did not answer, or the server was stopped.
    case interrupted(at: Instant)
  }

  private struct Inside: Sendable {
    var state = State.idle
    var task: Task<Void, Never>?
    var isClosed = false
  }

  private let journal: Journal
  private let inside = Mutex(Inside())

  public init(_ journal: Journal) { self.journal = journal }

  public var state: State { inside.withLock { $0.state } }

  /// - Returns: false where one is under way already, or the server stops.
  public func start(by actor: Actor) -> Bool {
    inside.withLock { inside in
      if inside.isClosed { return false }
      if case .running = inside.state { return false }
      inside.state = .running(since: journal.kernel.world.now(), done: 0, total: 0)
      inside.task = Task { await self.run(by: actor) }
      return true
    }
  }

  /// Ends one that is under way, and waits until it has.
  public func stop() async {
    let task = inside.withLock { inside -> Task<Void, Never>? in
      inside.isClosed = true
      return inside.task
    }
    task?.cancel()
    await task?.value
  }

  private func run(by actor: Actor) async {
    let world = journal.kernel.world
    do {
      let report = try await journal.verify { done, total in self.tell(done, total) }
      try await journal.kernel.change(by: actor, canRepeat: false) { change in change.record(JournalVerified(report)) }
      inside.withLock { $0.state = .idle }
    } catch { inside.withLock { $0.state = .interrupted(at: world.now()) } }
  }

  private func tell(_ done: Int64, _ total: Int64) {
    inside.withLock { inside in
      guard case .running(let since, _, _) = inside.state else { return }
      inside.state = .running(since: since, done: done, total: total)
    }
  }
}

/// What a verification found, under the subject `journal`.
public struct JournalVerified: Fact {
  public static let kind = "journalVerified"
  public static let about = "journal"
  /// Problems named in the fact; all of them are counted, and `amends journal verify` lists them.
  static let named = 10

  let report: JournalReport

  init(_ report: JournalReport) { self.report = report }

  public var subject: String { Self.about }
  public var body: FactBody {
    let all = report.problems.count + report.unlisted
    return [
      "checkpoints": .number(Int64(report.checkpoints)), "facts": .number(report.sealed),
      "problems": .number(Int64(all)),
      "first": all == 0
        ? .none : .text(report.problems.prefix(Self.named).map(\.description).joined(separator: " ")),
    ]
  }
}
