import Billing
import Kernel

/// The first system's charges as its partner's book has them, and who was charged too often by it.
struct RepairHistory: Sendable {
  private let plan: ReplayPlan
  /// The charges of each period that was charged more than once, by subscriber.
  let doubled: [Int32: [[String]]]

  init(_ plan: ReplayPlan, _ book: PartnerBook) {
    self.plan = plan
    let months = plan.settings.months
    var times = [UInt8](repeating: 0, count: plan.settings.subscribers * months)
    func each(_ body: (Int, Place, Booking) -> Void) {
      book.forEachEntry { booking in
        guard booking.kind == .capture, let place = Place(booking.reference) else { return }
        body(Int(place.subscriber) * months + place.month, place, booking)
      }
    }
    each { index, _, _ in times[index] += times[index] < .max ? 1 : 0 }
    var periods: [Place: [String]] = [:]
    each { index, place, booking in
      if times[index] > 1 { periods[place, default: []].append(booking.transaction) }
    }
    doubled = periods.reduce(into: [:]) { $0[$1.key.subscriber, default: []].append($1.value) }
  }

  var surplus: Int { doubled.values.joined().reduce(0) { $0 + $1.count - 1 } }

  /// A booking as billing takes it in; nil: no charge of a period.
  func charge(_ booking: Booking) -> PastCharge? {
    guard let place = Place(booking.reference) else { return nil }
    let starts = plan.instant(month: place.month, day: Int(place.subscriber) % ReplayPlan.days)
    return PastCharge(
      customer: "c\(place.subscriber)", period: Int64(place.month), starts: starts,
      ends: plan.months[place.month + 1] + (starts - plan.months[place.month]), lane: ReplayPartner.lane,
      transaction: booking.transaction, reference: booking.reference, amount: booking.amount,
      currency: booking.currency,
      at: booking.bookedAt ?? booking.createdAt)
  }

  /// The first system's own references: subscriber, month, try.
  private struct Place: Hashable {
    var subscriber: Int32
    var month: Int

    init?(_ reference: String) {
      let parts = reference.split(separator: ".")
      guard parts.count == 3, let subscriber = Int32(parts[0]), let month = Int(parts[1]) else { return nil }
      (self.subscriber, self.month) = (subscriber, month)
    }
  }
}
