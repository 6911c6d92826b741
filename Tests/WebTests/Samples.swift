import Billing
import Foundation
import Kernel
import Web

/// One believable day and one believable person, told by the tests and looked at as pictures.
enum Samples {
  /// 3 March 2026, 14:32:05 UTC.
  static let now = Instant(seconds: 1_772_548_325)

  static var console: Console {
    Console(
      service: "Atlas", zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt, now: now,
      journal: JournalState(
        facts: 1_204_331,
        checkpoint: .init(
          number: 4_117, facts: 1_204_300, root: "9f2c41d07be5a3318c0d56e2f4419ab7", at: now - .seconds(7))),
      version: "0.1.0")
  }

  static var frame: Frame {
    Frame(service: "Atlas", zone: .gmt, version: "0.1.0", site: Site(), now: { now })
  }

  static var emptyConsole: Console {
    Console(service: "Atlas", zone: .gmt, now: now, journal: nil, version: "0.1.0")
  }

  static var today: DayChoice {
    get throws { try DayChoice(nil, try BillingCalendar(zone: "Europe/Berlin"), now: now) }
  }

  static var emptyDay: TodayPage {
    get throws { TodayPage(day: try today, due: 0, states: []) }
  }

  static var day: TodayPage {
    get throws { day(try today) }
  }

  private static func day(_ choice: DayChoice) -> TodayPage {
    TodayPage(
      day: choice, due: 12_480,
      states: [
        .init(.settled, 9_412, [Amount(7_211_388, "EUR"), Amount(1_980_044, "USD"), Amount(310_400, "JPY")]),
        .init(.waiting, 1_204, [Amount(1_202_796, "EUR")]),
        .init(.unknown, 37, [Amount(36_963, "EUR")]),
        .init(.refused, 211, [Amount(180_789, "EUR"), Amount(29_970, "USD")]),
        .init(.unsent, 1_408, [Amount(1_406_592, "EUR")]),
        .init(.held, 206, [Amount(205_794, "USD")]),
        .init(.person, 2, [Amount(1_998, "EUR")]),
      ],
      partners: partners, decisions: decisions, decisionTotal: 2, alerts: alerts, newest: renewals)
  }

  private static let partners: [TodayPage.Partner] = [
    .init(
      name: "card", gate: .open, sent: 6_120, settled: 6_004, unknown: 0,
      delay: .init(
        median: .milliseconds(820), p95: .milliseconds(2_400), normalMedian: .milliseconds(790),
        normalP95: .milliseconds(2_200))),
    .init(
      name: "carrier-de", gate: .ramping(percent: 25), sent: 4_540, settled: 3_408, unknown: 37,
      oldestUnknown: now - .minutes(200),
      delay: .init(
        median: .seconds(48), p95: .minutes(190), normalMedian: .seconds(4), normalP95: .seconds(31))),
    .init(
      name: "carrier-fr", gate: .stopped(since: now - .hours(26), by: "m.okafor", why: "charges twice"), sent: 0,
      settled: 0, unknown: 0),
    .init(
      name: "statement-bank", gate: .broken(since: now - .minutes(14)), sent: 204, settled: 0, unknown: 0,
      delay: .init(median: .hours(26), p95: .hours(41), normalMedian: .hours(25), normalP95: .hours(40))),
  ]

  private static let decisions: [TodayPage.Decision] = [
    .init(
      effect: 41, isRefund: false, reference: "am_01JNE8", partner: "statement-bank", code: "timeOut", owner: nil,
      deadline: now + .hours(27)),
    .init(
      effect: 42, isRefund: true, reference: "am_01JN2R", partner: "carrier-de", code: nil, owner: "m.okafor",
      deadline: now - .minutes(95)),
  ]

  private static let alerts: [TodayPage.Alert] = [
    .init(
      title: "carrier-de confirms late",
      detail: "The 95th of 100 notifications took 3 h 10 min; 31 s is normal. New charges are held to 25 %.",
      owner: "m.okafor", raisedAt: now - .minutes(187), escalatesAt: now + .minutes(53)),
    .init(
      title: "One surplus charge found and refunded", detail: "carrier-fr charged sub_88KD twice for February.",
      owner: nil, raisedAt: now - .hours(26), escalatesAt: now - .hours(2)),
  ]

  private static var renewals: [TodayPage.Renewal] {
    let names = [
      "Amélie Dubois", "Jürgen Mühlbauer", "Olu Adébáyọ̀", "李小龙", "Zoë Ångström", "Дмитрий Соколов",
      "محمد العلي", "Siobhán Ní Bhriain", "Marta Wójcik", "Bartholomew Featherstonehaugh-Cholmondeley",
    ]
    let states: [ChargeState] = [.settled, .settled, .waiting, .settled, .unknown, .settled, .refused, .settled]
    return (0..<24).map { index in
      TodayPage.Renewal(
        subscriberID: "sub_\(1_000 + index)", name: names[index % names.count],
        plan: index.isMultiple(of: 3) ? "Atlas Yearly" : "Atlas Monthly",
        amount: index.isMultiple(of: 5) ? Amount(11_988, "USD") : Amount(999, "EUR"),
        partner: index.isMultiple(of: 2) ? "card" : "carrier-de", state: states[index % states.count],
        at: now - .seconds(Int64(index) * 17))
    }
  }
}
