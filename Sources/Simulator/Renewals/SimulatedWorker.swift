import Billing
import Kernel
import Store

/// One worker process: an engine and what it keeps in memory. A crash takes both, and the next one finds the database as it is.
actor SimulatedWorker {
  private let told: Told
  private let make: @Sendable () throws -> RenewalEngine
  private var engine: RenewalEngine
  private var cursors = RenewalEngine.Cursors()

  init(_ told: Told, make: @escaping @Sendable () throws -> RenewalEngine) throws {
    self.told = told
    self.make = make
    engine = try make()
  }

  /// Does everything that is due.
  /// - Returns: false if the process died before it was through.
  func work(seals: Bool, checks: Bool) async throws -> Bool {
    var moving = cursors
    do {
      try await engine.settle(&moving, seals: seals, checks: checks)
      cursors = moving
      told.confirm()
      return true
    } catch is RenewalSimulation.Crash {
      engine = try make()
      cursors = .init()
      told.forget()
      return false
    } catch StoreError.commitUnknown {
      // The worker's loop logs this and begins the step again; what it held is found by the scans.
      cursors = .init()
      told.forget()
      return true
    }
  }
}
