import Billing
import Kernel
import Web

extension Samples {
  static let nobody = SubscriberPage(
    id: "sub_0", name: "Nobody", mail: nil, zone: "Nowhere/Atlantis", since: now)

  static var subscriber: SubscriberPage {
    SubscriberPage(
      id: "sub_19AA", name: "Jürgen Mühlbauer", mail: "juergen.muehlbauer@example.org", zone: "Europe/Berlin",
      since: january, subscriptions: [subscription],
      money: [
        .init(
          at: january, .due, price, period: january, partner: "carrier-de",
          payment: .init(number: 801, left: 0, isNamed: true)),
        .init(
          at: february, .due, price, period: february, partner: "carrier-de",
          payment: .init(number: 802, left: 999, isNamed: true)),
        .init(
          at: march - .days(26), .surplus, price, period: february, partner: "carrier-de",
          payment: .init(number: 803, left: 0, isNamed: true)),
        .init(at: march - .days(26), .returned, price, period: february, partner: "carrier-de"),
        .init(
          at: march + .minutes(42), .due, price, period: march, partner: "carrier-de",
          payment: .init(number: 804, left: 999, isNamed: false)),
      ],
      story: [marchRenewal, februaryRenewal, life], older: "/subscribers/sub_19AA?before=1201177")
  }

  /// 3 March 2026, 09:00 in Berlin.
  static let march = Instant(seconds: 1_772_524_800)
  static let february = march - .days(28)
  static let january = march - .days(59)
  static let april = march + .days(31)
  static let price = Amount(999, "EUR")

  private static var subscription: SubscriberPage.Subscription {
    .init(
      id: 4_711, plan: "Atlas Monthly", price: price, every: .months(1), standing: .active, partner: "carrier-de",
      method: "Phone bill, number ends in 41", nextRenewal: april,
      access: .init(allowed: true, until: april, reason: .paid, paidUntil: april),
      periods: [
        .init(start: march, end: april, .paid, price, chapter: "2026-03"),
        .init(start: february, end: march, .paid, price, chapter: "2026-02"),
        .init(start: january, end: february, .paid, price),
      ])
  }

  private static var marchRenewal: StoryChapter {
    let body =
      #"{"id":"evt_5501","type":"org.camaraproject.payment","data":{"paymentId":"pay_77120","#
      + #""paymentStatus":"succeeded","referenceCode":"am_01JNE8","amount":{"value":9.990,"currency":"EUR"},"items":[]}}"#
    return StoryChapter(
      id: "2026-03", .period(from: march, to: april), .paid,
      entries: [
        .init(at: march, .due, .due(period: march, price), fact: .init(number: "0.1203877", sealed: true)),
        .init(
          at: march + .seconds(2), .asked, .asked(partner: "carrier-de", reference: "am_01JNE8", attempt: 1),
          fact: .init(number: "0.1203901", sealed: true)),
        .init(
          at: march + .seconds(9), .noAnswer, .said(.answer, .unknown(reason: "timeOut"), partner: "carrier-de"),
          fact: .init(number: "0.1203950", sealed: true)),
        .init(
          at: march + .seconds(14), .queried, .said(.query, .pending, partner: "carrier-de"),
          evidence: [
            .init(
              .query, of: "carrier-de", receivedAt: march + .seconds(14), reference: "am_01JNE8",
              body: Array(#"{"paymentStatus":"processing"}"#.utf8))
          ], fact: .init(number: "0.1203977", sealed: true)),
        .init(
          at: march + .minutes(42), .heard, .said(.notification, .done, partner: "carrier-de"),
          evidence: [
            .init(
              .notification, of: "carrier-de", receivedAt: march + .minutes(42), eventID: "evt_5501",
              reference: "am_01JNE8", transaction: "pay_77120", body: Array(body.utf8)),
            .init(
              .notification, of: "carrier-de", receivedAt: march + .minutes(47), eventID: "evt_5501",
              reference: "am_01JNE8", transaction: "pay_77120", body: [0x1F, 0x8B, 0x08, 0x00, 0xFF]),
          ], fact: .init(number: "0.1204102", sealed: true)),
        .init(
          at: march + .minutes(42), .access, .periodPaid(until: april), fact: .init(number: "0.1204103", sealed: false)
        ),
      ])
  }

  private static var februaryRenewal: StoryChapter {
    StoryChapter(
      id: "2026-02", .period(from: february, to: march), .paid,
      entries: [
        .init(at: february, .due, .due(period: february, price)),
        .init(at: february + .seconds(1), .settled, .said(.answer, .done, partner: "carrier-de")),
        .init(at: february + .days(2), .surplus, .surplus(partner: "carrier-de", price)),
        .init(at: february + .days(2) + .seconds(3), .refunded, .refundDone(price)),
      ])
  }

  private static var life: StoryChapter {
    StoryChapter(
      id: "subscription", .subscription, nil,
      entries: [
        .init(at: january, .subscription, .began(plan: "Atlas Monthly", price)),
        .init(
          at: january + .days(3), .note, .noted(by: "support:65540"), quote: "Called.\nWants letters, not mails."),
      ])
  }
}
