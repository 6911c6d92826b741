import Kernel
import Store

/// A customer takes a plan.
package struct Subscribe: Command {
  package static let name = "subscribe"
  package static let allowed: Set<Actor.Role> = [.operator, .system]

  package var customer: NewCustomer
  package var plan: String
  package var currency: String
  package var method: NewMethod
  /// The first paid period begins here; `nil`: when the trial ends, or now.
  package var anchor: Instant?
  /// For those who come from another system: they have paid until here, and the first charge is due then.
  package var paidUntil: Instant?

  package init(
    customer: NewCustomer, plan: String, currency: String, method: NewMethod, anchor: Instant? = nil,
    paidUntil: Instant? = nil
  ) {
    self.customer = customer
    self.plan = plan
    self.currency = currency
    self.method = method
    self.anchor = anchor
    self.paidUntil = paidUntil
  }

  package func moment(in tx: Transaction) throws -> Instant? {
    try customer.clock.flatMap { try TestClock.one($0, in: tx)?.now }
  }

  package func run(in change: Change) throws -> Int64 {
    if let clock = customer.clock { try TestClock.checkRoom(for: 1, on: clock, in: change) }
    return try Subscriptions.add([self], in: change).first ?? 0
  }
}

package struct NewCustomer: Codable, Sendable {
  /// The service's own name for this person; unique.
  package var reference: String
  package var name: String
  package var mail: String?
  /// IANA time zone: periods begin at this wall clock.
  package var zone: String
  /// BCP 47; nil: they choose it themselves.
  package var language: String?
  /// A test clock: nobody real, charged by nobody. Fixed for good.
  package var clock: Int64?

  package init(
    reference: String, name: String, mail: String?, zone: String, language: String? = nil, clock: Int64? = nil
  ) {
    self.language = language
    self.clock = clock
    self.reference = reference
    self.name = name
    self.mail = mail
    self.zone = zone
  }
}

package struct NewMethod: Codable, Sendable {
  package var lane: String
  package var token: String
  package var partnerCustomer: String?
  /// What the person recognises it by: "Visa, ends in 4242".
  package var label: String

  package init(lane: String, token: String, partnerCustomer: String? = nil, label: String) {
    self.lane = lane
    self.token = token
    self.partnerCustomer = partnerCustomer
    self.label = label
  }
}

/// Adding subscriptions, one or many thousand, in the same few statements.
enum Subscriptions {
  private static let customerColumns: [Column] = [
    .integer("id"), .text("reference"), .text("name"), .text("mail"), .text("zone"), .integer("created_at"),
    .text("language"), .integer("clock"),
  ]
  private static let methodColumns: [Column] = [
    .integer("id"), .integer("customer"), .text("lane"), .text("token"), .text("partner_customer"), .text("label"),
    .integer("created_at"),
  ]
  private static let columns: [Column] = [
    .integer("id"), .integer("customer"), .integer("plan"), .integer("method"), .integer("amount"), .text("currency"),
    .text("zone"), .integer("anchor"), .text("state"), .integer("period"), .integer("due_at"), .integer("trial_until"),
    .integer("paid_until"), .integer("created_at"), .integer("clock"),
  ]

  static func add(_ list: [Subscribe], in change: Change) throws -> [Int64] {
    guard !list.isEmpty else { return [] }
    let plans = try Plan.byCode(Set(list.map(\.plan)), in: change.tx)
    var customers: [[SQLValue]] = []
    var methods: [[SQLValue]] = []
    var subscriptions: [[SQLValue]] = []
    var found: [(customer: Int64, words: Set<String>)] = []
    var added: [Int64] = []
    let ids = try change.ids(list.count * 3)
    for (offset, new) in list.enumerated() {
      let id = ids.lowerBound + Int64(offset) * 3
      let start = try Start(new, plans, now: change.now)
      let (clock, method) = (new.customer.clock, try TestClock.method(new.method, clock: new.customer.clock))
      customers.append([
        .integer(id), .text(new.customer.reference), .text(new.customer.name), new.customer.mail.sqlValue,
        .text(new.customer.zone), change.now.sqlValue, new.customer.language.sqlValue, clock.sqlValue,
      ])
      found.append((id, SearchWords.of(name: new.customer.name, mail: new.customer.mail)))
      methods.append([
        .integer(id + 1), .integer(id), .text(method.lane), .text(method.token),
        method.partnerCustomer.sqlValue, .text(method.label), change.now.sqlValue,
      ])
      subscriptions.append([
        .integer(id + 2), .integer(id), .integer(start.plan.id), .integer(id + 1), .integer(start.amount),
        .text(new.currency), .text(new.customer.zone), start.anchor.sqlValue, .text(start.state.rawValue),
        .integer(Int64(start.period)), start.dueAt.sqlValue, start.trialUntil.sqlValue, new.paidUntil.sqlValue,
        change.now.sqlValue, clock.sqlValue,
      ])
      added.append(id + 2)
      change.record(
        SubscriptionBegan(
          customer: id, subscription: id + 2, plan: new.plan, amount: start.amount, currency: new.currency))
    }
    let inserted = try change.tx.insert(into: "customer", customerColumns, rows: customers, onConflict: .ignore)
    guard inserted == customers.count else {
      let references = list.map(\.customer.reference)
      let known = try change.tx.row(
        "SELECT reference FROM customer WHERE reference \(in: references) AND id < \(ids.lowerBound) LIMIT 1")
      let example = try known?.text("reference") ?? "one of them, given twice"
      throw Refusal(.conflict, "customerExists", "There is a customer with the reference \(example) already.")
    }
    try SearchWords.save(found, in: change.tx)
    try change.tx.insert(into: "payment_method", methodColumns, rows: methods)
    try change.tx.insert(into: "subscription", columns, rows: subscriptions)
    return added
  }

