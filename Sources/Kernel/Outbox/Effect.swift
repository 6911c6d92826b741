import Store

/// Where an effect on the outside world stands. The order of `rank` is the order of knowledge: evidence may raise it and
/// never lower it, so that late, doubled and reordered messages give the same end.
public enum EffectState: String, Sendable, CaseIterable {
  /// Written down; no byte has left.
  case prepared
  /// Bytes may have left; the outcome is not recorded yet.
  case sent
  /// We do not know.
  case unknown
  /// The counterpart took it and will say what became of it.
  case pending
  /// It did not happen.
  case refused
  /// It was cancelled, confirmed.
  case cancelled
  /// It happened.
  case done
  /// It happened, and another one for the same slot counts: to be given back.
  case surplus

  public var rank: Int {
    switch self {
    case .prepared: 0
    case .sent: 1
    case .unknown: 2
    case .pending: 3
    case .refused, .cancelled: 5
    case .done, .surplus: 6
    }
  }

  public var isFinal: Bool { rank >= 5 }

  /// It may still happen, or it has: its slot is taken.
  public var isLive: Bool { rank < 5 || self == .done }
}

/// An effect to be: what a command hands to the outbox.
public struct NewEffect: Sendable {
  public var lane: String
  public var kind: String
  /// What may happen once: `obligation:42`. One live effect per slot, held by a unique index.
  public var slot: String
  public var payload: String
  /// Not before this; `nil`: at once.
  public var dueAt: Instant?
  /// Given by the caller where it must appear elsewhere too.
  public var reference: String?

  public init(
    lane: String, kind: String, slot: String, payload: String, dueAt: Instant? = nil, reference: String? = nil
  ) {
    self.lane = lane
    self.kind = kind
    self.slot = slot
    self.payload = payload
    self.dueAt = dueAt
    self.reference = reference
  }
}

/// An effect as it stands in the database.
public struct Effect: Sendable {
  public var id: Int64
  public var lane: String
  public var kind: String
  public var slot: String
  public var reference: String
  public var payload: String
  public var state: EffectState
  public var preparedAt: Instant
  public var sentAt: Instant?
  /// When it was last repeated under its reference.
  public var resentAt: Instant?
  public var tries: Int
  public var asked: Int
  public var absent: Int
  /// The counterpart's own id of it, once an answer gave it.
  public var partnerID: String?

  public static let columns: StaticString =
    """
    effect.id, effect.lane, effect.kind, effect.slot, effect.reference, effect.payload, effect.state, effect.prepared_at,
    effect.sent_at, effect.resent_at, effect.tries, effect.asked, effect.absent, effect.partner_id
    """

  public init(_ row: Row) throws {
    id = try row.integer("id")
    lane = try row.text("lane")
    kind = try row.text("kind")
    slot = try row.text("slot")
    reference = try row.text("reference")
    payload = try row.text("payload")
    state = EffectState(rawValue: try row.text("state")) ?? .unknown
    preparedAt = try row.instant("prepared_at")
    sentAt = try row.instantOrNull("sent_at")
    resentAt = try row.instantOrNull("resent_at")
    tries = try row.int("tries")
    asked = try row.int("asked")
    absent = try row.int("absent")
    partnerID = try row.textOrNull("partner_id")
  }

  /// The number behind `obligation:42`.
  public var slotNumber: Int64 {
    guard let colon = slot.utf8.lastIndex(of: UInt8(ascii: ":")) else { return 0 }
    return Int64(slot[slot.utf8.index(after: colon)...]) ?? 0
  }

  public var order: Order { .init(reference: reference, kind: kind, payload: payload, preparedAt: preparedAt) }
}

/// What a part does when it is known what became of its effects. Called inside the transaction that saves it, for many at once.
public protocol EffectHandler: Sendable {
  var kind: String { get }
  /// Whether a second effect of this kind does no harm, so that one may be repeated although nobody promises to answer
  /// with the first result. Never true of money.
  var mayHappenTwice: Bool { get }
  /// Whether it leaves although its lane is stopped: what gives back harms nobody, and somebody waits for it.
  var leavesStoppedLane: Bool { get }
  func changed(_ outcomes: [EffectNews], in change: Change) throws
}

extension EffectHandler {
  public var mayHappenTwice: Bool { false }
  public var leavesStoppedLane: Bool { false }
}

/// One piece of news about one effect.
public struct EffectNews: Sendable {
  public var effect: Effect
  /// The state the effect has now.
  public var state: EffectState
  /// Whether this news changed the state. A second capture under one reference does not, and still matters.
  public var isNew: Bool
  public var verdict: Verdict
  public var code: String?
  public var partnerID: String?
  public var amount: Int64?
  public var currency: String?
  public var evidence: Int64
}
