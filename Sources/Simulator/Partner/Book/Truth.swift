import Kernel

struct Payer: Sendable {
  var name: String
  /// The newest row; -1: none.
  var last: Int32 = -1
}

extension PartnerBook {
  /// Everything ever booked. O(1).
  public var truth: Totals { Totals(sums: totals.sorted { $0.currency < $1.currency }) }

  /// "Whom did I charge": one payer. O(that payer's bookings).
  public func truth(payer: String) -> Totals { Self.sum(entries(payer: payer)) }

  /// One reference of ours: its captures, and the refunds and returns of those; or one refund's reference.
  public func truth(reference: String) -> Totals { Self.sum(entries(reference: reference)) }

  /// What a payer really paid and got back, oldest first.
  public func entries(payer: String) -> [Booking] {
    guard let number = payerNumbers[payer] else { return [] }
    return rowsOfPayer(number).filter { rows[Int($0)].status == .succeeded }.reversed().map(booking)
  }

  public func entries(reference: String) -> [Booking] {
    var payers: Set<Int32> = []
    for slot in [charges.known(reference), refunds.known(reference)] {
      var number = slot?.last ?? -1
      while number >= 0 {
        payers.insert(rows[Int(number)].payer)
        number = rows[Int(number)].previous
      }
    }
    let touching = payers.flatMap(rowsOfPayer).filter { number in
      let row = rows[Int(number)]
      guard row.status == .succeeded else { return false }
      return row.reference == reference || (row.original >= 0 && rows[Int(row.original)].reference == reference)
    }
    return touching.sorted().map(booking)
  }

  /// One booking by the partner's own id, as it really is.
  public func booking(of transaction: String) -> Booking? { find(transaction).map(booking) }

  /// Every booking that a caller asked for under a reference, whatever became of it, oldest first.
  public func bookings(_ kind: BookingKind, under reference: String) -> [Booking] {
    var found: [Booking] = []
    var number = (kind == .refund ? refunds : charges).known(reference)?.last ?? -1
    while number >= 0 {
      found.append(booking(number))
      number = rows[Int(number)].previous
    }
    return found.reversed()
  }

  /// Every booking that moved money, in the order in which it was asked for.
  public func forEachEntry(_ body: (Booking) throws -> Void) rethrows {
    for number in rows.indices where rows[number].status == .succeeded { try body(booking(Int32(number))) }
  }

  /// Captures in the order in which they were asked for, `limit` rows at a time.
  /// - Returns: the captures, and the row to go on from; nil: that was all.
  func captures(from row: Int, limit: Int) -> (bookings: [Booking], next: Int?) {
    let end = min(rows.count, row + limit)
    let found = (row..<end).filter { rows[$0].kind == .capture && rows[$0].status == .succeeded }
    return (found.map { booking(Int32($0)) }, end < rows.count ? end : nil)
  }

  /// Everybody who paid or got back anything in a span of time, booked from `from` and before `until`.
  public func census(from: Instant = .init(microseconds: .min), until: Instant = .init(microseconds: .max))
    -> [PayerTotals]
  {
    var sums: [Int32: SumsByCurrency] = [:]
    for row in rows where row.status == .succeeded && row.bookedAt >= from && row.bookedAt < until {
      sums[row.payer, default: SumsByCurrency()].add(row.kind, row.amount, currencies[row.currency])
    }
    return sums.keys.sorted().map { number in
      PayerTotals(payer: payers[Int(number)].name, totals: Totals(sums: sums[number]?.all ?? []))
    }
  }

  mutating func count(_ row: Row) {
    while totals.count <= Int(row.currency) { totals.append(Totals.Sums(currencies[UInt8(totals.count)])) }
    totals[Int(row.currency)].add(row.kind, row.amount)
  }

  private func rowsOfPayer(_ payer: Int32) -> [Int32] {
    var numbers: [Int32] = []
    var number = payers[Int(payer)].last
    while number >= 0 {
      numbers.append(number)
      number = rows[Int(number)].previousOfPayer
    }
    return numbers
  }

  private static func sum(_ entries: [Booking]) -> Totals {
    var sums = SumsByCurrency()
    for entry in entries { sums.add(entry.kind, entry.amount, entry.currency) }
    return Totals(sums: sums.all)
  }
}

extension PartnerBook {
  /// How many charge references were captured once, twice, …; read over the whole book.
  public var capturesPerReference: [String: Int] {
    var histogram: [Int: Int] = [:]
    for slot in charges.all {
      var captures = 0
      var number = slot.last
      while number >= 0 {
        if rows[Int(number)].status == .succeeded { captures += 1 }
        number = rows[Int(number)].previous
      }
      if captures > 0 { histogram[captures, default: 0] += 1 }
    }
    return Dictionary(uniqueKeysWithValues: histogram.map { (String($0), $1) })
  }

  public var payerCount: Int { payers.count }

  /// The dials that hold at an instant.
  public mutating func dials(at now: Instant) -> Dials {
    advance(to: now)
    return dials
  }
}
