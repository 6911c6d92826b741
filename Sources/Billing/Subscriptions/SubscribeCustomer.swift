import Kernel
import Store

/// A customer who is known takes a plan.
package struct SubscribeCustomer: Command {
  package static let name = "subscribeCustomer"
  package static let allowed: Set<Actor.Role> = [.operator, .support, .system]
  /// Of one customer, ended ones included: more come from a program that went wrong.
  package static let most: Int64 = 200
  /// Farther away a date is a slip of the pen.
  private static let reach = Span.days(3_660)

  package var customer: Int64
  package var plan: String
  package var currency: String
  package var method: NewMethod
  package var anchor: Instant?
  package var paidUntil: Instant?

  package init(
    customer: Int64, plan: String, currency: String, method: NewMethod, anchor: Instant? = nil,
    paidUntil: Instant? = nil
  ) {
    self.customer = customer
    self.plan = plan
    self.currency = currency
    self.method = method
    self.anchor = anchor
    self.paidUntil = paidUntil
  }

  package func moment(in tx: Transaction) throws -> Instant? { try TestClock.now(ofCustomer: customer, in: tx) }

  package func run(in change: Change) throws -> Int64 {
    for time in [anchor, paidUntil].compactMap(\.self) {
      guard time > change.now - Self.reach, time < change.now + Self.reach else {
        throw Refusal(.invalid, "badTime", "A subscription begins, and is paid until, within ten years of today.")
      }
    }
    guard
      let row = try change.tx.row(
        "SELECT reference, name, mail, zone, clock FROM customer WHERE id = \(customer) \(.forUpdate)")
    else { throw Refusal.noCustomer }
    let clock = try row.integerOrNull("clock")
    let method = try TestClock.method(method, clock: clock)
    guard try change.tx.row("SELECT name FROM lane WHERE name = \(method.lane)") != nil else {
      throw Refusal.noLane(method.lane)
    }
    let count = try change.tx.integer("SELECT count(*) FROM subscription WHERE customer = \(customer)") ?? 0
    guard count < Self.most else {
      throw Refusal(.conflict, "tooManySubscriptions", "A customer has \(Self.most) subscriptions at most.")
    }
    let new = Subscribe(
      customer: NewCustomer(
        reference: try row.text("reference"), name: try row.text("name"), mail: try row.textOrNull("mail"),
        zone: try row.text("zone"), clock: clock),
      plan: plan, currency: currency, method: method, anchor: anchor, paidUntil: paidUntil)
    do { return try Subscriptions.add(new, for: customer, in: change) } catch let problem as CalendarProblem {
      throw Refusal(.invalid, "badTime", "\(problem)")
    }
  }
}
