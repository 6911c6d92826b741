import Kernel

/// One line of the truth file. Everything that was decided by chance is in it, so that reading the file again gives the same
/// book even if the dials, the seed or this program have changed since.
public struct Fact: Codable, Sendable, Equatable {
  public enum Event: String, Codable, Sendable { case opened, created, settled, cancelled, sent }

  public var event: Event
  public var at: Instant
  public var transaction: String?
  public var reference: String?
  public var kind: BookingKind?
  public var payer: String?
  public var amount: Int64?
  public var currency: String?
  public var original: String?
  public var asked: Int32?
  public var settlesAt: Instant?
  /// What it is, or will become when it settles.
  public var status: BookingStatus?
  public var code: String?
  public var notifies: Bool?
  public var details: BookingDetails?
  public var statementDay: Int32?
  public var returnedAt: Instant?
  public var notices: [Instant]?

  init(_ event: Event, at: Instant) { (self.event, self.at) = (event, at) }
}

/// A line that does not fit what came before it.
public struct FactError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
}

/// A notification that was sent before a restart.
struct Delivered: Hashable, Sendable {
  var row: Int32
  var planned: Instant
}

extension PartnerBook {
  /// The changes since the last call, in order; they must be on disk before anything is answered.
  public mutating func takeFacts() -> [Fact] {
    defer { facts.removeAll(keepingCapacity: true) }
    return facts
  }

  /// The first line of a new file.
  public var opening: Fact { Fact(.opened, at: Timestamp.start(ofDay: openedDay)) }

  mutating func note(created number: Int32, details: BookingDetails?) {
    guard keepsFacts else { return }
    let row = rows[Int(number)]
    var fact = Fact(.created, at: row.createdAt)
    fact.transaction = TransactionID.text(row.kind, row.transaction)
    (fact.reference, fact.kind, fact.payer) = (row.reference, row.kind, payers[Int(row.payer)].name)
    (fact.amount, fact.currency) = (row.amount, currencies[row.currency])
    if row.original >= 0 { fact.original = TransactionID.text(.capture, rows[Int(row.original)].transaction) }
    (fact.asked, fact.settlesAt, fact.status) = (row.ordinal, row.bookedAt, row.destiny)
    if row.destiny == .denied || row.destiny == .refused { fact.code = codes[row.code] }
    (fact.notifies, fact.details) = (row.notifies, details)
    facts.append(fact)
  }

  mutating func note(settled number: Int32, _ final: Final) {
    guard keepsFacts else { return }
    var fact = Fact(.settled, at: final.at)
    fact.transaction = TransactionID.text(rows[Int(number)].kind, rows[Int(number)].transaction)
    (fact.status, fact.statementDay, fact.returnedAt) = (final.status, final.statementDay, final.returnedAt)
    fact.notices = final.notices
    facts.append(fact)
  }

  mutating func note(cancelled reference: String) {
    guard keepsFacts else { return }
    var fact = Fact(.cancelled, at: clock)
    fact.reference = reference
    facts.append(fact)
  }

  mutating func note(sent outbound: Outbound) {
    guard keepsFacts else { return }
    var fact = Fact(.sent, at: outbound.planned)
    fact.transaction = outbound.booking.transaction
    facts.append(fact)
  }

  /// Reads one line of the truth file back. Lines come in the order in which they were written, before any request.
  public mutating func restore(_ fact: Fact) throws(FactError) {
    switch fact.event {
    case .opened: openedDay = Timestamp.day(fact.at)
    case .created: try restoreCreated(fact)
    case .settled:
      let number = try known(fact.transaction)
      guard rows[Int(number)].status == .processing, let status = fact.status else {
        throw FactError(description: "a booking becomes final twice, or without a status")
      }
      apply(
        Final(
          status: status, at: fact.at, statementDay: fact.statementDay, returnedAt: fact.returnedAt,
          notices: fact.notices ?? []), to: number)
    case .cancelled: charges[charges.number(fact.reference ?? "")].cancelled = true
    case .sent: delivered.insert(Delivered(row: try known(fact.transaction), planned: fact.at))
    }
  }

  private mutating func restoreCreated(_ fact: Fact) throws(FactError) {
    guard let id = fact.transaction.flatMap(TransactionID.number), byTransaction[id] == nil, let kind = fact.kind,
      let reference = fact.reference, let payer = fact.payer, let amount = fact.amount, amount > 0,
      let currency = fact.currency, let asked = fact.asked, let settlesAt = fact.settlesAt, let status = fact.status
    else { throw FactError(description: "a booking is incomplete, or its transaction occurs twice") }
    let original = try fact.original.map { (text) throws(FactError) in try known(text) } ?? -1
    guard (kind == .capture) == (original < 0) else {
      throw FactError(description: "a booking's original does not fit")
    }
    let slot: Int32
    var previous: Int32 = -1
    switch kind {
    case .capture:
      slot = charges.number(reference)
      previous = charges[slot].last
      charges[slot].asked = max(charges[slot].asked, asked)
    case .refund:
      slot = refunds.number(reference)
      previous = refunds[slot].last
      refunds[slot].asked = max(refunds[slot].asked, asked)
    case .return: slot = rows[Int(original)].slot
    }
    let number = Int32(rows.count)
    rows.append(
      Row(
        reference: reference, transaction: id, amount: amount, createdAt: fact.at, bookedAt: settlesAt,
        payer: payerNumber(payer), previous: previous, original: original, ordinal: asked,
        slot: slot, currency: currencies.number(currency), kind: kind,
        status: status == .refused ? .refused : .processing,
        destiny: status, code: fact.code.map { codes.number($0) } ?? 0, notifies: fact.notifies ?? false))
    enter(number, details: fact.details)
    if status != .refused { plan(.settles, number, at: settlesAt) }
  }

  private func known(_ transaction: String?) throws(FactError) -> Int32 {
    guard let transaction, let number = find(transaction) else {
      throw FactError(description: "there is no booking with this transaction before this line")
    }
    return number
  }
}
