import Billing
import Kernel
import Store

/// Holds the engine's belief against the partners' own books: what it was told of, and what it believes without having been told.
struct BookAudit {
  let store: Store
  let partners: [BookCounterpart]
  let told: Set<Told.Success>
  let takenBack: Set<Told.TakenBack>

  func run() async throws -> [String] {
    let belief = try await Belief(store)
    return heard(belief) + effects(belief) + captures(belief) + obligations(belief) + returns(belief)
  }

  /// What was said is taken up: every capture and refund that reached us stands in our tables.
  private func heard(_ belief: Belief) -> [String] {
    told.sorted { ($0.lane, $0.transaction) < ($1.lane, $1.transaction) }.compactMap { success in
      let key = Belief.Key(success.lane, success.transaction)
      // It names nothing that we know: it waits, and an alert says so.
      if success.reference == nil, belief.waiting.contains(key) { return nil }
      if success.isRefund {
        guard let reference = success.reference, let effect = belief.effects[reference] else { return nil }
        return ["done", "surplus"].contains(effect.state)
          ? nil : "the refund \(success.transaction) was told of, and \(reference) is \(effect.state)"
      }
      return belief.captures[key] == nil
        ? "the capture \(success.transaction) on \(success.lane) was told of (\(success.reference ?? "-")), and is not there"
        : nil
    }
  }

  /// What is believed of each order is so, and nothing is left open that could be found out.
  private func effects(_ belief: Belief) -> [String] {
    belief.effects.values.sorted { $0.id < $1.id }.compactMap { effect in
      guard let partner = partners.first(where: { $0.lane == effect.lane }) else { return nil }
      let bookings = partner.book.withBook {
        $0.bookings(effect.kind == "refund" ? .refund : .capture, under: effect.reference)
      }
      let happened = bookings.contains { $0.status == .succeeded }
      let keptItsWord = partner.book.withBook { $0.counters.changedMind == 0 }
      let name = "\(effect.kind) \(effect.reference) on \(effect.lane)"
      switch effect.state {
      case "done" where !happened, "surplus" where !happened: return "\(name) is believed done and never happened"
      case "refused" where happened && keptItsWord, "cancelled" where happened && keptItsWord:
        return "\(name) is believed \(effect.state) and happened"
      case "prepared": return "\(name) was never sent"
      case "sent": return "\(name) was sent, and nobody has looked since"
      case "unknown", "pending":
        if partner.canBeAsked { return "\(name) is \(effect.state) although it could be found out" }
        return effect.owner == nil ? "\(name) is \(effect.state), and nobody is named" : nil
      default: return nil
      }
    }
  }

  /// Of each payment so much was given back as the partner gave back, and what came too much was given back whole.
  private func captures(_ belief: Belief) -> [String] {
    belief.captures.values.sorted { $0.id < $1.id }.flatMap { capture -> [String] in
      guard let book = partners.first(where: { $0.lane == capture.lane })?.book else { return [] }
      let name = "the payment \(capture.transaction) on \(capture.lane)"
      guard let booking = book.withBook({ $0.booking(of: capture.transaction) }) else {
        return ["\(name) is not in the partner's book"]
      }
      var problems: [String] = []
      if booking.status != .succeeded || booking.amount != capture.amount {
        problems.append("\(name) is \(booking.status) with \(booking.amount) in the partner's book")
      }
      let isOpen = capture.refunds.contains { $0.state == "asked" }
      let done = capture.refunds.filter { $0.state == "done" }.reduce(0) { $0 + $1.amount }
      let reserved = capture.refunds.filter { $0.state != "refused" }.reduce(0) { $0 + $1.amount }
      if capture.givenBack != reserved {
        problems.append("of \(name) \(capture.givenBack) is reserved, the refunds come to \(reserved)")
      }
      // The partner's book counts what a bank took back as refunded too.
      let returned = book.withBook { $0.entries(reference: booking.reference) }
        .filter { $0.kind == .return && $0.original == booking.transaction }.reduce(0) { $0 + $1.amount }
      if !isOpen, booking.refunded - returned != done {
        problems.append("of \(name) the partner gave back \(booking.refunded - returned), we believe \(done)")
      }
      if isOpen, !capture.refunds.contains(where: { $0.state == "asked" && $0.isParked }) {
        problems.append("a refund of \(name) is still asked for, and nobody is named")
      }
      if capture.role == "surplus", done + capture.takenBack < capture.amount, !isOpen,
        !belief.alerts.contains("refundsRefused")
      {
        problems.append("\(name) came too much: \(done) of \(capture.amount) was given back, and no alert says so")
      }
      return problems
    }
  }

