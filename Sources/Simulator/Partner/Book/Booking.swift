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

/// How one booking is kept: about 90 bytes, texts that repeat by number.
struct Row: Sendable {
  var reference: String
  var transaction: UInt64
  var amount: Int64
  var createdAt: Instant
  var bookedAt: Instant
  var refunded: Int64 = 0
  var payer: Int32
  /// The row before under the same reference and kind; -1: none.
  var previous: Int32
  /// The row before of the same payer; -1: none.
  var previousOfPayer: Int32 = -1
  /// Of a refund or a return: the capture's row.
  var original: Int32 = -1
  /// How often this reference had been asked when it was made: with it the same random numbers are found again.
  var ordinal: Int32
  var currency: UInt8
  var kind: BookingKind
  var status: BookingStatus
  /// What `processing` will become.
  var destiny: BookingStatus
  var code: UInt8
  /// Whether the caller is told by notification.
  var notifies: Bool
}

/// What is known of one reference.
struct Slot: Sendable {
  /// The newest row; -1: none.
  var last: Int32 = -1
  /// Requests seen, whatever came of them.
  var asked: Int32 = 0
  /// Cancelled by key before anything happened: it never will.
  var cancelled = false
}
