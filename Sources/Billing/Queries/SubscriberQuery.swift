import Foundation
import Kernel
import Store
import Web

/// Reads one subscriber's page: who they are, what they may use, and the story of every period.
struct SubscriberQuery {
  let tx: Transaction
  let now: Instant
  /// They live by a test clock, and `now` is its time.
  var isTest = false
  /// Periods on one page, the newest first.
  static let periods = 24

  func page(_ id: Int64, before: Int64?) throws -> SubscriberPage? {
    if !isTest, let own = try TestClock.now(ofCustomer: id, in: tx) {
      return try SubscriberQuery(tx: tx, now: own, isTest: true).page(id, before: before)
    }
    guard let customer = try tx.row("SELECT id, name, mail, zone, created_at FROM customer WHERE id = \(id)") else {
      return nil
    }
    let zone = try customer.text("zone")
    let subscriptions = try tx.rows(
      "SELECT \(name: Subscription.columns) FROM subscription WHERE customer = \(id) ORDER BY id DESC LIMIT 20"
    ).map(Subscription.init)
    var chapters: [StoryChapter] = []
    var movements: [SubscriberPage.Movement] = []
    var views: [SubscriberPage.Subscription] = []
    var older: String?
    for subscription in subscriptions {
      let owed = try obligations(of: subscription.id, before: before)
      if owed.count == Self.periods, let last = owed.last {
        older = Paths.subscriber(String(id)) + "?before=\(last.periodStart.microseconds)"
      }
      var told: [SubscriberPage.Period] = []
      for obligation in owed {
        let chapter = try ChargeStory(tx: tx, obligation: obligation).chapter()
        chapters.append(chapter)
        movements += try self.movements(of: obligation)
        told.append(
          .init(
            start: obligation.periodStart, end: obligation.periodEnd, chapter.standing ?? .due,
            Amount(obligation.amount, obligation.currency), chapter: chapter.id))
      }
      views.append(try view(of: subscription, periods: told))
    }
    chapters.sort { ($0.entries.first?.at ?? now) > ($1.entries.first?.at ?? now) }
    chapters.append(try life(of: id))
    return SubscriberPage(
      id: String(id), name: try customer.text("name"), mail: try customer.textOrNull("mail"), zone: zone,
      since: try customer.instant("created_at"), subscriptions: views, money: movements.sorted { $0.at > $1.at },
      story: chapters, older: older, isTest: isTest)
  }

  private func obligations(of subscription: Int64, before: Int64?) throws -> [Obligation] {
    try tx.rows(
      """
      SELECT \(name: Obligation.columns) FROM obligation
      WHERE subscription = \(subscription) AND period_start < \(before ?? .max)
      ORDER BY period_start DESC LIMIT \(Self.periods)
      """
    ).map(Obligation.init)
  }

  private func view(
    of subscription: Subscription, periods: [SubscriberPage.Period]
  ) throws -> SubscriberPage.Subscription {
    let plan = try Plan.byID([subscription.plan], in: tx)[subscription.plan]
    let method = try tx.row("SELECT lane, label FROM payment_method WHERE id = \(subscription.method)")
    let access = try Entitlement.of(
      subscription: subscription.id, at: try TestClock.now(ofSubscription: subscription.id, in: tx) ?? now, in: tx)
    return .init(
      id: subscription.id, plan: plan?.name ?? "", price: Amount(subscription.amount, subscription.currency),
      every: plan?.interval,
      standing: SubscriptionStanding(
        subscription.state, endsAtPeriodEnd: subscription.endsAtPeriodEnd, endReason: subscription.endReason),
      partner: try method?.text("lane") ?? "", method: try method?.text("label") ?? "",
      nextRenewal: subscription.endsAtPeriodEnd ? nil : subscription.dueAt,
      access: .init(
        allowed: access?.allowed ?? false, until: access?.until, reason: access?.reason,
        paidUntil: subscription.paidUntil), periods: periods)
  }

