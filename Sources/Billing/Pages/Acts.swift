import Web
import Words

/// What may be done about a subscriber, by whoever looks; and why not, where it may not.
struct Acts: Sendable {
  struct Act: Sendable {
    var label: Message
    var href: String
    /// `nil`: it may be done.
    var not: Message?
  }

  let page: SubscriberPage
  let visitor: Identity?

  init(of page: SubscriberPage, for visitor: Identity?) {
    self.page = page
    self.visitor = visitor
  }

  private func may(_ right: Right) -> Bool { visitor?.rights.contains(right) ?? false }

  func on(_ subscription: SubscriberPage.Subscription) -> [Act] {
    let standing = subscription.standing
    let hasEnded = standing == .cancelled || standing == .unpaid
    func act(_ label: Message, _ name: StaticString, not: Message?) -> Act {
      Act(
        label: label, href: Paths.act(on: page.id, subscription: subscription.id, name),
        not: !may(.changeSubscriptions) ? .onlySupport : hasEnded ? .notEnded : not)
    }
    let pause: Message? =
      switch standing {
      case .paused: .notPaused
      case .pastDue: .notPastDue
      default: nil
      }
    let all = [
      act(.actPause, "pause", not: pause), act(.actResume, "resume", not: standing == .paused ? nil : .notNotPaused),
      act(.actCancel, "cancel", not: nil),
    ]
    return all.filter { $0.not == nil } + all.filter { $0.not != nil }
  }

  var mayRefund: Bool { may(.refundPayments) }
  var refundNot: Act { Act(label: .actRefund, href: "", not: .onlyFinance) }

  func refund(_ payment: SubscriberPage.Payment) -> Act {
    let not: Message? = payment.left <= 0 ? .notNothingLeft : payment.isNamed ? nil : .notNumberUnknown
    return Act(label: .actRefund, href: Paths.refund(of: page.id, payment: payment.number), not: not)
  }

  /// What was decided about money that a bank took back.
  func decide(_ chargeback: Int64) -> Act? {
    may(.decideCharges)
      ? Act(label: .takenBackAct, href: Paths.chargeback(of: page.id, chargeback), not: nil) : nil
  }

  /// A link to the subscriber's own page: `nil`: it may be sent.
  var linkNot: Message? { may(.changeSubscriptions) ? nil : .onlySupport }

  var note: Act? {
    may(.writeNotes) ? Act(label: .actNote, href: Paths.notes(of: page.id), not: nil) : nil
  }
}

struct ActView: Sendable {
  let label: String
  let href: String
  let not: String?

  init(_ act: Acts.Act, _ words: Words) {
    label = words.text(act.label)
    href = act.href
    not = act.not.map { words.text($0) }
  }
}

/// The button that sends a subscriber a link to their own page, or why it is not there.
struct OwnPageView: Sendable {
  let action: String
  let proof: String
  let not: String?

  init(of subscriber: String, _ acts: Acts, _ console: Console) {
    action = Paths.subscriber(subscriber) + "/link"
    proof = console.visitor?.proof ?? ""
    not = acts.linkNot.map { console.words.text($0) }
  }
}

/// The form for a note on the subscriber's page; `nil` inside where one may not.
struct NoteView: Sendable {
  struct Form: Sendable {
    let action: String
    let proof: String
    let key: String
    let limit: Int
    let hint: String
  }

  let form: Form?

  init(_ act: Acts.Act?, key: String, _ console: Console) {
    form = act.map { act in
      Form(
        action: act.href, proof: console.visitor?.proof ?? "", key: key, limit: NoteOnCustomer.limit,
        hint: console.words.text(.noteHint(console.words.count(NoteOnCustomer.limit))))
    }
  }
}

extension Paths {
  static func act(on subscriber: String, subscription: Int64, _ name: StaticString) -> String {
    "\(Paths.subscriber(subscriber))/subscriptions/\(subscription)/\(name)"
  }
  static func refund(of subscriber: String, payment: Int64) -> String {
    "\(Paths.subscriber(subscriber))/payments/\(payment)/refund"
  }
  static func chargeback(of subscriber: String, _ chargeback: Int64) -> String {
    "\(Paths.subscriber(subscriber))/chargebacks/\(chargeback)"
  }
  static func receipt(of subscriber: String, payment: Int64) -> String {
    "\(Paths.subscriber(subscriber))/payments/\(payment)/receipt.pdf"
  }
  static func notes(of subscriber: String) -> String { Paths.subscriber(subscriber) + "/notes" }
}
