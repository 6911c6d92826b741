import Kernel
import Store

/// Reads what an act is about, as it stands now. What does not belong to that person is not found.
enum ActSubject {
  struct Person: Sendable {
    var id: Int64
    var name: String
    var zone: String
  }

  struct Agreement: Sendable {
    var person: Person
    var subscription: Subscription
    var plan: Plan
    /// When the next period begins, if it is resumed now.
    var resumes: Instant?
  }

  struct Payment: Sendable {
    var person: Person
    var id: Int64
    var amount: Int64
    var givenBack: Int64
    var takenBack: Int64
    var currency: String
    var partner: String
    var at: Instant
    var left: Int64 { max(0, amount - givenBack - takenBack) }
  }

  static func person(_ id: Int64, in tx: Transaction) throws -> Person? {
    try tx.row("SELECT id, name, zone FROM customer WHERE id = \(id)").map {
      Person(id: try $0.integer("id"), name: try $0.text("name"), zone: try $0.text("zone"))
    }
  }

  static func agreement(_ id: Int64, of customer: Int64, at now: Instant, in tx: Transaction) throws -> Agreement? {
    guard let person = try person(customer, in: tx),
      let row = try tx.row(
        "SELECT \(name: Subscription.columns) FROM subscription WHERE id = \(id) AND customer = \(customer)")
    else { return nil }
    let subscription = try Subscription(row)
    guard let plan = try Plan.byID([subscription.plan], in: tx)[subscription.plan] else { return nil }
    var agreement = Agreement(person: person, subscription: subscription, plan: plan)
    let now = try TestClock.now(ofSubscription: id, in: tx) ?? now
    if subscription.state == .paused {
      let periods = try BillingCalendar(zone: subscription.zone).periods(
        from: subscription.anchor, every: plan.interval)
      agreement.resumes = try subscription.resumed(at: now, periods: periods).dueAt
    }
    return agreement
  }

  static func payment(_ id: Int64, of customer: Int64, in tx: Transaction) throws -> Payment? {
    guard let person = try person(customer, in: tx),
      let row = try tx.row(
        """
        SELECT amount, given_back, taken_back, currency, lane, at FROM capture WHERE id = \(id) AND customer = \(customer)
        """)
    else { return nil }
    return Payment(
      person: person, id: id, amount: try row.integer("amount"), givenBack: try row.integer("given_back"),
      takenBack: try row.integer("taken_back"),
      currency: try row.text("currency"), partner: try row.text("lane"), at: try row.instant("at"))
  }

  /// Money that a bank took back from them.
  struct TakenBack: Sendable {
    var person: Person
    var id: Int64
    var amount: Int64
    var currency: String
    var partner: String
    var at: Instant
  }

  static func takenBack(_ id: Int64, of customer: Int64, in tx: Transaction) throws -> TakenBack? {
    guard let person = try person(customer, in: tx),
      let row = try tx.row(
        "SELECT amount, currency, lane, heard_at FROM chargeback WHERE id = \(id) AND customer = \(customer)")
    else { return nil }
    return TakenBack(
      person: person, id: id, amount: try row.integer("amount"), currency: try row.text("currency"),
      partner: try row.text("lane"), at: try row.instant("heard_at"))
  }
}
