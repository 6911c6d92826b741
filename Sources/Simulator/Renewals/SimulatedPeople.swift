import Billing
import Kernel
import Store

/// Operators and subscribers at work: they give money back, cancel, pause and resume, stop a partner and let it go on, and
/// decide what no machine could find out.
struct SimulatedPeople {
  let kernel: Kernel
  let partners: [BookCounterpart]
  let roll: @Sendable () -> UInt64
  private var acts = 0
  /// How often somebody asked for a refund, and the rules allowed it.
  private(set) var refundsAsked = 0

  init(kernel: Kernel, partners: [BookCounterpart], roll: @escaping @Sendable () -> UInt64) {
    self.kernel = kernel
    self.partners = partners
    self.roll = roll
  }

  /// One of them does something. What the rules refuse is refused; that is an answer too.
  mutating func act() async throws {
    acts += 1
    do {
      switch roll() % 7 {
      case 0, 1: try await giveBack()
      case 2, 3: try await change()
      case 4: try await switchLane()
      default: try await decide()
      }
    } catch is Refusal {} catch StoreError.commitUnknown {}
  }

  /// Every partner may be charged again.
  mutating func switchOn() async throws {
    for partner in partners {
      acts += 1
      try await perform(SwitchLane(lane: partner.lane, on: true, reason: "it is well again"))
    }
  }

  private func perform(_ command: some Command) async throws {
    _ = try await kernel.perform(command, by: .init(.operator, "somebody"), key: "act/\(acts)")
  }

  private mutating func giveBack() async throws {
    let captures = try await kernel.store.read { tx in
      try tx.rows("SELECT id, amount FROM capture WHERE role = 'due' AND given_back < amount ORDER BY id").map {
        (id: try $0.integer("id"), amount: try $0.integer("amount"))
      }
    }
    guard let one = pick(captures) else { return }
    // Half at most: then the same can be given twice, and would be if a command ran twice.
    let part = roll() % 2 == 0 ? nil : 1 + Int64(roll() % UInt64(max(1, one.amount / 2)))
    do {
      try await perform(RefundPayment(capture: one.id, amount: part, reason: "the subscriber asked for it"))
      refundsAsked += 1
    } catch StoreError.commitUnknown {
      // Whoever sees this error asks again under the same key; here it may or may not have been made.
      refundsAsked += 1
    }
  }

  private func change() async throws {
    let all = try await kernel.store.read { tx in
      try tx.rows("SELECT id, state FROM subscription WHERE state <> 'cancelled' ORDER BY id").map {
        (id: try $0.integer("id"), state: try $0.text("state"))
      }
    }
    guard let one = pick(all) else { return }
    switch roll() % 8 {
    case 0, 1: try await perform(CancelSubscription(subscription: one.id, when: .now, reason: "moves away"))
    case 2: try await perform(CancelSubscription(subscription: one.id, when: .periodEnd, reason: "moves away"))
    case _ where one.state == "paused":
      try await perform(ResumeSubscription(subscription: one.id, reason: "back again"))
    default: try await perform(PauseSubscription(subscription: one.id, reason: "on a journey"))
    }
  }

  private func switchLane() async throws {
    let off = try await kernel.store.read { tx in
      try tx.rows("SELECT name FROM lane WHERE switch = 'off' ORDER BY name").map { try $0.text("name") }
    }
    if let lane = off.first {
      try await perform(SwitchLane(lane: lane, on: true, reason: "it is well again"))
    } else if let partner = pick(partners) {
      try await perform(SwitchLane(lane: partner.lane, on: false, reason: "something is wrong"))
    }
  }

  /// Finance calls the partner about something that nobody could find out, and is told the truth.
  private func decide() async throws {
    let parked = try await kernel.store.read { tx in
      try tx.rows(
        "SELECT reference, lane, kind FROM effect WHERE owner IS NOT NULL AND ended_at IS NULL ORDER BY deadline, id"
      ).map { (reference: try $0.text("reference"), lane: try $0.text("lane"), kind: try $0.text("kind")) }
    }
    guard let one = pick(parked), let partner = partners.first(where: { $0.lane == one.lane }) else { return }
    let isRefund = one.kind == "refund"
    let bookings = partner.book.withBook { $0.bookings(isRefund ? .refund : .capture, under: one.reference) }
    // What is still under way there is nobody's to decide.
    guard !bookings.contains(where: { $0.status == .processing }) else { return }
    let taken = bookings.first { $0.status == .succeeded }
    try await perform(
      DecideEffect(
        reference: one.reference, happened: taken != nil, partnerID: taken?.transaction,
        reason: "the partner said so on the phone"))
  }

  private func pick<Element>(_ list: [Element]) -> Element? {
    list.isEmpty ? nil : list[Int(roll() % UInt64(list.count))]
  }
}
