import Kernel
import Store
import Web

extension BillingAPI {
  func addCustomers(to api: API) {
    api.list(
      "customers", "listCustomers", "List customers, the newest first.", in: .customers, needs: .readSubscribers,
      query: ["reference": Schema.text("Only the one that the service calls so.", 1...200, .words).optional],
      of: CustomerJSON.self
    ) { call in
      let before = try call.after()?[0] ?? .max
      let reference = call.text("reference")
      let found = try await call.read { tx in try CustomerJSON.page(before: before, call.rows, reference, in: tx) }
      return Page(found, call) { [Int64($0.id) ?? 0] }
    }
    api.get(
      "customers/search", "searchCustomers", "Find customers by what people have at hand.",
      "The beginnings of words of a name or a mail address; or, as a whole, a reference of theirs or of a charge, a "
        + "partner's transaction, or a number of ours.", in: .customers, needs: .readSubscribers,
      query: ["q": .text("What is looked for.", 1...SubscribersPage.queryLimit, .words)],
      answers: CustomersFoundJSON.self
    ) { call in
      let text = call.text("q") ?? ""
      return try await call.read { tx in
        let page = try SubscriberSearch(tx: tx).page(text)
        let found = try CustomerJSON.all(page.found.compactMap { Int64($0.id) }, in: tx)
        return CustomersFoundJSON(data: found, more: page.more || page.tooCommon)
      }
    }
    api.get(
      "customers/:id", "getCustomer", "Get a customer.", in: .customers, needs: .readSubscribers,
      answers: CustomerJSON.self, refuses: [.noCustomer]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try CustomerJSON.one(id, in: tx) }
    }
    api.post(
      "customers", "addCustomer", "Add a customer.", in: .customers, needs: .changeSubscriptions,
      takes: NewCustomerJSON.self, answers: CustomerJSON.self, creates: true,
      refuses: [.customerExists, .noClock]
    ) { call, new in
      try await call.perform(AddCustomer(new.customer)) { id, change in try CustomerJSON.one(id, in: change.tx) }
    }
  }
}

struct CustomerJSON: APIType {
  var id: String
  var reference: String
  var name: String
  var mail: String?
  var zone: String
  var testClock: String?
  var createdAt: APITime

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    reference = try row.text("reference")
    name = try row.text("name")
    mail = try row.textOrNull("mail")
    zone = try row.text("zone")
    testClock = try row.integerOrNull("clock").map(String.init)
    createdAt = APITime(try row.instant("created_at"))
  }

  static let columns: StaticString = "id, reference, name, mail, zone, created_at, clock"

  static func one(_ id: Int64, in tx: Transaction) throws -> CustomerJSON {
    guard
      let row = try tx.row("SELECT \(name: columns) FROM customer WHERE id = \(id)")
    else { throw Refusal.noCustomer }
    return try CustomerJSON(row)
  }

  /// In the order of the numbers that are given.
  static func all(_ ids: [Int64], in tx: Transaction) throws -> [CustomerJSON] {
    let rows = try tx.rows("SELECT \(name: columns) FROM customer WHERE id \(in: ids)")
    let byID = try rows.reduce(into: [Int64: CustomerJSON]()) { $0[try $1.integer("id")] = try CustomerJSON($1) }
    return ids.compactMap { byID[$0] }
  }

  static func page(before: Int64, _ limit: Int, _ reference: String?, in tx: Transaction) throws -> [CustomerJSON] {
    let only: SQL = if let reference { "AND reference = \(reference)" } else { "" }
    return try tx.rows(
      """
      SELECT \(name: columns) FROM customer WHERE id < \(before) \(only)
      ORDER BY id DESC LIMIT \(limit)
      """
    ).map(CustomerJSON.init)
  }

  var location: String? { "customers/\(id)" }

  static let about = "A person who subscribes."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "reference": .text("What the service calls them; unique.", 1...500),
      "name": .text("The name.", 0...500), "mail": Schema.text("The mail address.", 1...500).optional,
      "zone": .text("The time zone whose wall clock periods follow.", 1...64),
      "testClock": Schema.id("The test clock that they live by: nobody real, charged by nobody.").optional,
      "createdAt": .time("Since when they are known."),
    ]
  }
}

struct CustomersFoundJSON: APIType {
  var data: [CustomerJSON]
  var more: Bool

  static let about = "Customers that were found."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "data": .list(.one(CustomerJSON.self), "The closest first.", 0...SubscribersPage.listed),
      "more": .flag("There are, or may be, others: ask for more words."),
    ]
  }
}

struct NewCustomerJSON: APIType {
  var reference: String
  var name: String
  var mail: String?
  var zone: String
  var testClock: String?

  var customer: NewCustomer {
    NewCustomer(reference: reference, name: name, mail: mail, zone: zone, clock: testClock.flatMap { Int64($0) })
  }

  static let about = "A customer to be added."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "reference": .text("What the service calls them; unique.", 1...200, .words),
      "name": .text("The name.", 1...200, .words),
      "mail": Schema.text(
        "The mail address.", 3...200, Pattern("[^\\u0000-\\u0020\\u007F@]+@[^\\u0000-\\u0020\\u007F@]+")
      )
      .optional,
      "zone": .text(
        "The IANA time zone whose wall clock periods follow: Europe/Berlin, or UTC.", 3...64,
        Pattern("UTC|[A-Za-z_]+/[A-Za-z0-9_+/-]+")),
      "testClock": Schema.id("A test clock: for good.").optional,
    ]
  }
}
