import Kernel

@testable import Simulator

/// 2026-03-01T00:00:00Z.
let start = Instant(seconds: 1_772_323_200)

func makeBook(seed: UInt64 = 7, keepsFacts: Bool = false, _ turn: (inout Dials) -> Void = { _ in }) -> PartnerBook {
  var dials = Dials()
  turn(&dials)
  return PartnerBook(seed: seed, opened: start, schedule: DialSchedule(dials), keepsFacts: keepsFacts)
}

func request(_ reference: String, payer: String = "+491700000001", amount: Int64 = 999) -> ChargeRequest {
  ChargeRequest(reference: reference, amount: amount, currency: "EUR", method: payer)
}

extension PartnerBook {
  /// Charges `count` times, a second apart, a payer each.
  @discardableResult
  mutating func chargeMany(_ count: Int, from: Instant = start, prefix: String = "r") -> [Answer] {
    (0..<count).map { number in
      charge(
        request("\(prefix)-\(number)", payer: "+49170\(1_000_000 + number)"), now: from + .seconds(Int64(number)))
    }
  }
}

extension Outcome {
  var booked: Booking? { if case .booking(let booking) = self { booking } else { nil } }
}