  /// Adds one to a customer who is there already.
  static func add(_ new: Subscribe, for customer: Int64, in change: Change) throws -> Int64 {
    let start = try Start(new, try Plan.byCode([new.plan], in: change.tx), now: change.now)
    let method = try change.id()
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO payment_method (id, customer, lane, token, partner_customer, label, created_at)
      VALUES (\(method), \(customer), \(new.method.lane), \(new.method.token), \(new.method.partnerCustomer),
        \(new.method.label), \(change.now))
      """)
    try change.tx.execute(
      """
      INSERT INTO subscription (id, customer, plan, method, amount, currency, zone, anchor, state, period, due_at,
        trial_until, paid_until, created_at, clock)
      VALUES (\(id), \(customer), \(start.plan.id), \(method), \(start.amount), \(new.currency), \(new.customer.zone),
        \(start.anchor), \(start.state), \(Int64(start.period)), \(start.dueAt), \(start.trialUntil), \(new.paidUntil),
        \(change.now), \(new.customer.clock))
      """)
    change.record(
      SubscriptionBegan(
        customer: customer, subscription: id, plan: new.plan, amount: start.amount, currency: new.currency))
    return id
  }

  /// Where a new subscription stands in its rhythm.
  struct Start {
    var plan: Plan
    var amount: Int64
    var anchor: Instant
    var period: Int
    var dueAt: Instant
    var trialUntil: Instant?
    var state: Subscription.State

    init(_ new: Subscribe, _ plans: [String: Plan], now: Instant) throws {
      guard let plan = plans[new.plan] else {
        throw Refusal.noPlan(new.plan)
      }
      guard let amount = plan.prices[new.currency] else {
        let known = plan.prices.keys.sorted().joined(separator: ", ")
        throw Refusal.noPrice(new.plan, in: new.currency, only: known)
      }
      self.plan = plan
      self.amount = amount
      let calendar: BillingCalendar
      do { calendar = try BillingCalendar(zone: new.customer.zone) } catch {
        throw Refusal(.invalid, "badZone", "\(error)")
      }
      if let paid = new.paidUntil {
        anchor = new.anchor ?? paid
        guard anchor <= paid else {
          throw Refusal(.invalid, "badAnchor", "The anchor lies after the time until which is paid.")
        }
        let periods = try calendar.periods(from: anchor, every: plan.interval)
        let index = try periods.index(containing: paid)
        period = try periods.start(index) < paid ? index + 1 : index
        dueAt = try periods.start(period)
        state = .active
      } else {
        if plan.trialDays > 0 && new.anchor == nil {
          let trial = try calendar.periods(from: now, every: .days(Int(plan.trialDays))).start(1)
          trialUntil = trial
          anchor = trial
          state = .trial
        } else {
          anchor = new.anchor ?? now
          state = .active
        }
        period = 0
        dueAt = anchor
      }
      try refuseBacklog(calendar, now: now)
    }

    /// Whoever comes in is not charged for months that nobody asked for at their time.
    private func refuseBacklog(_ calendar: BillingCalendar, now: Instant) throws {
      let following = try calendar.periods(from: anchor, every: plan.interval).start(period + 1)
      guard following > now else {
        throw Refusal(
          .invalid, "longOverdue",
          "The next payment was due on \(calendar.localDay(of: dueAt)), more than one period ago: "
            + "several would be charged at once. Set paid_until to the period that is to be charged next.")
      }
    }
  }
}
