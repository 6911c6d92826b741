import Kernel
import Web

/// The renewals of a day: every charge in exactly one state, how each partner does, and what needs a person.
package struct TodayPage: Sendable {
  /// Lists are cut here; the page says how many more there are.
  package static let listed = 50

  package var day: DayChoice
  /// How many charges fell due, counted from the obligations and not from the states: the two must agree.
  package var due: Int
  package var states: [StateCount]
  package var partners: [Partner]
  package var decisions: [Decision]
  /// How many there are in all, where `decisions` was cut by the query.
  package var decisionTotal: Int
  package var alerts: [Alert]
  /// Newest first.
  package var newest: [Renewal]

  package init(
    day: DayChoice, due: Int, states: [StateCount], partners: [Partner] = [], decisions: [Decision] = [],
    decisionTotal: Int? = nil,
    alerts: [Alert] = [], newest: [Renewal] = []
  ) {
    self.day = day
    self.due = due
    self.states = states
    self.partners = partners
    self.decisions = decisions
    self.decisionTotal = decisionTotal ?? decisions.count
    self.alerts = alerts
    self.newest = newest
  }

  package func response(in console: Console) -> HTMLResponse { HTMLResponse(html(in: console)) }

  package func html(in console: Console) -> String { Self.template.html(TodayView(self, console), console.words) }

  private static let template = Template("today", PackageResources.today_mustache)

  /// The charges of one state.
  package struct StateCount: Sendable {
    package var state: ChargeState
    package var count: Int
    /// One for each currency.
    package var money: [Amount]

    package init(_ state: ChargeState, _ count: Int, _ money: [Amount]) {
      self.state = state
      self.count = count
      self.money = money
    }
  }

  /// Something that only a person can decide.
  package struct Decision: Sendable {
    /// Its number in the queue.
    package var effect: Int64
    package var isRefund: Bool
    package var reference: String
    package var partner: String
    /// What was heard last.
    package var code: String?
    /// nil: nobody has taken it.
    package var owner: String?
    package var deadline: Instant

    package init(
      effect: Int64, isRefund: Bool, reference: String, partner: String, code: String?, owner: String?,
      deadline: Instant
    ) {
      self.effect = effect
      self.isRefund = isRefund
      self.reference = reference
      self.partner = partner
      self.code = code
      self.owner = owner
      self.deadline = deadline
    }
  }

  /// Its title and what it says stand in the database, in English.
  package struct Alert: Sendable {
    package var title: String
    package var detail: String
    package var owner: String?
    package var raisedAt: Instant
    /// When it goes to the next person.
    package var escalatesAt: Instant?

    package init(title: String, detail: String, owner: String?, raisedAt: Instant, escalatesAt: Instant? = nil) {
      self.title = title
      self.detail = detail
      self.owner = owner
      self.raisedAt = raisedAt
      self.escalatesAt = escalatesAt
    }
  }

  package struct Renewal: Sendable {
    package var subscriberID: String
    package var name: String
    package var plan: String
    package var amount: Amount
    package var partner: String
    package var state: ChargeState
    package var at: Instant

    package init(
      subscriberID: String, name: String, plan: String, amount: Amount, partner: String, state: ChargeState, at: Instant
    ) {
      self.subscriberID = subscriberID
      self.name = name
      self.plan = plan
      self.amount = amount
      self.partner = partner
      self.state = state
      self.at = at
    }
  }
}
