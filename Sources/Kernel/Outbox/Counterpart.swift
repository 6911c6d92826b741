/// Somebody outside who carries out effects: a payment partner, a mail relay.
///
/// No method throws and none may retry: what came of a call is a value, and whether it may be repeated is decided by the
/// outbox from `capabilities`.
public protocol Counterpart: Sendable {
  /// The stable name of this counterpart in the database: `card`, `carrier-de`.
  var lane: String { get }
  var capabilities: Capabilities { get }

  /// Carries the order out, or repeats it under the same reference with the same bytes.
  func perform(_ order: Order) async -> Reply
  /// Asks what became of `order.reference`, on an endpoint that is strongly consistent. Never called where `query` is none.
  func query(_ order: Order) async -> Reply
  /// Cancels `order.reference`. Never called where `cancel` is false.
  func cancel(_ order: Order) async -> Reply
  /// Verifies a notification's signature (in constant time) and reads it. Empty: authentic, but none of our business.
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony]
}

/// What a counterpart is asked to do. The same order always renders to the same bytes on the wire.
public struct Order: Sendable, Equatable {
  /// Ours, unique for ever, given before anything is sent: the counterpart's idempotency key.
  public var reference: String
  /// `charge`, `refund`: the part that enqueued it says.
  public var kind: String
  /// Canonical JSON of the kind's payload, immutable once prepared.
  public var payload: String
  /// When the first byte may first have left. Part of the order so that a repeat renders the same bytes.
  public var preparedAt: Instant

  public init(reference: String, kind: String, payload: String, preparedAt: Instant) {
    self.reference = reference
    self.kind = kind
    self.payload = payload
    self.preparedAt = preparedAt
  }
}

/// What somebody outside says became of an order.
public enum Verdict: Sendable, Equatable {
  /// It happened, finally.
  case done
  /// Accepted; the result comes later.
  case pending
  /// It did not happen, finally: a code that the counterpart lists as a refusal.
  case refused(code: String)
  /// Proof that no byte left this machine: the name did not resolve, the connection was refused.
  case notSent(reason: String)
  /// The counterpart knows no such reference (an answer to a query). Believed only after the declared lag.
  case absent
  /// Cancelled at our request, confirmed.
  case cancelled
  /// Anything else: a time-out, a reset, a 5xx, an answer that cannot be read.
  case unknown(reason: String)
  /// It had happened, and somebody outside undid it, under this number of the counterpart's. A thing of its own: what became
  /// of the order itself stays as it is.
  case reversed(by: String)
  /// What was undone under this number holds again.
  case restored(by: String)

  public var isAfterwards: Bool {
    switch self {
    case .reversed, .restored: true
    default: false
    }
  }
}

/// The answer to a call.
public struct Reply: Sendable, Equatable {
  public var verdict: Verdict
  /// The counterpart's own id of what happened: it tells two effects under one reference apart.
  public var transaction: String?
  public var amount: Int64?
  public var currency: String?
  /// The body as it came, cut at 64 KiB.
  public var raw: [UInt8]

  public init(
    _ verdict: Verdict, transaction: String? = nil, amount: Int64? = nil, currency: String? = nil, raw: [UInt8] = []
  ) {
    self.verdict = verdict
    self.transaction = transaction.flatMap(PartnerText.id)
    self.amount = amount
    self.currency = currency
    self.raw = Array(raw.prefix(64 * 1024))
  }
}

/// A notification as it came over HTTP.
public struct InboundMessage: Sendable {
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]

  public init(headers: [String: String], body: [UInt8]) {
    self.headers = headers
    self.body = body
  }
}

/// Why a notification is not taken in. Counted, answered with 4xx, never stored.
public enum InboundRejection: Error, Sendable, Equatable {
  case unsigned
  case badSignature
  /// The signature is right, but made too long ago: a replay.
  case stale
  case unreadable(String)
}

/// One thing that a notification or a statement line says.
public struct Testimony: Sendable, Equatable {
  /// The kind of a message that is kept and decides nothing, such as "so much of this charge was given back so far".
  public static let informative = "refunded"

  /// The counterpart's id of this message; the same id twice is the same message. Empty: it has none, and the same
  /// bytes twice are the same message.
  public var eventID: String
  public var reference: String?
  public var transaction: String?
  public var kind: String
  public var verdict: Verdict
  public var amount: Int64?
  public var currency: String?
  public var occurredAt: Instant?

  public init(
    eventID: String, reference: String?, transaction: String?, kind: String, verdict: Verdict, amount: Int64?,
    currency: String?, occurredAt: Instant?
  ) {
    self.eventID = PartnerText.id(eventID) ?? ""
    self.reference = reference.flatMap(PartnerText.id)
    self.transaction = transaction.flatMap(PartnerText.id)
    self.kind = kind
    self.verdict = verdict
    self.amount = amount
    self.currency = currency
    self.occurredAt = occurredAt
  }
}
