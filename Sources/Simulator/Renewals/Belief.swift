import Kernel
import Store

/// What the engine believes at the end of a life, as its tables say it.
struct Belief: Sendable {
  struct Key: Hashable, Sendable {
    var lane: String
    var transaction: String
    init(_ lane: String, _ transaction: String) { (self.lane, self.transaction) = (lane, transaction) }
  }

  struct BelievedEffect: Sendable {
    var id: Int64
    var lane: String
    var kind: String
    var slot: String
    var reference: String
    var state: String
    var owner: String?
  }

  struct BelievedCapture: Sendable {
    var id: Int64
    var obligation: Int64
    var lane: String
    var transaction: String
    var amount: Int64
    var role: String
    var givenBack: Int64
    var takenBack: Int64
    var at: Instant
    var refunds: [BelievedRefund] = []
  }

  struct BelievedRefund: Sendable {
    var id: Int64
    var amount: Int64
    var state: String
    var isSurplus: Bool
    var isParked: Bool
    /// When the order that came to its end first left, or the last one that did.
    var sentAt: Instant?
  }

  struct BelievedChargeback: Sendable {
    var obligation: Int64
    var capture: Int64?
    var amount: Int64
    var heardAt: Instant
    var owner: String?
  }

  struct BelievedObligation: Sendable {
    var id: Int64
    var amount: Int64
    var state: String
  }

  private(set) var effects: [String: BelievedEffect] = [:]
  private(set) var captures: [Key: BelievedCapture] = [:]
  private(set) var obligations: [BelievedObligation] = []
  private(set) var chargebacks: [Key: BelievedChargeback] = [:]
  /// Messages that belong to nothing that is known.
  private(set) var waiting: Set<Key> = []
  /// The names of alerts that are open.
  private(set) var alerts: Set<String> = []

  init(_ store: Store) async throws {
    self = try await store.read { tx in try Belief(tx) }
  }

  private init(_ tx: Transaction) throws {
    for row in try tx.rows("SELECT id, lane, kind, slot, reference, state, owner FROM effect") {
      let reference = try row.text("reference")
      effects[reference] = BelievedEffect(
        id: try row.integer("id"), lane: try row.text("lane"), kind: try row.text("kind"), slot: try row.text("slot"),
        reference: reference, state: try row.text("state"), owner: try row.textOrNull("owner"))
    }
    let parked = Set(effects.values.filter { $0.owner != nil }.map(\.slot))
    var refunds: [Int64: [BelievedRefund]] = [:]
    let sent = try tx.rows(
      "SELECT slot, max(sent_at) AS sent_at FROM effect WHERE kind = 'refund' AND sent_at IS NOT NULL GROUP BY slot"
    ).reduce(into: [String: Instant]()) { $0[try $1.text("slot")] = try $1.instant("sent_at") }
    for row in try tx.rows("SELECT id, capture, amount, state, cause FROM refund ORDER BY id") {
      let slot = "refund:\(try row.integer("id"))"
      refunds[try row.integer("capture"), default: []].append(
        BelievedRefund(
          id: try row.integer("id"), amount: try row.integer("amount"), state: try row.text("state"),
          isSurplus: try row.text("cause") == "surplus", isParked: parked.contains(slot), sentAt: sent[slot]))
    }
    for row in try tx.rows("SELECT lane, partner_id, obligation, capture, amount, heard_at, owner FROM chargeback") {
      chargebacks[Key(try row.text("lane"), try row.text("partner_id"))] = BelievedChargeback(
        obligation: try row.integer("obligation"), capture: try row.integerOrNull("capture"),
        amount: try row.integer("amount"), heardAt: try row.instant("heard_at"), owner: try row.textOrNull("owner"))
    }
    for row in try tx.rows(
      "SELECT id, obligation, lane, partner_id, amount, role, given_back, taken_back, at FROM capture")
    {
      let id = try row.integer("id")
      let capture = BelievedCapture(
        id: id, obligation: try row.integer("obligation"), lane: try row.text("lane"),
        transaction: try row.text("partner_id"), amount: try row.integer("amount"), role: try row.text("role"),
        givenBack: try row.integer("given_back"), takenBack: try row.integer("taken_back"), at: try row.instant("at"),
        refunds: refunds[id] ?? [])
      captures[Key(capture.lane, capture.transaction)] = capture
    }
    obligations = try tx.rows("SELECT id, amount, state FROM obligation ORDER BY id").map {
      BelievedObligation(id: try $0.integer("id"), amount: try $0.integer("amount"), state: try $0.text("state"))
    }
    for row in try tx.rows("SELECT lane, partner_id FROM evidence WHERE state = 'waiting' AND partner_id IS NOT NULL") {
      waiting.insert(Key(try row.text("lane"), try row.text("partner_id")))
    }
    alerts = Set(try tx.rows("SELECT DISTINCT name FROM alert WHERE cleared_at IS NULL").map { try $0.text("name") })
  }
}