  /// What banks took back is counted once, with what the partner booked under each order; whoever was made whole by their bank gets
  /// nothing on top; and what somebody has to look at has an owner and an alert.
  private func returns(_ belief: Belief) -> [String] {
    var problems: [String] = []
    for taken in takenBack.sorted(by: { ($0.lane, $0.transaction) < ($1.lane, $1.transaction) }) {
      let known = belief.chargebacks[Belief.Key(taken.lane, taken.transaction)]
      if known?.amount != taken.amount {
        problems.append(
          "the bank took \(taken.amount) back (\(taken.reference)), and \(known?.amount ?? 0) is known of it")
      }
    }
    for (id, amount) in Dictionary(grouping: belief.chargebacks.values, by: \.capture)
      .compactMap({ id, all in id.map { ($0, all.reduce(0) { $0 + $1.amount }) } })
    where belief.captures.values.first(where: { $0.id == id })?.takenBack != amount {
      problems.append("of the payment \(id) another sum than \(amount) is taken for taken back")
    }
    let captures = Dictionary(grouping: belief.captures.values, by: \.obligation)
    for (obligation, all) in Dictionary(grouping: belief.chargebacks.values, by: \.obligation) {
      problems += paidOnTop(obligation, captures[obligation] ?? [], all)
    }
    for capture in belief.captures.values where capture.takenBack > 0 {
      let isFinal = !capture.refunds.contains { $0.state == "asked" }
      let owned = belief.chargebacks.values.contains { $0.capture == capture.id && $0.owner != nil }
      let asks = capture.role == "due" || capture.givenBack + capture.takenBack > capture.amount
      if isFinal, asks != owned {
        problems.append("of \(capture.transaction) taken back \(owned ? "somebody" : "nobody") is named")
      }
      if owned, !belief.alerts.contains("chargedBack") { problems.append("no alert says that a bank took money back") }
    }
    return problems.sorted()
  }

  /// A surplus that left for its payer after it was known that their bank had taken one of these payments back, although after
  /// it not even one payment was left.
  private func paidOnTop(
    _ obligation: Int64, _ captures: [Belief.BelievedCapture], _ chargebacks: [Belief.BelievedChargeback]
  ) -> [String] {
    let whole = chargebacks.filter { one in
      captures.contains { $0.id == one.capture && $0.amount == one.amount }
    }
    let refunds = captures.flatMap(\.refunds).filter { $0.isSurplus && $0.sentAt != nil && $0.state != "refused" }
      .sorted { ($0.sentAt ?? Instant(microseconds: 0), $0.id) < ($1.sentAt ?? Instant(microseconds: 0), $1.id) }
    return refunds.enumerated().compactMap { before, refund in
      guard let left = refund.sentAt else { return nil }
      let known = captures.count { $0.at <= left }
      let gone = whole.count { $0.heardAt < left }
      guard gone > 0, known - gone - before < 2 else { return nil }
      return "refund \(refund.id) left for obligation \(obligation) although a bank had taken \(gone) of \(known) back"
    }
  }

  /// At most one payment stands for a period. A partner that did as it promised never took more than one.
  private func obligations(_ belief: Belief) -> [String] {
    belief.obligations.flatMap { owed -> [String] in
      let captures = belief.captures.values.filter { $0.obligation == owed.id }
      let due = captures.filter { $0.role == "due" }
      let attempts = belief.effects.values.filter { $0.slot == "obligation:\(owed.id)" }.sorted { $0.id < $1.id }
      let name =
        "obligation \(owed.id) ("
        + attempts.map { "\($0.lane) \($0.reference)=\($0.state)" }.joined(separator: " ") + ")"
      let isParked = attempts.contains { $0.owner != nil }
      var problems: [String] = []
      if due.count > 1 { problems.append("\(name) was paid \(due.count) times") }
      switch owed.state {
      case "settled" where due.count != 1: problems.append("\(name) is settled without a payment")
      case "uncollectable" where !due.isEmpty, "waived" where !due.isEmpty:
        problems.append("\(name) is \(owed.state), and a payment stands for it")
      case "open" where !isParked: problems.append("\(name) is open at the end, with nobody named")
      default: break
      }
      let taken = attempts.reduce(Int64(0)) { sum, attempt in
        guard let book = partners.first(where: { $0.lane == attempt.lane })?.book else { return sum }
        return book.withBook { book in
          guard book.counters.chargedTwice == 0, book.counters.changedMind == 0 else { return sum }
          return sum
            + book.bookings(.capture, under: attempt.reference).filter { $0.status == .succeeded }
            .reduce(0) { $0 + $1.amount }
        }
      }
      if taken > owed.amount {
        problems.append("\(name): \(taken) was taken where \(owed.amount) was owed, by partners that kept their word")
      }
      return problems
    }
  }
}

extension BookCounterpart {
  /// Sooner or later every order's end can be read somewhere.
  fileprivate var canBeAsked: Bool { capabilities.query != .none || capabilities.statement != .none }
}