  private func movements(of obligation: Obligation) throws -> [SubscriberPage.Movement] {
    let taken = try tx.rows(
      """
      SELECT id, amount, given_back, taken_back, currency, role, at, lane, partner_id FROM capture WHERE obligation = \(obligation.id)
      ORDER BY id LIMIT 50
      """)
    let returned = try tx.rows(
      """
      SELECT r.amount, r.currency, r.ended_at, r.cause, c.lane FROM refund AS r JOIN capture AS c ON c.id = r.capture
      WHERE c.obligation = \(obligation.id) AND r.state = 'done' ORDER BY r.id LIMIT 50
      """)
    let takenBack = try tx.rows(
      """
      SELECT id, amount, currency, heard_at, lane, owner FROM chargeback
      WHERE obligation = \(obligation.id) AND capture IS NOT NULL AND restored_at IS NULL ORDER BY id LIMIT 50
      """
    ).map { row in
      var movement = SubscriberPage.Movement(
        at: try row.instant("heard_at"), .takenBack, Amount(try row.integer("amount"), try row.text("currency")),
        period: obligation.periodStart, partner: try row.text("lane"))
      movement.undecided = try row.textOrNull("owner") == nil ? nil : try row.integer("id")
      return movement
    }
    return try takenBack
      + taken.map { row in
        let amount = try row.integer("amount")
        return .init(
          at: try row.instant("at"), try row.text("role") == "due" ? .due : .surplus,
          Amount(amount, try row.text("currency")), period: obligation.periodStart, partner: try row.text("lane"),
          payment: .init(
            number: try row.integer("id"),
            left: max(0, amount - (try row.integer("given_back")) - (try row.integer("taken_back"))),
            isNamed: !Capture.isStandIn(try row.text("partner_id"))))
      }
      + returned.map { row in
        .init(
          at: try row.instantOrNull("ended_at") ?? now, .returned,
          Amount(try row.integer("amount"), try row.text("currency")), period: obligation.periodStart,
          partner: try row.text("lane"))
      }
  }

  /// What was decided about the subscription itself, and what was noted, from the journal: the newest, in their order.
  private func life(of customer: Int64) throws -> StoryChapter {
    let rows = try tx.rows(
      """
      SELECT epoch, id, at, kind, actor, body FROM fact WHERE subject = \("customer:\(customer)")
        AND kind IN ('subscriptionBegan', 'subscriptionChanged', 'customerNoted', 'chargebackDecided') ORDER BY id DESC LIMIT 100
      """)
    let entries = try rows.reversed().map { row -> StoryEntry in
      let body = FactText(try row.text("body"))
      let number = FactNumber(epoch: try row.integer("epoch"), id: try row.integer("id"))
      let (at, fact) = (try row.instant("at"), try number.view(in: tx))
      switch try row.text("kind") {
      case "customerNoted":
        return StoryEntry(at: at, .note, .noted(by: try row.text("actor")), quote: body["text"], fact: fact)
      case "chargebackDecided":
        return StoryEntry(
          at: at, .decided, .chargebackDecided(reason: body["reason"], by: try row.text("actor")), fact: fact)
      case "subscriptionBegan":
        let price = Amount(body.number("amount"), body["currency"])
        return StoryEntry(at: at, .subscription, .began(plan: body["plan"], price), fact: fact)
      default:
        return StoryEntry(
          at: at, .subscription, .changed(what: body["what"], reason: body["reason"], by: try row.text("actor")),
          fact: fact)
      }
    }
    return StoryChapter(id: "subscription", .subscription, nil, entries: entries)
  }
}

extension FactNumber {
  func view(in tx: Transaction) throws -> FactView {
    let sealed = try tx.integer("SELECT count(*) FROM journal_head WHERE (epoch, id) >= (\(epoch), \(id))") ?? 0
    return FactView(number: description, sealed: sealed > 0)
  }
}

/// The few fields of a fact's body that a page shows.
struct FactText {
  private let fields: [String: Any]

  init(_ json: String) {
    fields = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] ?? [:]
  }

  subscript(_ name: String) -> String { fields[name] as? String ?? "" }
  func number(_ name: String) -> Int64 { (fields[name] as? NSNumber)?.int64Value ?? 0 }
}
