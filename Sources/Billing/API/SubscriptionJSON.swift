import Kernel
import Store
import Web

struct SubscriptionJSON: APIType {
  var id: String
  var customer: String
  var plan: String
  var state: Subscription.State
  var price: MoneyJSON
  var method: MethodJSON
  var zone: String
  var anchor: APITime
  var nextRenewalAt: APITime?
  var trialUntil: APITime?
  var paidUntil: APITime?
  var endsAtPeriodEnd: Bool
  var pausedAt: APITime?
  var endedAt: APITime?
  var endReason: String?
  var createdAt: APITime
  var testClock: String?
  var access: AccessJSON

  private init(_ subscription: Subscription, plan: String, method: MethodJSON, access: AccessJSON) {
    id = String(subscription.id)
    customer = String(subscription.customer)
    self.plan = plan
    state = subscription.state
    price = MoneyJSON(subscription.amount, subscription.currency)
    self.method = method
    zone = subscription.zone
    anchor = APITime(subscription.anchor)
    nextRenewalAt = APITime(subscription.dueAt)
    trialUntil = APITime(subscription.trialUntil)
    paidUntil = APITime(subscription.paidUntil)
    endsAtPeriodEnd = subscription.endsAtPeriodEnd
    pausedAt = APITime(subscription.pausedAt)
    endedAt = APITime(subscription.endedAt)
    endReason = subscription.endReason
    createdAt = APITime(subscription.createdAt)
    testClock = subscription.clock.map(String.init)
    self.access = access
  }

  /// One page of them, in a few statements.
  static func all(_ list: [Subscription], in tx: Transaction, at now: Instant) throws -> [SubscriptionJSON] {
    let plans = try Plan.byID(Set(list.map(\.plan)), in: tx)
    let access = try access(list, plans, at: now, in: tx)
    let methods = try tx.rows("SELECT id, lane, label FROM payment_method WHERE id \(in: list.map(\.method))")
      .reduce(into: [Int64: MethodJSON]()) { $0[try $1.integer("id")] = try MethodJSON($1) }
    return list.compactMap { subscription in
      guard let plan = plans[subscription.plan], let method = methods[subscription.method],
        let access = access[subscription.id]
      else { return nil }
      return SubscriptionJSON(subscription, plan: plan.code, method: method, access: AccessJSON(access))
    }
  }

  /// Of each at its own time: those of a test clock live by that.
  private static func access(
    _ list: [Subscription], _ plans: [Int64: Plan], at now: Instant, in tx: Transaction
  ) throws -> [Int64: Entitlement] {
    let clocks = Set(list.compactMap(\.clock)).sorted()
    let times = try tx.rows("SELECT id, now FROM test_clock WHERE id \(in: clocks)").reduce(into: [Int64: Instant]()) {
      $0[try $1.integer("id")] = try $1.instant("now")
    }
    return try Dictionary(grouping: list, by: \.clock).reduce(into: [:]) { found, group in
      let time = group.key.flatMap { times[$0] } ?? now
      found.merge(try Entitlement.of(group.value, plans: plans, at: time, in: tx)) { first, _ in first }
    }
  }

  static func one(_ id: Int64, in tx: Transaction, at now: Instant) throws -> SubscriptionJSON {
    let row = try tx.row("SELECT \(name: Subscription.columns) FROM subscription WHERE id = \(id)")
    guard let row, let one = try all([Subscription(row)], in: tx, at: now).first else { throw Refusal.noSubscription }
    return one
  }

  var location: String? { "subscriptions/\(id)" }

  static let about = "A customer on a plan, at the price that was agreed."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "customer": .id("Whose."), "plan": PlanJSON.code,
      "state": .choice("Where it stands.", Subscription.State.self), "price": .one(MoneyJSON.self),
      "method": .one(MethodJSON.self), "zone": .text("The time zone whose wall clock periods follow.", 1...64),
      "anchor": .time("When the first paid period began; all others are counted from here."),
      "nextRenewalAt": Schema.time("When the next period begins; left out where none will.").optional,
      "trialUntil": Schema.time("When the trial ends or ended.").optional,
      "paidUntil": Schema.time("Until when it is paid.").optional,
      "endsAtPeriodEnd": .flag("It was cancelled for the end of the period."),
      "pausedAt": Schema.time("Since when it is paused.").optional,
      "endedAt": Schema.time("When it ended.").optional,
      "endReason": Schema.text("Why it ended.", 0...1_000).optional, "createdAt": .time("When it was made."),
      "testClock": Schema.id("The test clock that it lives by: nothing of it is real.").optional,
      "access": .one(AccessJSON.self),
    ]
  }
}

struct MethodJSON: APIType {
  var id: String
  var partner: String
  var label: String

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    partner = try row.text("lane")
    label = try row.text("label")
  }

  static let about = "How it is paid; the partner's token is not shown."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "partner": .text("The partner.", 1...200),
      "label": .text("What the person knows it by.", 0...500),
    ]
  }
}

struct AccessJSON: APIType {
  var allowed: Bool
  var reason: Entitlement.Reason
  var until: APITime?

  init(_ entitlement: Entitlement) {
    allowed = entitlement.allowed
    reason = entitlement.reason
    until = APITime(entitlement.until)
  }

  static let about = "Whether the customer may use it at this moment, and why."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "allowed": .flag("They may."),
      "reason": .choice(
        "Why. `outcomeOpen`: it is not known whether the charge went through, which is not their fault.",
        Entitlement.Reason.self),
      "until": Schema.time("When this answer changes by itself; left out where that cannot be foreseen.").optional,
    ]
  }
}
