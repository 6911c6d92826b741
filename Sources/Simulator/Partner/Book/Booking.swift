import Kernel

/// What kind of money movement a booking is.
public enum BookingKind: String, Sendable, Codable, CaseIterable {
  /// Money taken from the payer.
  case capture
  /// Given back at our request.
  case refund
  /// Taken back by the payer's bank.
  case `return`

  var prefix: String {
    switch self {
    case .capture: "pay-"
    case .refund: "ref-"
    case .return: "ret-"
    }
  }
}

/// CAMARA's `paymentStatus`, plus what it has no word for.
public enum BookingStatus: String, Sendable, Codable {
  case processing, reserved, succeeded, denied, cancelled
  /// Refused in the answer: CAMARA creates no payment then. Kept only so that a repeat gets the same answer.
  case refused
}

/// One booking as the partner shows it.
public struct Booking: Sendable, Equatable {
  /// The partner's own id, unique for ever.
  public var transaction: String
  public var kind: BookingKind
  public var status: BookingStatus
  /// Ours: the key under which it was asked for.
  public var reference: String
  /// The method that was charged: a phone number, a mandate.
  public var payer: String
  /// Minor units, greater than zero.
  public var amount: Int64
  public var currency: String
  public var createdAt: Instant
  /// When it became final; `nil` while `processing`.
  public var bookedAt: Instant?
  /// Of a denial or a refusal.
  public var code: String?
  /// Of a refund or a return: the capture's transaction.
  public var original: String?
  /// Of a capture: given back so far, in minor units, refunds under way included.
  public var refunded: Int64
}

/// What the HTTP form must show again, or needs later. Not kept for in-process charges, so that a million stay small.
public struct BookingDetails: Sendable, Equatable, Codable {
  /// CAMARA's `referenceCode`, where it differs from the key.
  public var referenceCode: String?
  public var description: String
  public var merchant: String?
  public var sink: Sink?

  public init(referenceCode: String? = nil, description: String, merchant: String? = nil, sink: Sink? = nil) {
    self.referenceCode = referenceCode
    self.description = description
    self.merchant = merchant
    self.sink = sink
  }
}

/// Where notifications go: CAMARA's `sink` and its `sinkCredential.accessToken`.
public struct Sink: Sendable, Hashable, Codable {
  public var url: String
  public var token: String?

  public init(url: String, token: String?) { (self.url, self.token) = (url, token) }
}
