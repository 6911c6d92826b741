import Kernel

/// How the partner misbehaves. The defaults are a partner that does everything right, at once.
///
/// Every probability is 0…1 and applies to one request or one event at a time. In JSON a span of time is a number of seconds.
public struct Dials: Sendable, Codable, Equatable {
  public var notifications = Notifications()
  public var answers = Answers()
  public var queries = Queries()
  public var statements = Statements()
  public var replay = Replay()
  /// How many captures the payer's bank takes back, and how long after: a direct debit's return, a chargeback.
  public var returned = 0.0
  public var returnedAfter = Spread(.days(2), .days(5))

  public init() {}

  /// What the partner tells us by itself.
  public struct Notifications: Sendable, Codable, Equatable {
    /// Never sent, although it happened.
    public var lose = 0.0
    /// How long after the event it is sent.
    public var delay = Spread(.seconds(0))
    /// Sent a second time with the same event id, `doubleAfter` later.
    public var double = 0.0
    public var doubleAfter = Spread(.seconds(1), .minutes(5))
    /// Held back for `reorderBy`, so that later events overtake it.
    public var reorder = 0.0
    public var reorderBy = Spread(.minutes(1), .minutes(30))
    /// Sent without our reference, with the partner's payment id alone: all that CAMARA itself prescribes.
    public var bare = 0.0
    /// What settles later is also told when it begins, as "processing". It travels like any other notification, so that it may come
    /// after the one that says it is done.
    public var progress = 0.0
    /// How many it can send an hour; of those above, the share above is lost. 0: no limit. This is how a partner fails with scale.
    public var capacityPerHour = 0
    /// How often the sender tries again after a failed delivery. The default, never, is what many partners do.
    public var retries = 0
    public var retryAfterSeconds = 60.0

    public init() {}
  }

  /// What comes back on the call itself. `late`, `…AfterCharge` exclude each other, so their sum is at most 1.
  public struct Answers: Sendable, Codable, Equatable {
    /// Charged, but answered only after `lateBy`, when the caller has long given up.
    public var late = 0.0
    public var lateBy = Spread(.seconds(10), .seconds(60))
    public var http5xxAfterCharge = 0.0
    public var garbageAfterCharge = 0.0
    public var resetAfterCharge = 0.0
    /// An error before anything happened; looks the same as the one after.
    public var http5xxBeforeCharge = 0.0
    /// Requests a second; above it 429. 0: no limit.
    public var throttlePerSecond = 0
    public var decline = 0.0
    /// One of these, equally likely.
    public var declineCodes = ["CARRIER_BILLING.PAYMENT_DENIED", "CARRIER_BILLING.USER_AMOUNT_THRESHOLD_OVERPASSED"]
    public var declineRefund = 0.0
    public var declineRefundCodes = ["CARRIER_BILLING_REFUND.REFUND_DENIED"]
    /// Off: it keeps no count of what it gave back, and gives back whatever it is asked for, however often.
    public var countsRefunds = true
    /// Added to every answer.
    public var slow = Spread(.seconds(0))
    /// 1: everything is down.
    public var down = 0.0
    public var downAs = Outage.unavailable
    /// The money is taken twice for one request: two captures under one reference, the second told like the first.
    public var twice = 0.0
    /// A charge that was declined in the answer is captured all the same, `changesMindAfter` later.
    public var changesMind = 0.0
    public var changesMindAfter = Spread(.minutes(1), .days(4))
    /// Answered `processing` first, settled after `asyncDelay`. A decline that meets this becomes a later denial.
    public var async = 0.0
    public var asyncDelay = Spread(.seconds(2), .seconds(30))

    public init() {}
  }

  public enum Outage: String, Sendable, Codable {
    /// The connection is not accepted. Over HTTP: it is closed before a byte of the request is acted upon.
    case refused
    /// 503.
    case unavailable
  }

  public struct Queries: Sendable, Codable, Equatable {
    /// A query says "not found" until this long after the request.
    public var lagSeconds = 0.0
    /// Questions alone are answered 500.
    public var fail = 0.0
    public var lag: Span { Span(microseconds: Int64(lagSeconds * 1_000_000)) }

    public init() {}
  }

  /// The daily statement. `late` and `never` exclude each other.
  public struct Statements: Sendable, Codable, Equatable {
    /// A line comes in the statement of a later day.
    public var late = 0.0
    public var lateDaysMin = 1
    public var lateDaysMax = 3
    /// A line comes in no statement at all.
    public var never = 0.0
    /// A download breaks off in the middle; the next one may be whole.
    public var torn = 0.0
    /// A whole day's file is held back for `withheldDays`.
    public var withheld = 0.0
    public var withheldDays = 2

    public init() {}
  }

  public struct Replay: Sendable, Codable, Equatable {
    /// The same reference again is answered with the first result. Off: it is a second charge.
    public var on = true
    /// How long the reference is remembered; 0: for ever. Afterwards the same reference is a second charge.
    public var windowSeconds = 0.0
    public var window: Span? { windowSeconds > 0 ? Span(microseconds: Int64(windowSeconds * 1_000_000)) : nil }

    public init() {}
  }
}

/// From `min` to `max`, uniformly. In JSON `{"min": 0.5, "max": 30}`, in seconds.
public struct Spread: Sendable, Codable, Equatable {
  public var min: Span
  public var max: Span

  public init(_ min: Span, _ max: Span) { (self.min, self.max) = (min, max) }
  public init(_ fixed: Span) { (min, max) = (fixed, fixed) }

  private enum CodingKeys: String, CodingKey { case min, max }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    min = Span(microseconds: try Self.microseconds(values, .min))
    max = Span(microseconds: try Self.microseconds(values, .max))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(min.seconds, forKey: .min)
    try values.encode(max.seconds, forKey: .max)
  }

  private static func microseconds(_ values: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys) throws -> Int64 {
    let seconds = try values.decode(Double.self, forKey: key)
    guard (0...Dials.longest).contains(seconds) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: values, debugDescription: "must be 0…\(Int(Dials.longest)) seconds")
    }
    return Int64(seconds * 1_000_000)
  }
}
