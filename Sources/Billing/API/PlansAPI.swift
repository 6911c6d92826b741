import Kernel
import Store
import Web

extension BillingAPI {
  func addPlans(to api: API) {
    api.list(
      "plans", "listPlans", "List plans, the newest first.", in: .plans, needs: .readRenewals, of: PlanJSON.self
    ) { call in
      let before = try call.after()?[0] ?? .max
      let plans = try await call.read { tx in try Plan.page(before: before, call.rows, in: tx) }
      let numbers = Dictionary(uniqueKeysWithValues: plans.map { ($0.code, $0.id) })
      return Page(plans.map(PlanJSON.init), call) { [numbers[$0.code] ?? 0] }
    }
    api.get(
      "plans/:code", "getPlan", "Get a plan.", in: .plans, needs: .readRenewals, path: ["code": PlanJSON.code],
      answers: PlanJSON.self
    ) { call in
      let code = try call.name("code")
      return try await call.read { tx in try PlanJSON.one(code, in: tx) }
    }
    api.post(
      "plans", "offerPlan", "Offer a plan, or a price in another currency.",
      "A plan that exists is not changed. With the same terms and another currency, it gets one more price.",
      in: .plans,
      needs: .offerPlans, takes: NewPlanJSON.self, answers: PlanJSON.self, creates: true,
      refuses: [.planExists, .priceExists]
    ) { call, new in
      try await call.perform(try new.command()) { _, change in try PlanJSON.one(new.code, in: change.tx) }
    }
  }
}

struct PlanJSON: APIType {
  var code: String
  var product: String
  var name: String
  var every: String
  var trialDays: Int64
  var graceDays: Int64
  var dunning: [Int64]
  var prices: [MoneyJSON]

  init(_ plan: Plan) {
    code = plan.code
    product = plan.product
    name = plan.name
    every = plan.interval.description
    trialDays = plan.trialDays
    graceDays = plan.graceDays
    dunning = plan.dunning
    prices = plan.prices.sorted { $0.key < $1.key }.map { MoneyJSON($0.value, $0.key) }
  }

  static func one(_ code: String, in tx: Transaction) throws -> PlanJSON {
    guard let plan = try Plan.byCode([code], in: tx)[code] else { throw Refusal.noPlan(code) }
    return PlanJSON(plan)
  }

  var location: String? { "plans/\(Paths.segment(code))" }

  static let code = Schema.text("The plan's name in files and in this API.", 1...200, .words)
  static let about = "What can be subscribed to."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "code": code, "product": .text("What it is a plan of.", 1...200), "name": .text("As people know it.", 1...200),
      "every": NewPlanJSON.every, "trialDays": .integer("Days before the first charge.", 0...3_650),
      "graceDays": .integer("Days of use after a refused charge.", 0...365), "dunning": NewPlanJSON.dunning,
      "prices": .list(.one(MoneyJSON.self), "For one period, by currency.", 0...300),
    ]
  }
}

struct NewPlanJSON: APIType {
  var code: String
  var product: String
  var name: String
  var every: String
  var price: MoneyJSON
  var trialDays: Int64?
  var graceDays: Int64?
  var dunning: [Int64]?

  func command() throws(Refusal) -> OfferPlan {
    let interval: Interval
    do { interval = try Interval(every) } catch { throw Refusal(.invalid, "badInterval", "\(error)") }
    return OfferPlan(
      product: product, code: code, title: name, every: interval, trialDays: trialDays ?? 0, graceDays: graceDays ?? 14,
      dunning: dunning ?? [1, 3, 5, 7], price: try price.money())
  }

  static let every = Schema.text(
    "How long a period is: an ISO 8601 duration of one unit, such as P1M or P2W, up to 1100 of it.", 3...6,
    Pattern("P[1-9][0-9]{0,3}[DWMY]"))
  static let dunning = Schema.list(
    .integer("", 1...365), "The days after the due date on which a refused charge is tried again, in order.", 0...20)

  static let about = "A plan to be offered."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "code": .code("The plan's name in files and in this API."),
      "product": .text("What it is a plan of.", 1...200, .words),
      "name": .text("As people know it; it stands on their statements.", 1...200, .words), "every": every,
      "price": .one(MoneyJSON.self),
      "trialDays": Schema.integer("Days before the first charge; 0 if left out.", 0...3_650).optional,
      "graceDays": Schema.integer("Days of use after a refused charge; 14 if left out.", 0...365).optional,
      "dunning": Self.dunning.optional,
    ]
  }
}
