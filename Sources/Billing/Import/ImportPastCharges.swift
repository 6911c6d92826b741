import Kernel
import Store

/// A charge of another system, as its partner's book has it: before the service came here.
package struct PastCharge: Sendable {
  /// The customer's reference.
  package var customer: String
  /// The period it was for, counted from 0, with its bounds.
  package var period: Int64
  package var starts: Instant
  package var ends: Instant
  package var lane: String
  /// The partner's own number.
  package var transaction: String
  /// The other system's reference, by which statements name it.
  package var reference: String?
  package var amount: Int64
  package var currency: String
  package var at: Instant

  package init(
    customer: String, period: Int64, starts: Instant, ends: Instant, lane: String, transaction: String,
    reference: String? = nil, amount: Int64, currency: String, at: Instant
  ) {
    self.customer = customer
    self.period = period
    self.starts = starts
    self.ends = ends
    self.lane = lane
    self.transaction = transaction
    self.reference = reference
    self.amount = amount
    self.currency = currency
    self.at = at
  }
}

/// Brings in what was taken before, so that it can be looked at and given back. Of several charges for one period the first counts;
/// the others are surplus, and nobody's money moves by itself: what becomes of the past is for people to decide.
package struct ImportPastCharges: Sendable {
  let kernel: Kernel
  package static let chunk = 5_000

  package init(kernel: Kernel) { self.kernel = kernel }

  package struct Report: Sendable, Equatable {
    package var saved = 0
    /// Beyond the first of a period.
    package var surplus = 0
    /// Of people, or by partners, that are not here.
    package var foreign = 0

    package init() {}
  }

  /// Saves a chunk in one transaction; what is there already is left as it is, so that it can be run again.
  package func save(_ charges: [PastCharge], by actor: Actor) async throws -> Report {
    try await kernel.change(by: actor, canRepeat: true, ids: charges.count * 4) { change in
      try Self.save(charges.sorted { ($0.at, $0.transaction) < ($1.at, $1.transaction) }, in: change)
    }
  }

  private struct Owner {
    var subscription: Int64
    var customer: Int64
  }

  private static let obligationColumns: [Column] = [
    .integer("id"), .integer("subscription"), .integer("customer"), .text("lane"), .integer("period"),
    .integer("period_start"), .integer("period_end"), .integer("amount"), .text("currency"), .text("state"),
    .integer("opened_at"), .integer("ended_at"),
  ]
  private static let evidenceColumns: [Column] = [
    .integer("id"), .text("lane"), .text("source"), .text("event_id"), .text("partner_id"), .text("says"),
    .integer("amount"), .text("currency"), .integer("occurred_at"), .integer("received_at"), .text("state"),
    .blob("raw"),
  ]
  private static let captureColumns: [Column] = [
    .integer("id"), .integer("obligation"), .integer("customer"), .integer("effect"), .text("lane"),
    .text("partner_id"),
    .integer("amount"), .text("currency"), .text("role"), .integer("at"), .integer("evidence"), .text("reference"),
  ]

  private static func save(_ charges: [PastCharge], in change: Change) throws -> Report {
    var report = Report()
    let owners = try owners(of: charges, in: change.tx)
    let known = try known(charges, in: change.tx)
    let ours = charges.filter { owners[$0.customer] != nil && !known.contains($0.transaction) }
    report.foreign = charges.count { owners[$0.customer] == nil }
    guard !ours.isEmpty else { return report }
    try owe(ours, owners, in: change)
    var obligations = try obligations(of: ours, owners, in: change.tx)
    let (captures, evidence) = (try change.ids(ours.count), try change.ids(ours.count))
    var (rows, said): ([[SQLValue]], [[SQLValue]]) = ([], [])
    for ((capture, proof), charge) in zip(zip(captures, evidence), ours) {
      guard let owner = owners[charge.customer] else { continue }
      let key = Key(owner.subscription, charge.starts)
      guard let obligation = obligations[key] else { continue }
      let counts = !obligation.isSettled
      obligations[key]?.isSettled = true
      rows.append([
        .integer(capture), .integer(obligation.id), .integer(owner.customer), .integer(0), .text(charge.lane),
        .text(charge.transaction), .integer(charge.amount), .text(charge.currency), .text(counts ? "due" : "surplus"),
        charge.at.sqlValue, .integer(proof), charge.reference.sqlValue,
      ])
      said.append([
        .integer(proof), .text(charge.lane), .text("statement"), .text("history/\(charge.transaction)"),
        .text(charge.transaction), .text("done"), .integer(charge.amount), .text(charge.currency), charge.at.sqlValue,
        change.now.sqlValue, .text("applied"), .blob([]),
      ])
      report.saved += 1
      guard !counts else { continue }
      report.surplus += 1
      change.record(
        SurplusFound(
          customer: owner.customer, obligation: obligation.id, capture: capture, amount: charge.amount,
          currency: charge.currency))
    }
    try change.tx.insert(into: "evidence", evidenceColumns, rows: said)
    try change.tx.insert(into: "capture", captureColumns, rows: rows)
    try Chargeback.paid(Set(obligations.values.map(\.id)).sorted(), in: change)
    for (lane, list) in Dictionary(grouping: ours, by: \.lane).sorted(by: { $0.key < $1.key }) {
      change.record(PastChargesImported(lane: lane, count: Int64(list.count)))
    }
    return report
  }

  /// The first subscription of each customer: what came before this service had one.
  private static func owners(of charges: [PastCharge], in tx: Transaction) throws -> [String: Owner] {
    let rows = try tx.rows(
      """
      SELECT c.reference, c.id AS customer, min(s.id) AS subscription FROM customer AS c
      JOIN subscription AS s ON s.customer = c.id
      WHERE c.reference \(in: Set(charges.map(\.customer)).sorted()) GROUP BY c.reference, c.id
      """)
    return try rows.reduce(into: [:]) {
      $0[try $1.text("reference")] = Owner(
        subscription: try $1.integer("subscription"), customer: try $1.integer("customer"))
    }
  }

  private static func known(_ charges: [PastCharge], in tx: Transaction) throws -> Set<String> {
    try Dictionary(grouping: charges, by: \.lane).reduce(into: []) { known, group in
      let rows = try tx.rows(
        "SELECT partner_id FROM capture WHERE lane = \(group.key) AND partner_id \(in: group.value.map(\.transaction))")
      for row in rows { known.insert(try row.text("partner_id")) }
    }
  }

  private static func owe(_ charges: [PastCharge], _ owners: [String: Owner], in change: Change) throws {
    var seen: Set<Key> = []
    var rows: [[SQLValue]] = []
    let ids = try change.ids(charges.count)
    for (id, charge) in zip(ids, charges) {
      guard let owner = owners[charge.customer], seen.insert(Key(owner.subscription, charge.starts)).inserted else {
        continue
      }
      rows.append([
        .integer(id), .integer(owner.subscription), .integer(owner.customer), .text(charge.lane),
        .integer(charge.period),
        charge.starts.sqlValue, charge.ends.sqlValue, .integer(charge.amount), .text(charge.currency), .text("settled"),
        charge.at.sqlValue, charge.at.sqlValue,
      ])
    }
    try change.tx.insert(into: "obligation", obligationColumns, rows: rows, onConflict: .ignore)
  }

  private struct Key: Hashable {
    var subscription: Int64
    var starts: Instant

    init(_ subscription: Int64, _ starts: Instant) { (self.subscription, self.starts) = (subscription, starts) }
  }

  private struct Owed {
    var id: Int64
    var isSettled: Bool
  }

  private static func obligations(
    of charges: [PastCharge], _ owners: [String: Owner], in tx: Transaction
  ) throws -> [Key: Owed] {
    let starts = charges.map(\.starts)
    guard let first = starts.min(), let last = starts.max() else { return [:] }
    let rows = try tx.rows(
      """
      SELECT o.id, o.subscription, o.period_start,
        EXISTS (SELECT 1 FROM capture AS c WHERE c.obligation = o.id AND c.role = 'due') AS settled
      FROM obligation AS o WHERE o.subscription \(in: Set(owners.values.map(\.subscription)).sorted())
        AND o.period_start >= \(first) AND o.period_start <= \(last)
      """)
    return try rows.reduce(into: [:]) {
      $0[Key(try $1.integer("subscription"), try $1.instant("period_start"))] = Owed(
        id: try $1.integer("id"), isSettled: try $1.bool("settled"))
    }
  }
}

struct PastChargesImported: Fact {
  static let kind = "pastChargesImported"
  let lane: String
  let count: Int64
  var subject: String { "lane:\(lane)" }
  var body: FactBody { ["count": .number(count)] }
}
