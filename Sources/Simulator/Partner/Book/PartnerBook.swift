import Kernel

/// The partner's own truth: what it really captured and gave back, whatever it told anybody.
///
/// A state machine without clock, timer or thread: time is handed in, and what happens to a request follows from (seed,
/// reference, how often it was asked) alone — except for `throttlePerSecond` and `capacityPerHour`, which depend on
/// the order in which requests come. Time that goes backwards is taken as standing still. Every operation is O(1), a due
/// notification O(log n); `list` and the censuses read everything. A booking takes about 300 bytes, its texts included.
public struct PartnerBook: Sendable {
  public let partner: String
  public let seed: UInt64
  public internal(set) var counters = Counters()
  public internal(set) var schedule: DialSchedule
  /// The day that has the statement number 1.
  public internal(set) var openedDay: Int32
  /// The latest time that was handed in.
  public internal(set) var clock: Instant

  var dials: Dials
  var dialsUntil: Instant
  var rows: [Row] = []
  var charges = Slots()
  var refunds = Slots()
  var byTransaction: [UInt64: Int32] = [:]
  var payerNumbers: [String: Int32] = [:]
  var payers: [Payer] = []
  var currencies = Names()
  var codes = Names()
  var details: [Int32: BookingDetails] = [:]
  var totals: [Totals.Sums] = []
  var changes = MinHeap<Change>()
  var notices = MinHeap<Notice>()
  var order: UInt64 = 0
  var hour: Int64 = .min
  var noticesThisHour = 0
  var second: Int64 = .min
  var requestsThisSecond = 0
  var statementDays: [Int32: [Int32]] = [:]
  var downloads: [Int32: Int32] = [:]
  let keepsFacts: Bool
  var facts: [Fact] = []
  /// Sent before a restart; empty but for the first moments after one.
  var delivered: Set<Delivered> = []

  /// - Parameters:
  ///   - keepsFacts: collects a `Fact` for each change, to be taken with `takeFacts` and written to a file.
  ///   - expecting: about how many charges will come; only a matter of speed.
  public init(
    partner: String = "demo", seed: UInt64, opened: Instant, schedule: DialSchedule = DialSchedule(),
    keepsFacts: Bool = false, expecting: Int = 0
  ) {
    self.partner = partner
    self.seed = seed
    self.schedule = schedule
    self.keepsFacts = keepsFacts
    openedDay = Timestamp.day(opened)
    clock = opened
    (dials, dialsUntil) = schedule.current(at: opened)
    rows.reserveCapacity(expecting)
    charges.reserve(expecting)
    byTransaction.reserveCapacity(expecting)
  }

  /// New dials from now on; what is already planned stays as it is.
  public mutating func turn(_ schedule: DialSchedule, now: Instant) {
    advance(to: now)
    self.schedule = schedule
    (dials, dialsUntil) = schedule.current(at: clock)
  }

  /// Lets everything happen that is due by `now`: asynchronous payments settle, banks take money back.
  public mutating func advance(to now: Instant) {
    while let change = changes.first, change.at <= now {
      _ = changes.removeFirst()
      setClock(change.at)
      carryOut(change)
    }
    setClock(now)
  }

  private mutating func setClock(_ now: Instant) {
    if now > clock { clock = now }
    if clock >= dialsUntil { (dials, dialsUntil) = schedule.current(at: clock) }
  }

  /// Something that will happen by itself.
  struct Change: Comparable, Sendable {
    enum What { case settles, isReturned }
    var at: Instant
    var order: UInt64
    var row: Int32
    var what: What

    static func < (a: Change, b: Change) -> Bool { (a.at, a.order) < (b.at, b.order) }
  }

  mutating func plan(_ what: Change.What, _ row: Int32, at: Instant) {
    order += 1
    changes.insert(Change(at: at, order: order, row: row, what: what))
  }

  private mutating func carryOut(_ change: Change) {
    switch change.what {
    case .settles: if rows[Int(change.row)].status == .processing { settle(change.row, at: change.at) }
    case .isReturned: giveBack(change.row, at: change.at)
    }
  }
}

/// What the partner counted, for tests and for the admin page.
public struct Counters: Sendable, Codable, Equatable {
  public var requests = 0
  public var down = 0
  public var throttled = 0
  public var failedBefore = 0
  public var replayed = 0
  public var declined = 0
  public var answersSpoiled = 0
  public var noticesPlanned = 0
  public var noticesLost = 0
  public var noticesDoubled = 0
  /// Requests for which money was taken twice.
  public var chargedTwice = 0
  /// Declines that were captured all the same.
  public var changedMind = 0
}

/// Texts that occur often, by number. At most 255: more would be a caller's mistake, they share the last number.
struct Names: Sendable {
  private(set) var names: [String] = []

  mutating func number(_ name: String) -> UInt8 {
    if let known = names.firstIndex(of: name) { return UInt8(known) }
    guard names.count < 255 else { return 254 }
    names.append(name)
    return UInt8(names.count - 1)
  }

  subscript(number: UInt8) -> String { names[Int(number)] }
}
