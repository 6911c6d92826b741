import Kernel
import Store
import Web

extension BillingAPI {
  func addCharges(to api: API) {
    api.list(
      "charges", "listCharges", "List charges, the newest first.", in: .charges, needs: .readSubscribers,
      query: [
        "subscription": Schema.id("Only those of this subscription.").optional,
        "customer": Schema.id("Only those of this customer.").optional,
        "state": Schema.choice("Only those in this state.", ChargeJSON.State.self).optional,
      ], of: ChargeJSON.self
    ) { call in
      let filter = ChargeFilter(
        subscription: call.idParameter("subscription"), customer: call.idParameter("customer"),
        state: call.text("state").flatMap(ChargeJSON.State.init))
      let after = try call.after(keys: 2)
      let found = try await call.read { tx in try filter.page(after: after, call.rows, in: tx) }
      return Page(found, call) { [$0.periodStart.instant.microseconds, Int64($0.id) ?? 0] }
    }
    api.get(
      "charges/:id", "getCharge", "Get a charge with every attempt, and what was said about it.", in: .charges,
      needs: .readSubscribers, answers: ChargeDetailJSON.self, refuses: [.noCharge]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try ChargeDetailJSON.one(id, in: tx) }
    }
  }
}

struct ChargeJSON: APIType {
  enum State: String, Codable, Sendable, CaseIterable { case open, settled, uncollectable, waived }

  var id: String
  var subscription: String
  var customer: String
  var partner: String
  var periodStart: APITime
  var periodEnd: APITime
  var amount: MoneyJSON
  var state: State
  var declines: Int64
  var openedAt: APITime
  var endedAt: APITime?

  static let columns: StaticString =
    """
    id, subscription, customer, lane, period_start, period_end, amount, currency, state, declines, opened_at, ended_at
    """

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    subscription = String(try row.integer("subscription"))
    customer = String(try row.integer("customer"))
    partner = try row.text("lane")
    periodStart = APITime(try row.instant("period_start"))
    periodEnd = APITime(try row.instant("period_end"))
    amount = MoneyJSON(try row.integer("amount"), try row.text("currency"))
    state = State(rawValue: try row.text("state")) ?? .open
    declines = try row.integer("declines")
    openedAt = APITime(try row.instant("opened_at"))
    endedAt = APITime(try row.instantOrNull("ended_at"))
  }

  static let about = "What is owed for one period."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "subscription": .id("For which subscription."), "customer": .id("Whose."),
      "partner": .text("Who charged at first.", 1...200), "periodStart": .time("When the period begins."),
      "periodEnd": .time("When it is over."), "amount": .one(MoneyJSON.self),
      "state": .choice("Where it stands.", State.self),
      "declines": .integer("How often it was declined.", 0...1_000_000),
      "openedAt": .time("When it fell due here."), "endedAt": Schema.time("When it came to an end.").optional,
    ]
  }
}

struct ChargeDetailJSON: APIType {
  var id: String
  var charge: ChargeJSON
  var attempts: [AttemptJSON]
  var payments: [PaymentJSON]

  static func one(_ id: Int64, in tx: Transaction) throws -> ChargeDetailJSON {
    guard let row = try tx.row("SELECT \(name: ChargeJSON.columns) FROM obligation WHERE id = \(id)") else {
      throw Refusal.noCharge
    }
    let payments = try tx.rows(
      "SELECT \(name: PaymentJSON.columns) FROM capture WHERE obligation = \(id) ORDER BY id LIMIT \(AttemptJSON.most)")
    return ChargeDetailJSON(
      id: String(id), charge: try ChargeJSON(row), attempts: try AttemptJSON.all(slot: Charge.slot(of: id), in: tx),
      payments: try payments.map(PaymentJSON.init))
  }

  static let about = "A charge with its attempts, and the money that came of it."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "charge": .one(ChargeJSON.self),
      "attempts": .list(.one(AttemptJSON.self), "The oldest first.", 0...AttemptJSON.most),
      "payments": .list(.one(PaymentJSON.self), "What was taken.", 0...AttemptJSON.most),
    ]
  }
}

/// Which charges are asked for. Every combination runs along an index.
struct ChargeFilter: Sendable {
  var subscription: Int64?
  var customer: Int64?
  var state: ChargeJSON.State?

  func page(after key: [Int64]?, _ limit: Int, in tx: Transaction) throws -> [ChargeJSON] {
    let (start, before) = (key?[0] ?? .max, key?[1] ?? .max)
    var subscriptions: [Int64]?
    if let customer {
      subscriptions = try tx.rows(
        "SELECT id FROM subscription WHERE customer = \(customer) ORDER BY id DESC LIMIT \(Self.subscriptions)"
      ).map { try $0.integer("id") }
    }
    if let subscription { subscriptions = subscriptions.map { $0.filter { $0 == subscription } } ?? [subscription] }
    let isState: SQL = if let state { "AND state = \(state.rawValue)" } else { "" }
    let rows: [Row]
    if let subscriptions {
      rows = try tx.rows(
        """
        SELECT \(name: ChargeJSON.columns) FROM obligation
        WHERE subscription \(in: subscriptions) AND (period_start, id) < (\(start), \(before)) \(isState)
        ORDER BY period_start DESC, id DESC LIMIT \(limit)
        """)
    } else if state == .open {
      // Literally, for the index of those that are open.
      rows = try tx.rows(
        """
        SELECT \(name: ChargeJSON.columns) FROM obligation
        WHERE state = 'open' AND (period_start, id) < (\(start), \(before)) ORDER BY period_start DESC, id DESC LIMIT \(limit)
        """)
    } else if state == .uncollectable || state == .waived {
      rows = try tx.rows(
        """
        SELECT \(name: ChargeJSON.columns) FROM obligation
        WHERE state IN ('uncollectable', 'waived') AND id < \(before) \(isState) ORDER BY id DESC LIMIT \(limit)
        """)
    } else {
      rows = try tx.rows(
        """
        SELECT \(name: ChargeJSON.columns) FROM obligation WHERE id < \(before) \(isState) ORDER BY id DESC LIMIT \(limit)
        """)
    }
    return try rows.map(ChargeJSON.init)
  }

  /// Of one customer; nobody has so many.
  static let subscriptions = 200
}
