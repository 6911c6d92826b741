import Kernel

extension PartnerBook {
  /// What became of our reference. A refusal told in the answer left nothing to find, as in CAMARA.
  public mutating func query(_ kind: BookingKind = .capture, reference: String, now: Instant) -> Finding {
    advance(to: now)
    let slot = kind == .refund ? refunds[refunds.claim(reference)] : charges[charges.claim(reference)]
    let draws = Draws(seed: seed, .query, reference, asked: slot.asked)
    if let away = turnedAwayAsking(draws) { return away }
    var found: [Booking] = []
    var number = slot.last
    while number >= 0 {
      if isVisible(number) { found.append(booking(number)) }
      number = rows[Int(number)].previous
    }
    return Finding(bookings: found.reversed(), delivery: .prompt, latency: latency(draws))
  }

  /// The same by the partner's id: CAMARA's `GET /payments/{paymentId}`.
  public mutating func query(transaction: String, now: Instant) -> Finding {
    advance(to: now)
    let known = find(transaction)
    let draws = Draws(seed: seed, .query, transaction, asked: known.map { askedAgain($0) } ?? 0)
    if let away = turnedAwayAsking(draws) { return away }
    let found = known.flatMap { isVisible($0) ? booking($0) : nil }
    return Finding(bookings: found.map { [$0] } ?? [], delivery: .prompt, latency: latency(draws))
  }

  private mutating func turnedAwayAsking(_ draws: Draws) -> Finding? {
    if let away = turnedAway(draws) { return Finding(bookings: [], delivery: away.delivery, latency: away.latency) }
    guard draws.happens(.queryFails, dials.queries.fail) else { return nil }
    return Finding(bookings: [], delivery: .serverError, latency: latency(draws))
  }

  /// Counts one more request about a booking's reference.
  mutating func askedAgain(_ number: Int32) -> Int32 {
    let row = rows[Int(number)]
    if row.kind == .refund {
      refunds[row.slot].asked += 1
      return refunds[row.slot].asked
    }
    charges[row.slot].asked += 1
    return charges[row.slot].asked
  }

  private func isVisible(_ number: Int32) -> Bool {
    let row = rows[Int(number)]
    return row.status != .refused && row.createdAt + dials.queries.lag <= clock
  }

  public struct Filter: Sendable {
    public var createdFrom: Instant?
    public var createdUntil: Instant?
    public var statuses: Set<BookingStatus> = []
    public var merchant: String?
    /// Only refunds of this capture.
    public var original: String?

    public init() {}
  }

  /// All captures, or all refunds of one capture, newest first unless `ascending`. Reads the whole book.
  public mutating func list(
    _ kind: BookingKind, _ filter: Filter, ascending: Bool = false, skip: Int, limit: Int, now: Instant
  ) -> (found: Finding, total: Int) {
    if let away = door("list", now: now) {
      return (Finding(bookings: [], delivery: away.delivery, latency: away.latency), 0)
    }
    var page: [Booking] = []
    var total = 0
    for position in rows.indices {
      let number = Int32(ascending ? position : rows.count - 1 - position)
      guard rows[Int(number)].kind == kind, isVisible(number), matches(number, filter) else { continue }
      if total >= skip, page.count < limit { page.append(booking(number)) }
      total += 1
    }
    return (Finding(bookings: page, delivery: .prompt, latency: .seconds(0)), total)
  }

  /// What stands before a request that is about no reference: a list, a statement. These are told apart by their number alone.
  public mutating func door(_ name: String, now: Instant) -> Answer? {
    advance(to: now)
    return turnedAway(Draws(seed: seed, .query, name, asked: Int32(truncatingIfNeeded: counters.requests)))
  }

  private func matches(_ number: Int32, _ filter: Filter) -> Bool {
    let row = rows[Int(number)]
    if let from = filter.createdFrom, row.createdAt < from { return false }
    if let until = filter.createdUntil, row.createdAt > until { return false }
    if !filter.statuses.isEmpty, !filter.statuses.contains(row.status) { return false }
    if let merchant = filter.merchant, details[number]?.merchant != merchant { return false }
    if let original = filter.original, find(original) != row.original { return false }
    return true
  }

  /// What was handed in with the booking, if it came over HTTP.
  public func details(of transaction: String) -> BookingDetails? { find(transaction).flatMap { details[$0] } }
}
