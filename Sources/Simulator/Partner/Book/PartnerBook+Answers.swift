import Kernel

/// What reaches the caller.
extension PartnerBook {
  /// Before anything happens: down, throttled, or an error of the front door.
  mutating func turnedAway(_ draws: Draws) -> Answer? {
    counters.requests += 1
    if draws.happens(.down, dials.answers.down) {
      counters.down += 1
      return Answer(nil, dials.answers.downAs == .refused ? .notAccepted : .unavailable)
    }
    if clock.seconds != second { (second, requestsThisSecond) = (clock.seconds, 0) }
    requestsThisSecond += 1
    if dials.answers.throttlePerSecond > 0, requestsThisSecond > dials.answers.throttlePerSecond {
      counters.throttled += 1
      return Answer(nil, .throttled)
    }
    if draws.happens(.before, dials.answers.http5xxBeforeCharge) {
      counters.failedBefore += 1
      return Answer(nil, .serverError, latency: latency(draws))
    }
    return nil
  }

  /// After it happened: one draw over all faults, so that each has exactly its own probability.
  mutating func answered(_ outcome: Outcome?, _ draws: Draws) -> Answer {
    let waits = latency(draws)
    guard draws.happens(.fault, dials.faults) else { return Answer(outcome, .prompt, latency: waits) }
    counters.answersSpoiled += 1
    let faults = dials.answers
    var share = draws.unit(.fault)
    let kinds: [(Double, Delivery)] = [
      (faults.late, .late), (faults.http5xxAfterCharge, .serverError), (faults.garbageAfterCharge, .garbage),
      (faults.resetAfterCharge, .reset),
    ]
    for (probability, delivery) in kinds {
      if share < probability {
        let late = delivery == .late ? draws.span(.lateBy, in: faults.lateBy) : .seconds(0)
        return Answer(outcome, delivery, latency: waits + late)
      }
      share -= probability
    }
    return Answer(outcome, .reset, latency: waits)
  }

  func latency(_ draws: Draws) -> Span { draws.span(.latency, in: dials.answers.slow) }

  /// The row that a repeat of this reference is answered with, if the partner still remembers it.
  func remembered(_ slot: Slot) -> Int32? {
    guard dials.replay.on, slot.last >= 0 else { return nil }
    if let window = dials.replay.window, rows[Int(slot.last)].createdAt + window <= clock { return nil }
    return slot.last
  }

  mutating func repeated(_ number: Int32, _ request: ChargeRequest) -> Outcome {
    let row = rows[Int(number)]
    guard row.amount == request.amount, currencies[row.currency] == request.currency,
      payers[Int(row.payer)].name == request.method
    else { return .rejected(.conflict) }
    return replay(number)
  }

  mutating func repeated(_ number: Int32, _ request: RefundRequest) -> Outcome {
    let row = rows[Int(number)]
    guard find(request.transaction) == row.original, (request.amount ?? row.amount) == row.amount else {
      return .rejected(.conflict)
    }
    return replay(number)
  }

  private mutating func replay(_ number: Int32) -> Outcome {
    counters.replayed += 1
    let row = rows[Int(number)]
    return row.status == .refused ? .declined(code: codes[row.code]) : .booking(booking(number))
  }

  /// The row of a transaction id as it was shown, if its kind fits.
  func find(_ transaction: String) -> Int32? {
    guard let id = TransactionID.number(transaction), let row = byTransaction[id] else { return nil }
    return transaction.hasPrefix(rows[Int(row)].kind.prefix) ? row : nil
  }

  func booking(_ number: Int32) -> Booking {
    let row = rows[Int(number)]
    let failed = row.status == .denied || row.status == .refused
    return Booking(
      transaction: TransactionID.text(row.kind, row.transaction), kind: row.kind, status: row.status,
      reference: row.reference, payer: payers[Int(row.payer)].name, amount: row.amount,
      currency: currencies[row.currency], createdAt: row.createdAt,
      bookedAt: row.status == .processing ? nil : row.bookedAt, code: failed ? codes[row.code] : nil,
      original: row.original < 0 ? nil : TransactionID.text(.capture, rows[Int(row.original)].transaction),
      refunded: row.refunded)
  }
}

/// A transaction's number as text: `pay-5c0a1f2e9d3b4a67`.
enum TransactionID {
  static func text(_ kind: BookingKind, _ number: UInt64) -> String {
    String(unsafeUninitializedCapacity: 20) { buffer in
      var at = 0
      for byte in kind.prefix.utf8 {
        buffer[at] = byte
        at += 1
      }
      for shift in stride(from: 60, through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 0xF
        buffer[at] = digit < 10 ? 48 + digit : 87 + digit
        at += 1
      }
      return at
    }
  }

  static func number(_ text: String) -> UInt64? {
    guard text.utf8.count == 20 else { return nil }
    let digits = text.utf8.dropFirst(4)
    guard digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
    return UInt64(Substring(digits), radix: 16)
  }
}
