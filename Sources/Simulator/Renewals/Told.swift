import Kernel
import Synchronization

/// What reached the engine for certain: only of that it can be asked to have acted on. What a worker heard counts when it came
/// to the end of its work; a crash in between may have lost it.
final class Told: Sendable {
  /// A success of which somebody told us.
  struct Success: Hashable, Sendable {
    var lane: String
    var isRefund: Bool
    /// The partner's own id.
    var transaction: String
    /// Ours, where it was named.
    var reference: String?
  }

  /// Money that a bank took back, as a statement said it.
  struct TakenBack: Hashable, Sendable {
    var lane: String
    var transaction: String
    var reference: String
    var amount: Int64
  }

  private let state = Mutex<(heard: [Success], certain: Set<Success>, events: Set<String>)>(([], [], []))
  private let returns = Mutex<Set<TakenBack>>([])

  var takenBack: Set<TakenBack> { returns.withLock { $0 } }

  var certain: Set<Success> { state.withLock { $0.certain } }
  /// Lane and event id of every notification that was acknowledged.
  var acknowledged: Set<String> { state.withLock { $0.events } }

  func hear(_ reply: Reply, to order: Order, lane: String) {
    guard reply.verdict == .done, let transaction = reply.transaction else { return }
    let success = Success(
      lane: lane, isRefund: order.kind == "refund", transaction: transaction, reference: order.reference)
    state.withLock { $0.heard.append(success) }
  }

  func hear(_ testimonies: [Testimony], lane: String) {
    for testimony in testimonies where testimony.verdict == .done {
      guard let transaction = testimony.transaction else { continue }
      let success = Success(
        lane: lane, isRefund: testimony.kind == "refund", transaction: transaction, reference: testimony.reference)
      state.withLock { $0.heard.append(success) }
    }
  }

  func hear(_ lines: [Booking], lane: String) {
    for line in lines where line.kind == .return {
      let taken = TakenBack(
        lane: lane, transaction: line.transaction, reference: line.reference, amount: line.amount)
      returns.withLock { _ = $0.insert(taken) }
    }
    for line in lines where line.kind != .return {
      let success = Success(
        lane: lane, isRefund: line.kind == .refund, transaction: line.transaction, reference: line.reference)
      state.withLock { _ = $0.certain.insert(success) }
    }
  }

  func acknowledge(_ outbound: Outbound, lane: String) {
    let booking = outbound.booking
    state.withLock { state in
      state.events.insert("\(lane)/\(outbound.eventID)")
      guard booking.status == .succeeded else { return }
      state.certain.insert(
        Success(
          lane: lane, isRefund: booking.kind == .refund, transaction: booking.transaction,
          reference: outbound.namesReference ? booking.reference : nil))
    }
  }

  /// The worker came to the end of its work.
  func confirm() {
    state.withLock { state in
      state.certain.formUnion(state.heard)
      state.heard.removeAll()
    }
  }

  /// Nobody knows whether it was written down.
  func forget() { state.withLock { $0.heard.removeAll() } }
}
