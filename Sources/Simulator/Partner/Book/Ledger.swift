import Kernel

/// How bookings are made and become final.
extension PartnerBook {
  /// A row that is not yet in the book.
  struct Draft {
    var reference: String
    var payer: Int32
    var amount: Int64
    var currency: UInt8
    var kind: BookingKind
    var ordinal: Int32
    var slot: Int32
    var previous: Int32 = -1
    var original: Int32 = -1
    var destiny: BookingStatus = .succeeded
    var code: UInt8 = 0
    var notifies: Bool
    var details: BookingDetails?
  }

  mutating func payerNumber(_ name: String) -> Int32 {
    if let number = payerNumbers[name] { return number }
    let number = Int32(payers.count)
    payers.append(Payer(name: name))
    payerNumbers[name] = number
    return number
  }

  /// Enters a booking; it becomes final at once when `settlesAt` has come.
  mutating func create(_ draft: Draft, id: UInt64, settlesAt: Instant) -> Int32 {
    let number = Int32(rows.count)
    rows.append(
      Row(
        reference: draft.reference, transaction: id, amount: draft.amount, createdAt: clock, bookedAt: settlesAt,
        payer: draft.payer, previous: draft.previous, original: draft.original, ordinal: draft.ordinal,
        slot: draft.slot, currency: draft.currency, kind: draft.kind, status: .processing, destiny: draft.destiny,
        code: draft.code,
        notifies: draft.notifies))
    enter(number, details: draft.details)
    note(created: number, details: draft.details)
    if rows[Int(number)].destiny == .refused {
      rows[Int(number)].status = .refused
    } else if settlesAt <= clock {
      settle(number, at: clock)
    } else {
      plan(.settles, number, at: settlesAt)
    }
    return number
  }

  /// Puts a new row into every index.
  mutating func enter(_ number: Int32, details: BookingDetails?) {
    register(number)
    let row = rows[Int(number)]
    switch row.kind {
    case .capture: charges[row.slot].last = number
    case .refund: refunds[row.slot].last = number
    case .return: break
    }
    rows[Int(number)].previousOfPayer = payers[Int(row.payer)].last
    payers[Int(row.payer)].last = number
    if row.original >= 0, row.destiny != .refused { rows[Int(row.original)].refunded += row.amount }
    if let details { self.details[number] = details }
  }

  /// Ids are 64 random bits; should two ever meet, the second takes the next free one.
  private mutating func register(_ number: Int32) {
    while let other = byTransaction.updateValue(number, forKey: rows[Int(number)].transaction) {
      byTransaction[rows[Int(number)].transaction] = other
      rows[Int(number)].transaction &+= 1
    }
  }

  /// A `processing` booking becomes what it was to become.
  mutating func settle(_ number: Int32, at: Instant) {
    settle(number, as: rows[Int(number)].destiny, at: at)
  }

  mutating func settle(_ number: Int32, as status: BookingStatus, at: Instant) {
    let row = rows[Int(number)]
    let draws = draws(of: row)
    var final = Final(status: status, at: at)
    if status == .succeeded {
      final.statementDay = statementDay(of: draws, at: at)
      if row.kind == .capture, draws.happens(.returned, dials.returned) {
        final.returnedAt = at + draws.span(.returnedAfter, in: dials.returnedAfter)
      }
    }
    if row.notifies { final.notices = planNotices(draws, at: at) }
    apply(final, to: number)
    note(settled: number, final)
  }

  /// What was decided when a booking became final: enough to come to the same book again after a restart.
  struct Final {
    var status: BookingStatus
    var at: Instant
    var statementDay: Int32?
    var returnedAt: Instant?
    var notices: [Instant] = []
  }

  mutating func apply(_ final: Final, to number: Int32) {
    let row = rows[Int(number)]
    rows[Int(number)].status = final.status
    rows[Int(number)].bookedAt = final.at
    if final.status == .succeeded {
      count(row)
      if let day = final.statementDay { statementDays[day, default: []].append(number) }
      if let at = final.returnedAt { plan(.isReturned, number, at: at) }
    } else if row.original >= 0 {
      rows[Int(row.original)].refunded -= row.amount
    }
    for due in final.notices { addNotice(number, due: due) }
  }

  /// The payer goes to their bank about one payment.
  /// - Returns: what the bank took back; nil: nothing is left of it, or there is no such payment.
  public mutating func dispute(_ transaction: String, now: Instant) -> Booking? {
    advance(to: now)
    guard let number = find(transaction), rows[Int(number)].kind == .capture, rows[Int(number)].status == .succeeded
    else { return nil }
    let count = rows.count
    giveBack(number, at: clock)
    return rows.count > count ? booking(Int32(count)) : nil
  }

  /// The payer's bank takes back what of the capture was not refunded.
  mutating func giveBack(_ number: Int32, at: Instant) {
    let capture = rows[Int(number)]
    let left = capture.amount - capture.refunded
    guard left > 0 else { return }
    let draws = Draws(seed: seed, .giveBack, capture.reference, asked: capture.ordinal)
    let draft = Draft(
      reference: capture.reference, payer: capture.payer, amount: left, currency: capture.currency, kind: .return,
      ordinal: capture.ordinal, slot: capture.slot, original: number, notifies: false)
    _ = create(draft, id: draws.bits(.transaction), settlesAt: clock)
  }

  func draws(of row: Row) -> Draws {
    let operation: Draws.Operation =
      switch row.kind {
      case .capture: .charge
      case .refund: .refund
      case .return: .giveBack
      }
    return Draws(seed: seed, operation, row.reference, asked: row.ordinal)
  }
}
