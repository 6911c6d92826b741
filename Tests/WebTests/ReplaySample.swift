import Kernel
import Simulator
import Web

extension Samples {
  static var replay: ReplayReport {
    let lost = [0, 0, 0, 0, 0.001, 0.004, 0.02, 0.05, 0.09, 0.13, 0.16, 0.12]
    let doubled = [0, 0, 0, 2, 31, 160, 1_020, 2_941, 6_120, 9_870, 13_402, 11_215]
    let starts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    // 1 January 2026, 00:00 UTC
    let january = Instant(seconds: 1_767_225_600)
    return ReplayReport(
      service: "Atlas", subscribers: 100_000, seed: 20_260_303,
      command: "amends replay renewals --subscribers 100000 --months 12 --seed 20260303", version: "0.1.0",
      settings: [
        .init("Answers late", "5 % by up to 3 days"), .init("Answers doubled", "2 %"),
        .init("Silence that means failure", "after 24 hours"),
      ], price: Amount(999, "EUR"), partner: "carrier-de", failingSince: january + .days(118),
      months: starts.indices.map { index in
        .init(
          start: january + .days(Int64(starts[index])), subscribers: 4_000 + index * index * 790 + index,
          lost: lost[index])
      },
      silence: .init(
        people: [0: 211, 1: 73_480, 2: 21_377, 3: 4_206, 4: 726],
        months: doubled.indices.map { index in
          .init(
            doubled: doubled[index], taken: Int64(doubled[index]) * 1_180,
            returned: index > 9 ? Int64(doubled[index]) * 300 : 0)
        }, firstDouble: january + .days(101), firstAlert: .init(at: january + .days(296), text: "complaints by phone"),
        refunds: 7_385, waiting: 0),
      amends: .init(
        people: [0: 211, 1: 99_784, 2: 5],
        months: doubled.indices.map { index in
          .init(doubled: index == 7 ? 5 : 0, taken: index == 7 ? 4_995 : 0, returned: index == 7 ? 4_995 : 0)
        }, firstDouble: january + .days(220),
        firstAlert: .init(at: january + .days(121), text: "notifications of carrier-de are late"), refunds: 5,
        waiting: 12))
  }

  static var emptyReplay: ReplayReport {
    let nothing = ReplayReport.Way(
      people: [:], months: [], firstDouble: nil, firstAlert: nil, refunds: 0, waiting: 0)
    return ReplayReport(
      service: "Atlas", subscribers: 0, seed: 0, command: "amends replay renewals --subscribers 0", version: "0.1.0",
      settings: [], price: Amount(999, "EUR"), partner: "carrier-de", failingSince: nil, months: [], silence: nothing,
      amends: nothing)
  }
}
