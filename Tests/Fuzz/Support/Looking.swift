import Kernel
import Store

@testable import Billing
@testable import Server

/// One round of the worker's steps.
struct RenewalCursors {
  private var cursors = RenewalEngine.Cursors()

  mutating func settle(_ runtime: Runtime) async throws { try await runtime.engine.settle(&cursors) }
}

/// What people look at afterwards.
enum Pages {
  static func look(_ runtime: Runtime) async throws {
    let now = runtime.kernel.world.now()
    try await runtime.store.read { tx in
      let choice = try DayChoice(nil, try BillingCalendar(zone: "UTC"), now: now)
      _ = try TodayQuery(tx: tx, now: now, choice: choice).page()
      for id in try tx.rows("SELECT id FROM customer ORDER BY id LIMIT 500").map({ try $0.integer("id") }) {
        _ = try SubscriberQuery(tx: tx, now: now).page(id, before: nil)
      }
    }
  }
}
