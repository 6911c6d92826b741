import Kernel
import Synchronization

/// People who do not wait: they go to their bank about a charge, and the bank takes it back. The service hears of it some steps
/// later, by the other system's reference or by the partner's number of the payment. In steps and not in hours: most of a
/// repair happens within minutes, and what is heard must come between any two of its steps.
final class Disputes: Sendable {
  private struct Dispute {
    /// At which step of the repair.
    var at: Int
    var transaction: String
    var heardAfter: Int
    var namesPayment: Bool
  }

  private struct State {
    var planned: [Dispute]
    var told: [(at: Int, testimony: Testimony)] = []
    var step = 0
  }

  private let state: Mutex<State>

  init(_ history: RepairHistory, _ plan: RepairPlan) {
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
            at: Int(share(14 &+ salt) * share(17 &+ salt) * 80), transaction: charges[index % charges.count],
            heardAfter: Int(share(15 &+ salt) * 12), namesPayment: share(16 &+ salt) < 0.5))
      }
    }
    state = Mutex(State(planned: planned.sorted { ($0.at, $0.transaction) < ($1.at, $1.transaction) }))
  }

  /// One step on: lets the banks act, and hands out what the service hears by now. It is told again until `heard`.
  func due(_ book: SharedBook, now: Instant) -> [Testimony] {
    state.withLock { state in
      state.step += 1
      while let dispute = state.planned.first, dispute.at <= state.step {
        state.planned.removeFirst()
        guard let taken = book.withBook({ $0.dispute(dispute.transaction, now: now) }) else { continue }
        state.told.append(
          (
            state.step + dispute.heardAfter,
            Testimony(
              eventID: "return/\(taken.transaction)", reference: dispute.namesPayment ? nil : taken.reference,
              transaction: dispute.namesPayment ? taken.original : nil, kind: "return",
              verdict: .reversed(by: taken.transaction), amount: taken.amount, currency: taken.currency,
              occurredAt: now)
          ))
      }
      return state.told.filter { $0.at <= state.step }.map(\.testimony)
    }
  }

  func heard(_ testimonies: [Testimony]) {
    let known = Set(testimonies.map(\.eventID))
    state.withLock { state in state.told.removeAll { known.contains($0.testimony.eventID) } }
  }
}
