import Billing
import Kernel
import Store

/// A database with so many subscriptions that fell due an hour ago, in four lanes.
struct Population {
  static let price: Int64 = 999

  let bed: Bed

  /// - Parameter batch: rows that one transaction takes.
  static func make(_ address: String, count: Int, batch: Int) async throws -> Population {
    let store = try await Store.open(address, logger: Bed.quiet)
    _ = try await store.migrate(Bed.migrations)
    let bed = try await Bed(store, InstantPartner.lanes.map { InstantPartner(lane: $0) }, batch: batch)
    let kernel = bed.engine.kernel
    _ = try await kernel.perform(
      OfferPlan(
        product: "club", code: "monthly", title: "Club", every: .months(1), price: Money(price, Currency("EUR"))),
      by: .system("bench"), key: "plan")
    let paid = kernel.world.now() - .hours(1)
    _ = try await ImportSubscribers(kernel: kernel).save(
      count: count, by: .system("bench"), progress: { _ in },
      next: {
        let position = Position()
        return {
          let range = position.take(min(ImportSubscribers.chunk, count - position.at))
          return range.map { index in
            Subscribe(
              customer: NewCustomer(reference: "c\(index)", name: "Person \(index)", mail: nil, zone: "UTC"),
              plan: "monthly", currency: "EUR",
              method: NewMethod(
                lane: InstantPartner.lanes[index % InstantPartner.lanes.count], token: "tok-\(index)", label: "card"),
              paidUntil: paid)
          }
        }
      })
    while try await bed.engine.journal.seal() > 0 {}
    return Population(bed: bed)
  }

  private final class Position: @unchecked Sendable {
    // Used by one transaction on one thread.
    private(set) var at = 0
    func take(_ count: Int) -> Range<Int> {
      defer { at += count }
      return at..<(at + count)
    }
  }

  func settled() async throws -> Int {
    Int(try await bed.store.read { tx in try tx.integer("SELECT count(*) FROM capture") } ?? 0)
  }
}
