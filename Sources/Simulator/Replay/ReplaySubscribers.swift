import Billing
import Kernel
import Synchronization

/// The replay's plan and its subscribers, brought in as an import brings them in.
enum ReplaySubscribers {
  static func offer(to kernel: Kernel) async throws {
    _ = try await kernel.perform(
      OfferPlan(
        product: "atlas", code: "monthly", title: "\(ReplayPlan.service) monthly", every: .months(1),
        price: Money(ReplayPlan.price, Currency(ReplayPlan.currency))),
      by: .system("replay"), key: "plan/monthly")
  }

  /// Adds those who join today: their first period begins at `anchor`.
  /// - Parameter paid: until when they have paid; nil: not yet.
  static func add(
    _ joining: ArraySlice<Int32>, from anchor: Instant, paidUntil paid: Instant? = nil, to kernel: Kernel
  ) async throws {
    guard !joining.isEmpty else { return }
    _ = try await ImportSubscribers(kernel: kernel).save(
      count: joining.count, by: .system("replay"), progress: { _ in },
      next: {
        let rest = Mutex(joining)
        return {
          rest.withLock { rest in
            let chunk = rest.prefix(chunk)
            rest = rest.dropFirst(chunk.count)
            return chunk.map { subscribe($0, from: anchor, paid) }
          }
        }
      })
  }

  private static let chunk = 5_000

  private static func subscribe(_ number: Int32, from anchor: Instant, _ paid: Instant?) -> Subscribe {
    Subscribe(
      customer: NewCustomer(reference: "c\(number)", name: "Person \(number)", mail: nil, zone: "UTC"),
      plan: "monthly", currency: ReplayPlan.currency,
      method: NewMethod(lane: ReplayPartner.lane, token: ReplayPlan.payer(number), label: "phone bill"),
      anchor: anchor, paidUntil: paid)
  }
}
