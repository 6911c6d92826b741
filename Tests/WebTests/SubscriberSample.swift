import Billing
import Kernel
import Web

extension Samples {
  static let nobody = SubscriberPage(
    id: "sub_0", name: "Nobody", mail: nil, zone: "Nowhere/Atlantis", since: now)

  static var subscriber: SubscriberPage {
    SubscriberPage(
      id: "sub_19AA", name: "Jürgen Mühlbauer", mail: "juergen.muehlbauer@example.org", zone: "Europe/Berlin",
      since: march - .days(59), subscriptions: [subscription],
      money: [
        .init(at: march - .days(59), .taken, Amount(999, "EUR"), what: "January 2026", partner: "carrier-de"),
        .init(at: march - .days(28), .taken, Amount(999, "EUR"), what: "February 2026", partner: "carrier-de"),
        .init(at: march - .days(26), .taken, Amount(999, "EUR"), what: "February 2026, again", partner: "carrier-de"),
        .init(at: march - .days(26), .returned, Amount(999, "EUR"), what: "February 2026", partner: "carrier-de"),
        .init(at: march + .minutes(42), .taken, Amount(999, "EUR"), what: "March 2026", partner: "carrier-de"),
      ],
      story: [marchRenewal, februaryRenewal, life], older: "/subscribers/sub_19AA?before=1201177")
  }

  /// 3 March 2026, 09:00 in Berlin.
  static let march = Instant(seconds: 1_772_524_800)

  private static var subscription: SubscriberPage.Subscription {
    .init(
      id: 4_711, plan: "Atlas Monthly", price: Amount(999, "EUR"), every: "month", state: "active", tone: .settled,
      partner: "carrier-de", method: "Phone bill, number ends in 41", nextRenewal: march + .days(31),
      access: .init(
        allowed: true, until: march + .days(31), because: "the period from 3 March to 3 April 2026 is paid"),
      periods: [
        .init(
          start: march, end: march + .days(31), state: "settled", tone: .settled, amount: Amount(999, "EUR"),
          chapter: "2026-03"),
        .init(
          start: march - .days(28), end: march, state: "settled, charged twice, one given back", tone: .refused,
          amount: Amount(999, "EUR"), chapter: "2026-02"),
        .init(
          start: march - .days(59), end: march - .days(28), state: "settled", tone: .settled,
          amount: Amount(999, "EUR")),
      ])
  }

  private static var marchRenewal: StoryChapter {
    let body =
      #"{"id":"evt_5501","type":"org.camaraproject.payment","data":{"paymentId":"pay_77120","#
      + #""paymentStatus":"succeeded","referenceCode":"am_01JNE8","amount":{"value":9.990,"currency":"EUR"},"items":[]}}"#
    return StoryChapter(
      id: "2026-03", title: "Renewal for 3 March – 3 April 2026", state: "settled", tone: .settled,
      entries: [
        .init(
          at: march, .due, "On 3 March 2026, 09:00 the renewal for March fell due: EUR 9.99.",
          fact: .init(number: "0.1203877", sealed: true)),
        .init(
          at: march + .seconds(2), .asked, "We asked carrier-de under reference am_01JNE8.",
          fact: .init(number: "0.1203901", sealed: true)),
        .init(
          at: march + .seconds(9), .noAnswer,
          "No answer came within 7 s: we do not know whether it charged. Access goes on meanwhile.",
          fact: .init(number: "0.1203950", sealed: true)),
        .init(
          at: march + .seconds(14), .queried,
          "We asked carrier-de what became of am_01JNE8: it is still working on it.",
          evidence: [
            .init(
              source: "Answer to our question", receivedAt: march + .seconds(14), reference: "am_01JNE8",
              body: Array(#"{"paymentStatus":"processing"}"#.utf8))
          ], fact: .init(number: "0.1203977", sealed: true)),
        .init(
          at: march + .minutes(42), .heard, "The partner’s notification said: paid.",
          evidence: [
            .init(
              source: "Notification of carrier-de", receivedAt: march + .minutes(42), eventID: "evt_5501",
              reference: "am_01JNE8", transaction: "pay_77120", body: Array(body.utf8)),
            .init(
              source: "The same notification again", receivedAt: march + .minutes(47), eventID: "evt_5501",
              reference: "am_01JNE8", transaction: "pay_77120", body: [0x1F, 0x8B, 0x08, 0x00, 0xFF]),
          ], fact: .init(number: "0.1204102", sealed: true)),
        .init(
          at: march + .minutes(42), .settled, "The renewal for March is settled: EUR 9.99, once.",
          fact: .init(number: "0.1204103", sealed: false)),
      ])
  }

  private static var februaryRenewal: StoryChapter {
    let start = march - .days(28)
    return StoryChapter(
      id: "2026-02", title: "Renewal for 3 February – 3 March 2026", state: "charged twice, one given back",
      tone: .refused,
      entries: [
        .init(at: start, .due, "The renewal for February fell due: EUR 9.99."),
        .init(at: start + .seconds(1), .settled, "carrier-de answered: paid."),
        .init(
          at: start + .days(2), .surplus,
          "carrier-de reported a second payment under our one reference: EUR 9.99 too much."),
        .init(at: start + .days(2) + .seconds(3), .refunded, "We gave EUR 9.99 back under reference am_01JN2R."),
      ])
  }

  private static var life: StoryChapter {
    StoryChapter(
      id: "subscription", title: "The subscription", state: "active", tone: .settled,
      entries: [
        .init(
          at: march - .days(59), .subscription, "Subscribed to Atlas Monthly at EUR 9.99 a month, without a trial."),
        .init(at: march - .days(59) + .seconds(4), .access, "May use it from now on, because January is paid."),
      ])
  }
}
