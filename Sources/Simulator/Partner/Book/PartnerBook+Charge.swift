import Kernel

extension PartnerBook {
  /// Charges, or answers a repeat with what happened first.
  public mutating func charge(_ request: ChargeRequest, now: Instant) -> Answer {
    advance(to: now)
    let slotNumber = charges.claim(request.reference)
    let slot = charges[slotNumber]
    let draws = Draws(seed: seed, .charge, request.reference, asked: slot.asked)
    if let turnedAway = turnedAway(draws) { return turnedAway }
    if request.keyed, let number = remembered(slot) {
      return answered(repeated(number, request), draws)
    }
    if slot.cancelled { return answered(.rejected(.cancelled), draws) }

    var draft = Draft(
      reference: request.reference, payer: payerNumber(request.method), amount: request.amount,
      currency: currencies.number(request.currency), kind: .capture, ordinal: slot.asked, slot: slotNumber,
      previous: slot.last,
      notifies: request.notifies, details: request.details)
    if let code = declineCode(draws, dials.answers.decline, dials.answers.declineCodes) {
      draft.code = codes.number(code)
      draft.destiny = .denied
    }
    return answered(make(draft, draws, keyed: request.keyed, answersDeclines: request.answersDeclines), draws)
  }

  /// Gives money of a capture back; never more than is left of it, unless a dial makes it careless.
  public mutating func refund(_ request: RefundRequest, now: Instant) -> Answer {
    advance(to: now)
    let slotNumber = refunds.claim(request.reference)
    let slot = refunds[slotNumber]
    let draws = Draws(seed: seed, .refund, request.reference, asked: slot.asked)
    if let turnedAway = turnedAway(draws) { return turnedAway }
    if request.keyed, let number = remembered(slot) {
      return answered(repeated(number, request), draws)
    }
    guard let original = find(request.transaction), rows[Int(original)].kind == .capture,
      rows[Int(original)].status != .refused
    else { return answered(.rejected(.unknownTransaction), draws) }
    let capture = rows[Int(original)]
    guard capture.status == .succeeded else { return answered(.rejected(.notCaptured), draws) }
    let left = dials.answers.countsRefunds ? capture.amount - capture.refunded : capture.amount
    let amount = request.amount ?? left
    guard amount > 0, amount <= left, request.currency ?? currencies[capture.currency] == currencies[capture.currency]
    else { return answered(.rejected(.notRefundable), draws) }

    var draft = Draft(
      reference: request.reference, payer: capture.payer, amount: amount, currency: capture.currency, kind: .refund,
      ordinal: slot.asked, slot: slotNumber, previous: slot.last, original: original, notifies: request.notifies,
      details: request.details)
    if let code = declineCode(draws, dials.answers.declineRefund, dials.answers.declineRefundCodes) {
      draft.code = codes.number(code)
      draft.destiny = .denied
    }
    return answered(make(draft, draws, keyed: request.keyed, answersDeclines: true), draws)
  }

  /// Cancels by our reference: what is `processing` is stopped; what is unknown will never happen.
  public mutating func cancel(_ reference: String, now: Instant) -> Answer {
    advance(to: now)
    let slotNumber = charges.claim(reference)
    let slot = charges[slotNumber]
    let draws = Draws(seed: seed, .cancel, reference, asked: slot.asked)
    if let turnedAway = turnedAway(draws) { return turnedAway }
    guard slot.last >= 0 else {
      charges[slotNumber].cancelled = true
      note(cancelled: reference)
      return answered(.cancelled, draws)
    }
    return answered(stop(slot.last), draws)
  }

  /// The same by the partner's id: CAMARA's `POST /payments/{paymentId}/cancel`.
  public mutating func cancel(transaction: String, now: Instant) -> Answer {
    advance(to: now)
    guard let number = find(transaction), rows[Int(number)].status != .refused else {
      return Answer(.rejected(.unknownTransaction), .prompt)
    }
    let draws = Draws(seed: seed, .cancel, transaction, asked: askedAgain(number))
    return turnedAway(draws) ?? answered(stop(number), draws)
  }

  private mutating func stop(_ number: Int32) -> Outcome {
    guard rows[Int(number)].status == .processing else { return .booking(booking(number)) }
    settle(number, as: .cancelled, at: clock)
    return .booking(booking(number))
  }

  /// A decline told in the answer leaves no payment, only the memory of it for a repeat; one told later is a booking that
  /// ends `denied`.
  private mutating func make(_ draft: Draft, _ draws: Draws, keyed: Bool, answersDeclines: Bool) -> Outcome {
    let later = !answersDeclines || draws.happens(.later, dials.answers.async)
    if draft.destiny == .denied {
      counters.declined += 1
      if !later {
        if keyed {
          var refused = draft
          refused.destiny = .refused
          refused.details = nil
          _ = create(refused, id: draws.bits(.transaction), settlesAt: clock)
        }
        if draft.kind == .capture, draws.happens(.changesMind, dials.answers.changesMind) {
          counters.changedMind += 1
          let after = draws.span(.changesMindAfter, in: dials.answers.changesMindAfter)
          again(draft, draws.bits(.twiceTransaction), at: clock + after)
        }
        return .declined(code: codes[draft.code])
      }
    }
    let delay = draws.happens(.later, dials.answers.async) ? draws.span(.laterBy, in: dials.answers.asyncDelay) : nil
    // A denial that nobody is told of still takes its time: it is final a microsecond later, never in the answer.
    let settlesAt = clock + (delay ?? (draft.destiny == .denied ? Span(microseconds: 1) : .seconds(0)))
    let number = create(draft, id: draws.bits(.transaction), settlesAt: settlesAt)
    if draft.notifies, delay != nil, draws.happens(.progress, dials.notifications.progress) {
      addNotice(number, due: clock + draws.span(.progressDelay, in: dials.notifications.delay), tellsBeginning: true)
    }
    if draft.kind == .capture, draft.destiny == .succeeded, draws.happens(.twice, dials.answers.twice) {
      counters.chargedTwice += 1
      again(draft, draws.bits(.twiceTransaction), at: settlesAt)
    }
    return .booking(booking(number))
  }

  /// The same charge once more under its reference: what a partner's own repeat does.
  private mutating func again(_ draft: Draft, _ id: UInt64, at: Instant) {
    var second = draft
    second.destiny = .succeeded
    second.previous = charges[draft.slot].last
    // Random numbers of its own: whether its notification is lost, which statement it comes in.
    second.ordinal = -draft.ordinal
    _ = create(second, id: id, settlesAt: at)
  }

  private func declineCode(_ draws: Draws, _ probability: Double, _ codes: [String]) -> String? {
    guard draws.happens(.decline, probability) else { return nil }
    return codes[draws.integer(.declineCode, in: 0...codes.count - 1)]
  }
}
