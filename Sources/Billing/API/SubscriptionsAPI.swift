import Kernel
import Store
import Web

extension BillingAPI {
  func addSubscriptions(to api: API) {
    api.list(
      "subscriptions", "listSubscriptions", "List subscriptions, the newest first.", in: .subscriptions,
      needs: .readSubscribers, query: ["customer": Schema.id("Only those of this customer.").optional],
      of: SubscriptionJSON.self
    ) { call in
      let before = try call.after()?[0] ?? .max
      let found = try await call.read { tx in
        let page = try Subscription.page(before: before, call.rows, customer: call.idParameter("customer"), in: tx)
        return try SubscriptionJSON.all(page, in: tx, at: call.now)
      }
      return Page(found, call) { [Int64($0.id) ?? 0] }
    }
    api.get(
      "subscriptions/:id", "getSubscription", "Get a subscription, and whether its customer may use it.",
      in: .subscriptions, needs: .readSubscribers, answers: SubscriptionJSON.self, refuses: [.noSubscription]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try SubscriptionJSON.one(id, in: tx, at: call.now) }
    }
    api.post(
      "subscriptions", "subscribe", "Subscribe a customer to a plan.",
      "The first charge is due when the trial ends, at `anchor`, or now.", in: .subscriptions,
      needs: .changeSubscriptions,
      takes: NewSubscriptionJSON.self, answers: SubscriptionJSON.self, creates: true,
      refuses: [.noCustomer, .noPlan("…"), .noLane("…"), .noPrice("…")]
    ) { call, new in
      try await call.perform(new.command) { id, change in
        try SubscriptionJSON.one(id, in: change.tx, at: change.now)
      }
    }
    api.post(
      "subscriptions/:id/cancel", "cancelSubscription", "Cancel a subscription.",
      "`periodEnd` leaves what is paid; `now` ends it at once, and takes back a charge that has not left yet.",
      in: .subscriptions, needs: .changeSubscriptions, takes: CancelJSON.self, answers: SubscriptionJSON.self,
      refuses: [.noSubscription, .alreadyCancelled, .isPaused]
    ) { call, body in
      try await change(call) { CancelSubscription(subscription: $0, when: body.when, reason: body.reason) }
    }
    api.post(
      "subscriptions/:id/pause", "pauseSubscription", "Pause a subscription.",
      "No further period begins until it is resumed. What is paid, or being paid, can be used.", in: .subscriptions,
      needs: .changeSubscriptions, takes: ReasonJSON.self, answers: SubscriptionJSON.self,
      refuses: [.noSubscription, .alreadyCancelled, .isPaused, .isPastDue]
    ) { call, body in try await change(call) { PauseSubscription(subscription: $0, reason: body.reason) } }
    api.post(
      "subscriptions/:id/resume", "resumeSubscription", "Resume a paused subscription.",
      "It goes on with the next period of its old rhythm.", in: .subscriptions, needs: .changeSubscriptions,
      takes: ReasonJSON.self, answers: SubscriptionJSON.self, refuses: [.noSubscription, .alreadyCancelled, .notPaused]
    ) { call, body in try await change(call) { ResumeSubscription(subscription: $0, reason: body.reason) } }
    api.post(
      "subscriptions/:id/payment-method", "changePaymentMethod", "Set another payment method.",
      "From the next charge on. A charge under way stays where it is.", in: .subscriptions, needs: .changeSubscriptions,
      takes: NewMethodJSON.self, answers: SubscriptionJSON.self,
      refuses: [.noSubscription, .alreadyCancelled, .noLane("…")]
    ) { call, body in try await change(call) { ChangePaymentMethod(subscription: $0, method: body.method) } }
  }

  private func change(_ call: APICall, _ command: (Int64) -> some Command) async throws -> SubscriptionJSON {
    let id = try call.id()
    return try await call.perform(command(id)) { _, change in
      try SubscriptionJSON.one(id, in: change.tx, at: change.now)
    }
  }
}

struct NewSubscriptionJSON: APIType {
  var customer: String
  var plan: String
  var currency: String
  var method: NewMethodJSON
  var anchor: APITime?
  var paidUntil: APITime?

  var command: SubscribeCustomer {
    SubscribeCustomer(
      customer: Int64(customer) ?? 0, plan: plan, currency: currency, method: method.method, anchor: anchor?.instant,
      paidUntil: paidUntil?.instant)
  }

  static let about = "A subscription to begin."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "customer": .id("Whose."), "plan": PlanJSON.code,
      "currency": .text("One that the plan has a price in.", 3...3, .currency), "method": .one(NewMethodJSON.self),
      "anchor": Schema.time("When the first paid period begins; when the trial ends, or now, if left out.").optional,
      "paidUntil": Schema.time(
        "For those who come from another system: until when they have paid. The first charge is due then."
      ).optional,
    ]
  }
}

struct NewMethodJSON: APIType {
  var partner: String
  var token: String
  var partnerCustomer: String?
  var label: String

  var method: NewMethod { NewMethod(lane: partner, token: token, partnerCustomer: partnerCustomer, label: label) }

  static let about = "How somebody pays: a partner, and that partner's token."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "partner": .code(
        "The partner's name here; see the partners. `\(TestClock.partner)` for customers of a test clock."),
      "token": .text("The partner's token of it; never a card number. It is not shown again.", 1...500, .words),
      "partnerCustomer": Schema.text("The partner's token of the customer, where it has one.", 1...500, .words)
        .optional,
      "label": .text("What the person knows it by: Visa, ends in 4242.", 1...200, .words),
    ]
  }
}

struct CancelJSON: APIType {
  var when: CancelSubscription.When
  var reason: String

  static let about = "When it ends, and why."
  static var fields: KeyValuePairs<String, Schema> {
    ["when": .choice("When it ends.", CancelSubscription.When.self), "reason": .reason()]
  }
}
