import Kernel

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
  /// Of its reference; a return has that of its capture.
  var slot: Int32
  var currency: UInt8
  var kind: BookingKind
  var status: BookingStatus
  /// What `processing` will become.
  var destiny: BookingStatus
  var code: UInt8
  /// Whether the caller is told by notification.
  var notifies: Bool
}

/// What is known of one reference, charges and refunds apart.
struct Slot: Sendable {
  /// The newest row; -1: none.
  var last: Int32 = -1
  /// Requests seen, whatever came of them.
  var asked: Int32 = 0
  /// Cancelled by key before anything happened: it never will.
  var cancelled = false
}

/// The references of one kind by number: one look-up a request, however often its slot is needed.
struct Slots: Sendable {
  private var numbers: [String: Int32] = [:]
  private(set) var all: [Slot] = []

  mutating func reserve(_ count: Int) {
    numbers.reserveCapacity(count)
    all.reserveCapacity(count)
  }

  subscript(number: Int32) -> Slot {
    get { all[Int(number)] }
    _modify { yield &all[Int(number)] }
  }

  func known(_ reference: String) -> Slot? { numbers[reference].map { all[Int($0)] } }

  mutating func number(_ reference: String) -> Int32 {
    let number = Self.pick(&numbers[reference, default: -1], Int32(all.count))
    if number == all.count { all.append(Slot()) }
    return number
  }

  /// The same, and counts the request.
  mutating func claim(_ reference: String) -> Int32 {
    let number = number(reference)
    all[Int(number)].asked += 1
    return number
  }

  private static func pick(_ number: inout Int32, _ next: Int32) -> Int32 {
    if number < 0 { number = next }
    return number
  }
}
