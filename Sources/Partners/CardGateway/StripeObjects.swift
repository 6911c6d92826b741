/// The few fields of Stripe's objects that are read. Everything else may change.
struct StripeIntent: Decodable, Sendable {
  var id: String
  var object: String
  var amount: Int64
  var amountReceived: Int64?
  var currency: String
  var status: String
  var metadata: [String: String]?
  var lastPaymentError: StripeFailure?
  var created: Int64?

  enum CodingKeys: String, CodingKey {
    case id, object, amount, currency, status, metadata, created
    case amountReceived = "amount_received"
    case lastPaymentError = "last_payment_error"
  }
}

struct StripeRefund: Decodable, Sendable {
  var id: String
  var object: String
  var amount: Int64
  var currency: String
  /// `null` for refunds older than 2018.
  var status: String?
  var metadata: [String: String]?
  var created: Int64?
}

struct StripeCharge: Decodable, Sendable {
  var id: String
  var object: String
  var amountRefunded: Int64
  var currency: String
  var metadata: [String: String]?
  var paymentIntent: String?

  enum CodingKeys: String, CodingKey {
    case id, object, currency, metadata
    case amountRefunded = "amount_refunded"
    case paymentIntent = "payment_intent"
  }
}

struct StripeDispute: Decodable, Sendable {
  var id: String
  var object: String
  var amount: Int64
  var currency: String
  var charge: String
  var paymentIntent: String?

  enum CodingKeys: String, CodingKey {
    case id, object, amount, currency, charge
    case paymentIntent = "payment_intent"
  }
}

struct StripeFailure: Decodable, Sendable {
  var type: String?
  var code: String?
  var declineCode: String?

  enum CodingKeys: String, CodingKey {
    case type, code
    case declineCode = "decline_code"
  }
}

/// The body of an answer that is not 2xx. The intent is there when a payment was tried.
struct StripeErrorBody: Decodable, Sendable {
  struct Detail: Decodable, Sendable {
    var paymentIntent: StripeIntent?

    enum CodingKeys: String, CodingKey { case paymentIntent = "payment_intent" }
  }

  var failure: StripeFailure
  var intent: StripeIntent?

  enum CodingKeys: String, CodingKey { case error }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    failure = try values.decode(StripeFailure.self, forKey: .error)
    intent = try values.decode(Detail.self, forKey: .error).paymentIntent
  }
}

struct StripeEvent<Object: Decodable & Sendable>: Decodable, Sendable {
  struct Payload: Decodable, Sendable { var object: Object }

  var data: Payload
}

struct StripeEventHead: Decodable, Sendable {
  var id: String
  var object: String
  var type: String
  var created: Int64
}
