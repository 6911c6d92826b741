import Kernel
import Store

/// One pass over everything that is due, for those who run renewals from a timer instead of a worker.
package struct RenewOnce: Sendable {
  package struct Report: Sendable, Codable, Equatable {
    package var opened = 0
    package var sent = 0
    package var asked = 0
    /// Effects that are not over, by state.
    package var open: [String: Int] = [:]
  }

  let engine: RenewalEngine

  package init(engine: RenewalEngine) { self.engine = engine }

  package func run(until: Instant?, progress: @Sendable (Int64) -> Void) async throws -> Report {
    var report = Report()
    var cursor = RenewalCursor()
    while case let count = try await engine.renewals.run(cursor: &cursor, until: until), count > 0 {
      report.opened += count
      progress(Int64(report.opened))
    }
    _ = try await engine.outbox.scanForCrashes()
    while try await engine.outbox.applyInbox() > 0 {}
    for lane in engine.outbox.lanes {
      var cursor = SendCursor()
      // A lane that gives nothing twice in a row is stopped, broken or empty; its rate limit refills within a second.
      var empty = 0
      while empty < 2 {
        let count = try await engine.outbox.send(lane, cursor: &cursor)
        report.sent += count
        progress(Int64(report.opened + report.sent))
        empty = count == 0 ? empty + 1 : 0
        if count == 0, empty < 2 { try await engine.kernel.world.pause(.seconds(1)) }
      }
      report.asked += try await engine.outbox.resolve(lane)
    }
    while try await engine.journal.seal() > 0 {}
    let rows = try await engine.kernel.store.read { tx in
      try tx.rows(
        """
        SELECT state, count(*) AS n FROM effect WHERE state IN ('sent', 'unknown', 'pending') GROUP BY state UNION ALL
        SELECT state, count(*) AS n FROM effect WHERE state = 'prepared' GROUP BY state
        """
      ).map { (try $0.text("state"), try $0.int("n")) }
    }
    for (state, count) in rows { report.open[state] = count }
    return report
  }
}
