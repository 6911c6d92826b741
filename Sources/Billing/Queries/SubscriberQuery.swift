import Foundation
import Kernel
import Store
import Web

/// Reads one subscriber's page: who they are, what they may use, and the story of every period.
struct SubscriberQuery {
  let tx: Transaction
  let now: Instant
  /// Periods on one page, the newest first.
  static let periods = 24

  func page(_ id: Int64, before: Int64?) throws -> SubscriberPage? {
    guard let customer = try tx.row("SELECT id, name, mail, zone, created_at FROM customer WHERE id = \(id)") else {
      return nil
    }
    let zone = try customer.text("zone")
    let time = LocalTime(named: zone)
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
        let chapter = try ChargeStory(tx: tx, obligation: obligation, time: time).chapter()
        chapters.append(chapter)
        movements += try self.movements(of: obligation, time)
        told.append(
          .init(
            start: obligation.periodStart, end: obligation.periodEnd, state: chapter.state, tone: chapter.tone,
            amount: Amount(obligation.amount, obligation.currency), chapter: chapter.id))
      }
      views.append(try view(of: subscription, periods: told, time))
    }
    chapters.sort { ($0.entries.first?.at ?? now) > ($1.entries.first?.at ?? now) }
    chapters.append(try life(of: id, time))
    return SubscriberPage(
      id: String(id), name: try customer.text("name"), mail: try customer.textOrNull("mail"), zone: zone,
      since: try customer.instant("created_at"), subscriptions: views, money: movements.sorted { $0.at > $1.at },
      story: chapters, older: older)
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
    of subscription: Subscription, periods: [SubscriberPage.Period], _ time: LocalTime
  ) throws -> SubscriberPage.Subscription {
    let plan = try Plan.byID([subscription.plan], in: tx)[subscription.plan]
    let method = try tx.row("SELECT lane, label FROM payment_method WHERE id = \(subscription.method)")
    let access = try Entitlement.of(
      subscription: subscription.id, at: try TestClock.now(ofSubscription: subscription.id, in: tx) ?? now, in: tx)
    return .init(
      id: subscription.id, plan: plan?.name ?? "", price: Amount(subscription.amount, subscription.currency),
      every: plan.map { Self.words($0.interval) } ?? "", state: Self.words(subscription),
      tone: Self.tone(subscription.state), partner: try method?.text("lane") ?? "",
      method: try method?.text("label") ?? "",
      nextRenewal: subscription.dueAt,
      access: .init(
        allowed: access?.allowed ?? false, until: access?.until,
        because: Self.because(access?.reason, subscription, time)), periods: periods)
  }

  private func movements(of obligation: Obligation, _ time: LocalTime) throws -> [SubscriberPage.Movement] {
    let period = time.shortDay(obligation.periodStart)
    let taken = try tx.rows(
      "SELECT id, amount, currency, role, at, lane FROM capture WHERE obligation = \(obligation.id) ORDER BY id LIMIT 50"
    )
    let returned = try tx.rows(
      """
      SELECT r.amount, r.currency, r.ended_at, r.cause, c.lane FROM refund AS r JOIN capture AS c ON c.id = r.capture
      WHERE c.obligation = \(obligation.id) AND r.state = 'done' ORDER BY r.id LIMIT 50
      """)
    return try taken.map { row in
      let isDue = try row.text("role") == "due"
      return .init(
        at: try row.instant("at"), .taken, Amount(try row.integer("amount"), try row.text("currency")),
        what: isDue ? "for the period from \(period)" : "taken again for the period from \(period)",
        partner: try row.text("lane"), payment: try row.integer("id"))
    }
      + returned.map { row in
        .init(
          at: try row.instantOrNull("ended_at") ?? now, .returned,
          Amount(try row.integer("amount"), try row.text("currency")), what: "given back for the period from \(period)",
          partner: try row.text("lane"))
      }
  }

  /// What was decided about the subscription itself, from the journal.
  private func life(of customer: Int64, _ time: LocalTime) throws -> StoryChapter {
    let rows = try tx.rows(
      """
      SELECT epoch, id, at, kind, actor, body FROM fact WHERE subject = \("customer:\(customer)")
        AND kind IN ('subscriptionBegan', 'subscriptionChanged') ORDER BY id LIMIT 100
      """)
    let entries = try rows.map { row -> StoryEntry in
      let body = FactText(try row.text("body"))
      let number = FactNumber(epoch: try row.integer("epoch"), id: try row.integer("id"))
      let text: String =
        if try row.text("kind") == "subscriptionBegan" {
          "The subscription to \(body["plan"]) began, at \(Amount(body.number("amount"), body["currency"]).text) a period."
        } else { "\(Self.sentence(body["what"])) (\(body["reason"])), by \(try row.text("actor"))." }
      return StoryEntry(
        at: try row.instant("at"), .subscription, text, fact: try number.view(in: tx))
    }
    return StoryChapter(
      id: "subscription", title: "The subscription", state: "", tone: .unsent, entries: entries)
  }

  private static func sentence(_ what: String) -> String {
    switch what {
    case "paused": "It was paused"
    case "resumed": "It was resumed"
    case "cancelledNow": "It was cancelled at once"
    case "cancelledAtPeriodEnd": "It was cancelled for the end of the period"
    case "kept": "Its cancellation was taken back"
    case "methodChanged": "Another payment method was set"
    case "ended": "It ended"
    default: "It was changed: \(what)"
    }
  }

  private static func words(_ interval: Interval) -> String {
    switch interval {
    case .days(let n): n == 1 ? "day" : "\(n) days"
    case .weeks(let n): n == 1 ? "week" : "\(n) weeks"
    case .months(let n): n == 1 ? "month" : "\(n) months"
    case .years(let n): n == 1 ? "year" : "\(n) years"
    }
  }

  private static func words(_ subscription: Subscription) -> String {
    switch subscription.state {
    case .trial: "in trial"
    case .active: subscription.endsAtPeriodEnd ? "active, cancelled for the period's end" : "active"
    case .pastDue: "past due"
    case .paused: "paused"
    case .cancelled: subscription.endReason == "unpaid" ? "ended, unpaid" : "cancelled"
    }
  }

  static func tone(_ state: Subscription.State) -> Tone {
    switch state {
    case .trial, .active: .settled
    case .pastDue: .refused
    case .paused: .held
    case .cancelled: .unsent
    }
  }

  private static func because(
    _ reason: Entitlement.Reason?, _ subscription: Subscription, _ time: LocalTime
  ) -> String {
    switch reason {
    case .trial: "the trial runs"
    case .paid: "it is paid until \(subscription.paidUntil.map(time.shortDay) ?? "then")"
    case .outcomeOpen: "we do not know yet whether the charge went through, and that is not their fault"
    case .grace: "the charge was refused, and there is time to mend it"
    case .paused: "it is paused"
    case .cancelled: "it was cancelled"
    case .unpaid: "the last period was not paid"
    case .notStarted: "it has not begun"
    case nil: "nothing is known"
    }
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

/// Finding subscribers by what people have at hand: a reference, a mail address, the beginning of a name, a number.
struct SubscriberSearch {
  let tx: Transaction

  func page(_ query: String) throws -> SubscribersPage {
    let text = String(query.trimmingCharacters(in: .whitespaces).prefix(SubscribersPage.queryLimit))
    let total = try tx.integer("SELECT count(*) FROM (SELECT id FROM customer LIMIT 1000000) AS c") ?? 0
    guard !text.isEmpty else { return SubscribersPage(query: "", found: [], more: false, total: Int(total)) }
    // A range on an index, not a pattern: `LIKE` would read everybody.
    let end = text + "\u{10FFFF}"
    let limit = SubscribersPage.listed + 1
    let rows = try tx.rows(
      """
      SELECT k.id, k.name, k.mail, k.created_at, s.state, p.name AS plan FROM (
        SELECT * FROM (SELECT id FROM customer WHERE reference = \(text) LIMIT \(limit)) AS a UNION
        SELECT * FROM (SELECT id FROM customer WHERE name >= \(text) AND name < \(end) ORDER BY name LIMIT \(limit)) AS b UNION
        SELECT * FROM (SELECT id FROM customer WHERE mail = \(text) LIMIT \(limit)) AS c UNION
        SELECT * FROM (SELECT id FROM customer WHERE id = \(Int64(text) ?? -1)) AS d LIMIT \(limit)) AS f
      JOIN customer AS k ON k.id = f.id LEFT JOIN subscription AS s ON s.customer = k.id LEFT JOIN plan AS p ON p.id = s.plan
      ORDER BY k.name, k.id, s.id DESC
      """)
    var seen: Set<Int64> = []
    let found = try rows.compactMap { row -> SubscribersPage.Found? in
      guard seen.insert(try row.integer("id")).inserted else { return nil }
      let state = Subscription.State(rawValue: try row.textOrNull("state") ?? "") ?? .cancelled
      return .init(
        id: String(try row.integer("id")), name: try row.text("name"), mail: try row.textOrNull("mail"),
        plan: try row.textOrNull("plan") ?? "", state: state == .pastDue ? "past due" : state.rawValue,
        tone: SubscriberQuery.tone(state), since: try row.instant("created_at"))
    }
    return SubscribersPage(
      query: text, found: Array(found.prefix(SubscribersPage.listed)), more: found.count > SubscribersPage.listed,
      total: Int(total))
  }
}
