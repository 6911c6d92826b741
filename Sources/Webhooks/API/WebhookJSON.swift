import Kernel
import Store
import Web

struct WebhookJSON: APIType {
  enum State: String, Codable, Sendable, CaseIterable { case enabled, disabled, failed }

  var id: String
  var url: String
  var types: [String]
  var tests: Bool
  var state: State
  var reason: String?
  var failingSince: APITime?
  var olderSecretUntil: APITime?
  var waiting: Int64
  var failed: Int64
  var createdAt: APITime

  init(_ endpoint: WebhookEndpoint, in tx: Transaction) throws {
    let counts = try Delivery.counts(of: endpoint.id, in: tx)
    id = String(endpoint.id)
    url = endpoint.url
    types = endpoint.types.subtracting([WebhookEndpoint.everything]).sorted()
    tests = endpoint.tests
    state = State(rawValue: endpoint.state.rawValue) ?? .disabled
    reason = endpoint.reason
    failingSince = APITime(endpoint.failingSince)
    olderSecretUntil = APITime(endpoint.olderUntil)
    waiting = counts.waiting
    failed = counts.failed
    createdAt = APITime(endpoint.madeAt)
  }

  static func one(_ id: Int64, in tx: Transaction) throws -> WebhookJSON {
    guard let endpoint = try WebhookEndpoint.one(id, in: tx) else { throw Refusal.noEndpoint }
    return try WebhookJSON(endpoint, in: tx)
  }

  static let about = "A program that is told what happens."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "url": .text("Where messages go.", 1...EndpointURL.limit),
      "types": .list(.text("An event’s type.", 1...60), "The events it wants; empty: all of them.", 0...100),
      "tests": .flag("It hears of test customers as well."),
      "state": .choice("failed: disabled by itself, since it took nothing for days.", State.self),
      "reason": Schema.text("Why it is not enabled.", 0...1_000).optional,
      "failingSince": Schema.time("Since when it takes nothing.").optional,
      "olderSecretUntil": Schema.time("Until when the secret before signs too.").optional,
      "waiting": .integer("Deliveries that wait, counted up to 10,000.", 0...Int64(Delivery.countLimit)),
      "failed": .integer("Deliveries that were given up, counted up to 10,000.", 0...Int64(Delivery.countLimit)),
      "createdAt": .time("When it was added."),
    ]
  }
}

struct WebhookWithSecretJSON: APIType {
  var webhook: WebhookJSON
  var secret: String

  var location: String? { "webhooks/\(webhook.id)" }

  static let about = "An endpoint and the secret that signs what is sent to it."
  static var fields: KeyValuePairs<String, Schema> {
    ["webhook": .one(WebhookJSON.self), "secret": .text("whsec_ and 32 bytes in base64. Keep it.", 20...100)]
  }
}

/// What is kept under the key of a rotation: not the secret.
struct RotatedWebhook: Codable, Sendable {
  var webhook: WebhookJSON
  var generation: Int64
}

struct NewWebhookJSON: APIType {
  var url: String
  var types: [String]?
  var tests: Bool?

  static let about = "An endpoint to be added."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "url": .text("https://…; http only on loopback.", 1...EndpointURL.limit, .words),
      "types": Schema.list(.text("See listWebhookTypes.", 1...60, .words), "Left out: all events.", 0...50).optional,
      "tests": Schema.flag("Events of test customers as well.").optional,
    ]
  }
}

struct RotateWebhookJSON: APIType {
  var atOnce: Bool?

  static let about = "How the secret is changed."
  static var fields: KeyValuePairs<String, Schema> {
    ["atOnce": Schema.flag("The old secret signs nothing any more.").optional]
  }
}

struct RemovedWebhookJSON: APIType {
  var id: String

  static let about = "An endpoint that is gone."
  static var fields: KeyValuePairs<String, Schema> { ["id": .id("The number.")] }
}

struct WebhookTypesJSON: APIType {
  var data: [WebhookTypeJSON]

  static let about = "Every event that there is."
  static var fields: KeyValuePairs<String, Schema> { ["data": .list(.one(WebhookTypeJSON.self), "By part.", 0...100)] }
}

struct WebhookTypeJSON: APIType {
  var type: String
  var meaning: String

  static let about = "An event that may be told."
  static var fields: KeyValuePairs<String, Schema> {
    ["type": .text("As messages call it.", 1...60), "meaning": .text("What it says.", 1...200)]
  }
}

struct DeliveryJSON: APIType {
  var id: String
  var webhook: String
  var event: String
  var type: String
  var test: Bool
  var state: Delivery.State
  var attempts: Int64
  var status: Int64?
  var answer: String?
  var createdAt: APITime
  var triedAt: APITime?
  var nextAt: APITime?
  var endedAt: APITime?

  init(_ delivery: Delivery) {
    id = String(delivery.id)
    webhook = String(delivery.endpoint)
    event = delivery.event
    type = delivery.type
    test = delivery.isTest
    state = delivery.state
    attempts = Int64(delivery.tries)
    status = delivery.status.map(Int64.init)
    answer = delivery.answer
    createdAt = APITime(delivery.madeAt)
    triedAt = APITime(delivery.triedAt)
    nextAt = delivery.state == .waiting ? APITime(delivery.dueAt) : nil
    endedAt = APITime(delivery.endedAt)
  }

  static func one(_ id: Int64, in tx: Transaction) throws -> DeliveryJSON {
    guard let delivery = try Delivery.one(id, in: tx) else { throw Refusal.noDelivery }
    return DeliveryJSON(delivery)
  }

  static let about = "One event for one endpoint."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "webhook": .id("Which endpoint’s."),
      "event": .text("The webhook-id, for ever the same.", 1...60), "type": .text("The event’s type.", 1...60),
      "test": .flag("It is about a test customer."), "state": .choice("Where it stands.", Delivery.State.self),
      "attempts": .integer("How often it was sent.", 0...1_000_000),
      "status": Schema.integer("The HTTP status of the last answer, where one came.", 0...999).optional,
      "answer": Schema.text("The first 500 bytes of the last answer, or why there was none.", 0...1_000).optional,
      "createdAt": .time("When it was made."), "triedAt": Schema.time("When it was sent last.").optional,
      "nextAt": Schema.time("When it is sent next; only while it waits.").optional,
      "endedAt": Schema.time("When it was delivered or given up.").optional,
    ]
  }
}

struct ResendJSON: APIType {
  var since: APITime
  var delivered: Bool?
  var after: String?

  static let about = "From when on events are sent again."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "since": .time("Events are kept for 30 days."),
      "delivered": Schema.flag("What did arrive as well.").optional,
      "after": Schema.text("`next` of the answer before.", 1...60, .words).optional,
    ]
  }
}

struct ResentJSON: APIType {
  var count: Int64
  var next: String?

  static let about = "What is sent again."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "count": .integer("Deliveries.", 0...1_000_000),
      "next": Schema.text("There is more: ask again with it as `after`.", 1...60).optional,
    ]
  }
}
