import Kernel
import Store

/// A person whom the service knows, before they subscribe to anything.
package struct AddCustomer: Command {
  package static let name = "addCustomer"
  package static let allowed: Set<Actor.Role> = [.operator, .support, .system]

  package var customer: NewCustomer

  package init(_ customer: NewCustomer) { self.customer = customer }

  package func moment(in tx: Transaction) throws -> Instant? {
    try customer.clock.flatMap { try TestClock.one($0, in: tx)?.now }
  }

  package func run(in change: Change) throws -> Int64 {
    if let clock = customer.clock { try TestClock.checkRoom(for: 1, on: clock, in: change) }
    do { _ = try BillingCalendar(zone: customer.zone) } catch { throw Refusal(.invalid, "badZone", "\(error)") }
    let id = try change.id()
    let inserted = try change.tx.execute(
      """
      INSERT INTO customer (id, reference, name, mail, zone, created_at, clock)
      VALUES (\(id), \(customer.reference), \(customer.name), \(customer.mail), \(customer.zone), \(change.now),
        \(customer.clock))
      ON CONFLICT DO NOTHING
      """)
    guard inserted == 1 else { throw Refusal.customerExists }
    try SearchWords.save([(id, SearchWords.of(name: customer.name, mail: customer.mail))], in: change.tx)
    change.record(CustomerAdded(customer: id))
    return id
  }
}

struct CustomerAdded: Fact {
  static let kind = "customerAdded"
  let customer: Int64
  var subject: String { "customer:\(customer)" }
  /// Who they are stands in their row, where it can be taken out again.
  var body: FactBody { [:] }
}
