import Kernel

/// What the partner does with one request: what happened, and what of it reaches the caller.
public struct Answer: Sendable, Equatable {
  /// `nil`: nothing happened at the partner.
  public var outcome: Outcome?
  public var delivery: Delivery
  /// How long the caller waits for it.
  public var latency: Span

  public init(_ outcome: Outcome?, _ delivery: Delivery, latency: Span = .seconds(0)) {
    self.outcome = outcome
    self.delivery = delivery
    self.latency = latency
  }
}

public enum Outcome: Sendable, Equatable {
  /// A booking, new or the one made at an earlier request under the same reference.
  case booking(Booking)
  case declined(code: String)
  /// Nothing was known under this reference, and nothing will ever happen under it.
  case cancelled
  case rejected(Rejection)
}

/// A request that cannot be carried out as it is.
public enum Rejection: Error, Sendable, Equatable {
  /// The same reference with another amount, currency or payer.
  case conflict
  /// Its reference was cancelled before.
  case cancelled
  case unknownTransaction
  /// The capture to refund is not `succeeded`.
  case notCaptured
  /// More than is left, or another currency.
  case notRefundable
  /// Too late to cancel.
  case alreadyFinal
}

/// How an answer travels.
public enum Delivery: Sendable, Equatable {
  case prompt
  /// Right, but after so long that the caller has given up.
  case late
  case serverError
  case garbage
  case reset
  case throttled
  /// `Dials.Outage.refused`.
  case notAccepted
  /// `Dials.Outage.unavailable`.
  case unavailable
}

/// A charge as it is asked for.
public struct ChargeRequest: Sendable, Equatable {
  /// Our reference; CAMARA's `clientCorrelator`.
  public var reference: String
  /// Minor units, greater than zero.
  public var amount: Int64
  public var currency: String
  /// Who pays: a phone number, a mandate.
  public var method: String
  /// Whether the reference is a key. Without, a repeat is always a second charge.
  public var keyed: Bool
  /// Whether the partner tells the result by notification.
  public var notifies: Bool
  /// Whether a decline is told in the answer, or shows only by the booking's absence from the statement.
  public var answersDeclines: Bool
  public var details: BookingDetails?

  public init(
    reference: String, amount: Int64, currency: String, method: String, keyed: Bool = true, notifies: Bool = true,
    answersDeclines: Bool = true, details: BookingDetails? = nil
  ) {
    self.reference = reference
    self.amount = amount
    self.currency = currency
    self.method = method
    self.keyed = keyed
    self.notifies = notifies
    self.answersDeclines = answersDeclines
    self.details = details
  }
}

/// A refund as it is asked for.
public struct RefundRequest: Sendable, Equatable {
  public var reference: String
  /// The capture's transaction.
  public var transaction: String
  /// Minor units; `nil`: all that is left.
  public var amount: Int64?
  /// `nil`: the capture's.
  public var currency: String?
  public var keyed: Bool
  public var notifies: Bool
  public var details: BookingDetails?

  public init(
    reference: String, transaction: String, amount: Int64?, currency: String? = nil, keyed: Bool = true,
    notifies: Bool = true, details: BookingDetails? = nil
  ) {
    self.reference = reference
    self.transaction = transaction
    self.amount = amount
    self.currency = currency
    self.keyed = keyed
    self.notifies = notifies
    self.details = details
  }
}

/// What a query shows: nothing, one booking, or several where a reference was charged several times; oldest first.
public struct Finding: Sendable, Equatable {
  public var bookings: [Booking]
  public var delivery: Delivery
  public var latency: Span
}
