import Billing
import Kernel
import Store

/// The server that takes in what partners send by themselves: notifications, and the daily statements that somebody imports.
actor SimulatedDoor {
  private let told: Told
  private let make: @Sendable () throws -> RenewalEngine
  private var engine: RenewalEngine
  private var statements: StatementFeed

  init(_ told: Told, from start: Instant, make: @escaping @Sendable () throws -> RenewalEngine) throws {
    self.told = told
    self.make = make
    engine = try make()
    statements = StatementFeed(from: start)
  }

  /// Takes what is due, one message after the other. A partner that gets no answer sends again, if that is its way.
  func notifications(of partners: [BookCounterpart], now: Instant) async throws {
    for partner in partners {
      while let outbound = partner.book.withBook({ $0.dueNotifications(now, limit: 1).first }) {
        do {
          _ = try await engine.outbox.receive(
            BookNotification.message(outbound, key: partner.key), lane: partner.lane)
          told.acknowledge(outbound, lane: partner.lane)
        } catch let error where error is RenewalSimulation.Crash || (error as? StoreError)?.isUnknownCommit == true {
          partner.book.withBook { book in
            let policy = book.retryPolicy
            if outbound.tried < policy.retries { book.retry(outbound, at: now + policy.after) }
          }
          engine = try make()
        }
      }
    }
  }

  func statements(of partners: [BookCounterpart], now: Instant) async throws {
    var feed = statements
    // Should an import break off, the files come again; what was imported is known by its content.
    defer { statements = feed }
    do {
      try await feed.feed(partners, to: engine.kernel, told: told, now: now)
    } catch StoreError.commitUnknown {
      // Whoever imports looks, and imports the same file again: it is the same statement.
      engine = try make()
    }
  }
}

extension StoreError {
  fileprivate var isUnknownCommit: Bool {
    if case .commitUnknown = self { true } else { false }
  }
}
