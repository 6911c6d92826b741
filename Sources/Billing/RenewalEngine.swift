import Kernel
import Store
import Synchronization

/// Everything that moves renewals on, as steps: run side by side by a worker, or one after the other by a simulation.
public struct RenewalEngine: Sendable {
  public let kernel: Kernel
  public let outbox: Outbox
  public let journal: Journal
  public let alerts: Alerts
  let renewals: RenewDue
  let absence: ConcludeAbsence
  let reversals: MatchReversals

  /// - Parameters:
  ///   - handlers: of other parts, whose effects leave by the same outbox.
  ///   - checks: of other parts, asked beside billing's own.
  ///   - clock: a test clock, whose customers and lane alone are looked after; nil: everybody else's.
  public init(
    kernel: Kernel, counterparts: [any Counterpart], journal: Journal, batch: Int = 1_000,
    handlers: [any EffectHandler] = [], checks: [Check] = [], clock: Int64? = nil
  ) {
    self.init(
      kernel: kernel, counterparts: counterparts, journal: journal, batch: batch, handlers: handlers, checks: checks,
      clock: clock, tell: nil)
  }

  /// - Parameter tell: of alerts that are raised or escalated.
  package init(
    kernel: Kernel, counterparts: [any Counterpart], journal: Journal, batch: Int = 1_000,
    handlers: [any EffectHandler] = [], checks: [Check] = [], clock: Int64? = nil,
    tell: TellOfAlert?
  ) {
    self.kernel = kernel
    self.journal = journal
    var outbox = Outbox(
      kernel: kernel, counterparts: counterparts, handlers: BillingModule.handlers + handlers)
    outbox.batch = batch
    if let clock { outbox.scope = .only(TestClock.lane(of: clock)) }
    self.outbox = outbox
    alerts = Alerts(kernel: kernel, checks: BillingModule.checks + checks, tell: tell)
    var renewals = RenewDue(kernel: kernel, clock: clock)
    renewals.batch = batch
    self.renewals = renewals
    absence = ConcludeAbsence(kernel: kernel, outbox: outbox)
    reversals = MatchReversals(kernel: kernel)
  }

  /// The steps of a worker. Each lane has its own, so that a partner that hangs holds up nobody else.
  public func steps() -> [Step] {
    let cursor = Mutex(RenewalCursor())
    var steps = [
      Step("renew", idle: .seconds(1)) { [renewals] in
        var at = cursor.withLock { $0 }
        let count = try await renewals.run(cursor: &at)
        cursor.withLock { [at] in $0 = at }
        return count
      },
      Step("inbox", idle: .milliseconds(200)) { [outbox] in try await outbox.applyInbox() },
      Step("match", idle: .seconds(15)) { [outbox] in try await outbox.matchWaiting() },
      Step("reversals", idle: .seconds(15)) { [reversals] in try await reversals.run() },
      Step("crashes", idle: .seconds(5)) { [outbox] in try await outbox.scanForCrashes() },
      // Once a second is often enough, and cheaper than a seal for every handful of facts.
      Step("seal", idle: .seconds(1)) { [journal] in
        let sealed = try await journal.seal()
        return sealed == Journal.batch ? sealed : 0
      },
      Step("forget", idle: .hours(1)) { [outbox] in
        try await outbox.forgetCounts()
        return 0
      },
      Step("search", idle: .minutes(1)) { [kernel] in try await FillSearch(kernel: kernel).run() },
      Step("checks", idle: .seconds(15)) { [alerts] in
        _ = try await alerts.run()
        return 0
      },
    ]
    for lane in outbox.lanes {
      let cursor = Mutex(SendCursor())
      steps += [
        Step("send \(lane)", idle: .milliseconds(250)) { [outbox] in
          var at = cursor.withLock { $0 }
          let count = try await outbox.send(lane, cursor: &at)
          cursor.withLock { [at] in $0 = at }
          // A small batch costs almost as much as a full one. What is being written down just now gathers meanwhile.
          return outbox.isFull(count, lane) ? count : 0
        },
        Step("resolve \(lane)", idle: .seconds(1)) { [outbox] in try await outbox.resolve(lane) },
        Step("absence \(lane)", idle: .minutes(1)) { [absence] in try await absence.run(lane) },
      ]
    }
    return steps
  }

  /// Does everything that can be done at this instant, one step after the other, always in the same order.
  /// - Returns: how much was done.
  @discardableResult
  public func settle(_ cursors: inout Cursors, seals: Bool = true, checks: Bool = true) async throws -> Int {
    var total = 0
    var round = -1
    while round != 0 {
      round = try await pass(&cursors)
      total += round
    }
    if seals { while try await journal.seal() == Journal.batch {} }
    if checks { _ = try await alerts.run() }
    return total
  }

  private func pass(_ cursors: inout Cursors) async throws -> Int {
    var done = try await outbox.scanForCrashes()
    done += try await outbox.applyInbox()
    done += try await outbox.matchWaiting()
    done += try await reversals.run()
    done += try await renewals.run(cursor: &cursors.renewals)
    for lane in outbox.lanes {
      var cursor = cursors.send[lane] ?? SendCursor()
      done += try await outbox.send(lane, cursor: &cursor)
      cursors.send[lane] = cursor
      done += try await outbox.resolve(lane)
      done += try await absence.run(lane)
    }
    return done
  }

  /// Where the moving cursors of a single-file run stand; lost in a crash, which does no harm.
  public struct Cursors: Sendable {
    var renewals = RenewalCursor()
    var send: [String: SendCursor] = [:]

    public init() {}
  }
}
