import Kernel
import Synchronization

/// People who do not wait: they go to their bank about a charge, and the bank takes it back. The service hears of it some hours
/// later, by the other system's reference or by the partner's number of the payment.
final class Disputes: Sendable {
  private struct Dispute {
    var at: Instant
    var transaction: String
    var heardAfter: Span
    var namesPayment: Bool
  }

  private struct State {
    var planned: [Dispute]
    var told: [(at: Instant, testimony: Testimony)] = []
  }

  private let state: Mutex<State>

  init(_ history: RepairHistory, _ plan: RepairPlan, from start: Instant) {
    var planned: [Dispute] = []
    for (person, periods) in history.doubled.sorted(by: { $0.key < $1.key }) {
      func share(_ salt: UInt64) -> Double { SimulatedLetters.share("c\(person)", plan.seed &+ salt) }
      guard share(11) < plan.disputed, let charges = periods.first?.sorted(), !charges.isEmpty else { continue }
      let first = Int(share(12) * Double(charges.count))
      // Who is angry enough disputes two of them.
      let disputed: [Int] = share(13) < 0.3 ? [first, first + 1] : [first]
      for (number, index) in disputed.enumerated() {
        let salt = UInt64(number) * 10
        planned.append(
          Dispute(
            at: start + .seconds(Int64(share(14 &+ salt) * 36 * 3_600)), transaction: charges[index % charges.count],
            heardAfter: .seconds(Int64(share(15 &+ salt) * 6 * 3_600)), namesPayment: share(16 &+ salt) < 0.5))
      }
    }
    state = Mutex(State(planned: planned.sorted { ($0.at, $0.transaction) < ($1.at, $1.transaction) }))
  }

  /// When the next thing happens.
  var next: Instant? {
    state.withLock { state in [state.planned.first?.at, state.told.map(\.at).min()].compactMap { $0 }.min() }
  }

  /// Lets the banks act, and hands out what the service hears by now. It is told again until `heard`.
  func due(_ book: SharedBook, now: Instant) -> [Testimony] {
    state.withLock { state in
      while let dispute = state.planned.first, dispute.at <= now {
        state.planned.removeFirst()
        guard let taken = book.withBook({ $0.dispute(dispute.transaction, now: now) }) else { continue }
        state.told.append(
          (
            now + dispute.heardAfter,
            Testimony(
              eventID: "return/\(taken.transaction)", reference: dispute.namesPayment ? nil : taken.reference,
              transaction: dispute.namesPayment ? taken.original : nil, kind: "return",
              verdict: .reversed(by: taken.transaction), amount: taken.amount, currency: taken.currency,
              occurredAt: now)
          ))
      }
      return state.told.filter { $0.at <= now }.map(\.testimony)
    }
  }

  func heard(_ testimonies: [Testimony]) {
    let known = Set(testimonies.map(\.eventID))
    state.withLock { state in state.told.removeAll { known.contains($0.testimony.eventID) } }
  }
}
