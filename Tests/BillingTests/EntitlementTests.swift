import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("May this person use it now")
struct EntitlementTests {
  private struct Case {
    var name: String
    var open = Entitlement.OpenCharge.none
    var change: (inout Subscription) -> Void
    var allowed: Bool
    var reason: Entitlement.Reason
    var until: Instant?
  }

  @Test("The whole table")
  func table() async throws {
    try await Company.open { company in
      try await company.offer()
      var base = try await company.subscription(try await company.subscribe())
      let now = company.now
      let (before, later) = (now - .days(3), now + .days(3))
      base.anchor = now - .days(33)
      base.state = .active
      base.dueAt = later
      base.paidUntil = nil
      base.trialUntil = nil

      let cases = [
        Case(
          name: "in trial",
          change: {
            $0.trialUntil = later; $0.state = .trial
          }, allowed: true, reason: .trial, until: later),
        Case(name: "paid", change: { $0.paidUntil = later }, allowed: true, reason: .paid, until: later),
        Case(
          name: "paid, and the next refused", open: .refused, change: { $0.paidUntil = later }, allowed: true,
          reason: .paid, until: later),
        Case(name: "paid up to this instant", change: { $0.paidUntil = now }, allowed: false, reason: .unpaid),
        Case(
          name: "paused and paid",
          change: {
            $0.paidUntil = later; $0.state = .paused
          }, allowed: true, reason: .paid, until: later),
        Case(
          name: "paused in the trial",
          change: {
            $0.trialUntil = later; $0.state = .paused
          }, allowed: true, reason: .trial, until: later),
        Case(
          name: "paused",
          change: {
            $0.paidUntil = before; $0.state = .paused
          }, allowed: false, reason: .paused),
        Case(name: "not begun", change: { $0.anchor = later }, allowed: false, reason: .notStarted, until: later),
        Case(
          name: "outcome open", open: .undecided, change: { $0.paidUntil = before }, allowed: true, reason: .outcomeOpen
        ),
        Case(
          name: "outcome open for months", open: .undecided, change: { $0.paidUntil = now - .days(90) }, allowed: true,
          reason: .outcomeOpen),
        Case(
          name: "refused, in grace", open: .refused, change: { $0.paidUntil = before }, allowed: true, reason: .grace,
          until: before + .days(14)),
        Case(
          name: "refused, on the last instant of grace", open: .refused, change: { $0.paidUntil = now - .days(14) },
          allowed: false, reason: .unpaid),
        Case(
          name: "refused after the trial, in grace", open: .refused, change: { $0.trialUntil = before }, allowed: true,
          reason: .grace, until: before + .days(14)),
        Case(
          name: "refused at the very first", open: .refused, change: { $0.anchor = before }, allowed: true,
          reason: .grace, until: before + .days(14)),
        Case(
          name: "due, and the worker behind",
          change: {
            $0.paidUntil = before; $0.dueAt = before
          }, allowed: true, reason: .outcomeOpen),
        Case(name: "nothing paid, nothing due", change: { $0.paidUntil = before }, allowed: false, reason: .unpaid),
        Case(
          name: "cancelled",
          change: {
            $0.state = .cancelled; $0.endedAt = before; $0.dueAt = nil
          }, allowed: false, reason: .cancelled),
        Case(
          name: "cancelled, its end to come",
          change: {
            $0.state = .cancelled; $0.endedAt = later; $0.dueAt = nil
          }, allowed: true, reason: .paid, until: later),
        Case(
          name: "cancelled now, though paid",
          change: {
            $0.state = .cancelled; $0.endedAt = now; $0.paidUntil = later
          }, allowed: false, reason: .cancelled),
      ]
      for item in cases {
        var subscription = base
        item.change(&subscription)
        let found = Entitlement.of(subscription, open: item.open, graceDays: 14, at: now)
        #expect(
          found.allowed == item.allowed && found.reason == item.reason && found.until == item.until, "\(item.name)")
      }
    }
  }

  @Test("Nobody is locked out while the outcome of a charge is unknown", arguments: TestEngine.available)
  func unknown(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      company.partner.answers("charge", .unknown(reason: "time-out"))
      try await company.settle()
      try await company.pass(.days(25))
      let access = try await company.entitlement(id)
      #expect(access.allowed && access.reason == .outcomeOpen)
    }
  }

  @Test("After a trial whose charge is refused, grace runs from the trial's end", arguments: TestEngine.available)
  func trialRefused(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(trialDays: 7, graceDays: 2, dunning: [30])
      let id = try await company.subscribe()
      company.partner.answers("charge", .refused(code: "declined"))
      try await company.pass(.days(8))
      let grace = try await company.entitlement(id)
      #expect(grace.allowed && grace.reason == .grace && grace.until == Instant(iso8601: "2026-03-10T09:00:00Z"))
      try await company.pass(.days(2))
      let after = try await company.entitlement(id)
      #expect(!after.allowed && after.reason == .unpaid)
    }
  }
}
