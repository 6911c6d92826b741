import Kernel
import Store

/// What a batch of people gets by a rule, less what they got before.
struct RemedyPlan {
  private struct Planned {
    var affected: Int64
    var order: RemedyOrder
    /// All that was owed for the thing, of which the order is a share.
    var owed: Int64
    /// The remedy was carried out when less was known to be owed: the same one again, and not a second one.
    var isMore = false
  }

  private let rule: RemedyRule
  /// In the order of the rule's steps: whoever tells people comes after what they are told of.
  private var steps: [(remedy: any Remedy, orders: [Planned])] = []

  init(
    _ rule: RemedyRule, _ people: [(id: Int64, name: String)], cohort: Int64, _ parts: HarmParts, in change: Change
  ) throws {
    self.rule = rule
    let items = try Self.items(of: people.map(\.name), cohort, of: rule.incident, in: change.tx)
    let known = try Self.known(people.map(\.id), in: change.tx)
    let finder = try change.tx.row("SELECT finder FROM cohort WHERE id = \(cohort)")?.text("finder") ?? ""
    var gets: [Int64: [String: Int64]] = [:]
    for step in rule.steps {
      let remedy = try parts.remedy(step.remedy)
      var orders: [Planned] = []
      for person in people {
        func plan(about: String, owed: Int64 = 0, back: Int64 = 0, amount: Int64, unit: String) throws {
          let before = known[Key(person.id, step.remedy, about)]
          // What is under way comes to its end first: then somebody looks again.
          if let before, !before.isDone || before.owed >= owed { return }
          gets[person.id, default: [:]][unit, default: 0] += amount
          orders.append(
            Planned(
              affected: person.id,
              order: RemedyOrder(
                id: try before?.id ?? change.id(), incident: rule.incident, finder: finder, person: person.name,
                about: about, amount: amount, back: back, unit: unit),
              owed: owed, isMore: before != nil))
        }
        switch remedy.basis {
        case .items:
          for item in items[person.name] ?? [] {
            let amount = RemedyRule.Step.amount(owed: item.owed - item.back, percent: step.percent ?? 0)
            try plan(about: item.name, owed: item.owed, back: item.back, amount: amount, unit: item.unit)
          }
        case .person(let unit, _): try plan(about: "", amount: step.quantity ?? 0, unit: unit)
        case .words: try plan(about: "", amount: 0, unit: "")
        }
      }
      for index in orders.indices {
        orders[index].order.gets = (gets[orders[index].affected] ?? [:]).filter { !$0.key.isEmpty }
      }
      if !orders.isEmpty { steps.append((remedy, orders)) }
    }
  }

  private struct Item {
    var name: String
    var unit: String
    var owed: Int64
    var back: Int64
  }

  private static func items(
    of people: [String], _ cohort: Int64, of incident: Int64, in tx: Transaction
  ) throws -> [String: [Item]] {
    let rows = try tx.rows(
      """
      SELECT i.person, i.item, i.unit, i.amount, i.back FROM cohort_item AS i
        JOIN affected AS a ON a.incident = \(incident) AND a.person = i.person
      WHERE i.cohort = \(cohort) AND i.person \(in: people) AND NOT \(Affected.isShownUnharmed("a", item: "i.item"))
      ORDER BY i.person, i.item
      """)
    return try rows.reduce(into: [:]) {
      $0[try $1.text("person"), default: []].append(
        Item(
          name: try $1.text("item"), unit: try $1.text("unit"), owed: try $1.integer("amount"),
          back: try $1.integer("back")))
    }
  }

  private struct Key: Hashable {
    var affected: Int64
    var kind: String
    var about: String

    init(_ affected: Int64, _ kind: String, _ about: String) {
      (self.affected, self.kind, self.about) = (affected, kind, about)
    }
  }

  private struct Known {
    var id: Int64
    var owed: Int64
    var isDone: Bool
  }

  private static func known(_ people: [Int64], in tx: Transaction) throws -> [Key: Known] {
    try tx.rows("SELECT id, affected, kind, about, owed, state FROM remedy WHERE affected \(in: people)").reduce(
      into: [:]) {
        $0[Key(try $1.integer("affected"), try $1.text("kind"), try $1.text("about"))] = Known(
          id: try $1.integer("id"), owed: try $1.integer("owed"), isDone: try $1.text("state") == "done")
      }
  }

  private struct Limit: Hashable {
    var kind: String
    var unit: String
  }

  /// Takes what the batch may come to out of what was allowed: all of it, or nothing.
  /// - Returns: why it must not go on; nil: it may.
  func reserve(in change: Change) throws -> String? {
    var needed: [Limit: Int64] = [:]
    for step in steps {
      for order in step.orders.map(\.order) where order.amount > 0 {
        needed[Limit(kind: step.remedy.name, unit: order.unit), default: 0] += order.amount
      }
    }
    // In an order of their own: why it was stopped stands in the journal, and the same seed is the same life.
    let sums = needed.sorted { ($0.key.kind, $0.key.unit) < ($1.key.kind, $1.key.unit) }
    let left = try change.tx.rows(
      """
      SELECT kind, unit, allowed - spent AS unspent FROM remedy_total WHERE rule = \(rule.id) AND allowed IS NOT NULL
      ORDER BY kind, unit \(.forUpdate)
      """
    ).reduce(into: [Limit: Int64]()) {
      $0[Limit(kind: try $1.text("kind"), unit: try $1.text("unit"))] = try $1.integer("unspent")
    }
    for (limit, amount) in sums where amount > left[limit] ?? 0 {
      return "the limit of \(limit.kind) in \(limit.unit) would be passed"
    }
    for (limit, amount) in sums {
      try change.tx.execute(
        """
        UPDATE remedy_total SET spent = spent + \(amount)
        WHERE rule = \(rule.id) AND kind = \(limit.kind) AND unit = \(limit.unit)
        """)
    }
    return nil
  }

  private static let columns: [Column] = [
    .integer("id"), .integer("incident"), .integer("affected"), .integer("rule"), .text("kind"), .text("about"),
    .integer("amount"), .text("unit"), .text("state"), .integer("reference"), .text("evidence"), .text("code"),
    .integer("tells"), .integer("made_at"), .integer("ended_at"), .integer("owed"), .integer("planned"),
    .integer("back"),
  ]

  func begin(in change: Change) throws {
    for (remedy, orders) in steps {
      let starts = try remedy.begin(orders.map(\.order), in: change)
      guard starts.count == orders.count else {
        throw Refusal(.invalid, "badRemedy", "\(remedy.name) answered \(starts.count) of \(orders.count) orders.")
      }
      var told: [Bool: [Int64]] = [:]
      var (rows, again): ([[SQLValue]], [[SQLValue]]) = ([], [])
      for (planned, start) in zip(orders, starts) {
        let row = Self.row(planned, start, remedy, rule, change.now)
        if planned.isMore { again.append(row.values) } else { rows.append(row.values) }
        change.record(
          PersonFact(
            person: planned.order.person, incident: rule.incident, what: row.what, about: remedy.name,
            amount: row.amount, unit: planned.order.unit))
        if remedy.tells, let reached = row.reached { told[reached, default: []].append(planned.affected) }
      }
      try change.tx.insert(into: "remedy", Self.columns, rows: rows)
      _ = try change.tx.update(
        "remedy", Self.columns, rows: again,
        set: """
          rule = \(column: "rule"), amount = remedy.amount + \(column: "amount"), state = \(column: "state"),
          reference = \(column: "reference"), evidence = \(column: "evidence"), code = \(column: "code"),
          ended_at = \(column: "ended_at"), owed = \(column: "owed"), planned = \(column: "planned"),
          back = \(column: "back"), tries = remedy.tries + 1
          """, where: "remedy.id = \(column: "id")")
      for (reached, ids) in told {
        try Affected.contacted(ids, means: "mail", reached: reached, note: remedy.name, in: change)
      }
    }
  }

  private static func row(
    _ planned: Planned, _ start: RemedyStart, _ remedy: any Remedy, _ rule: RemedyRule, _ now: Instant
  ) -> (values: [SQLValue], what: String, amount: Int64, reached: Bool?) {
    let order = planned.order
    var (state, reference, evidence, code, end, reached) =
      ("underWay", nil as Int64?, nil as String?, nil as String?, nil as Instant?, nil as Bool?)
    var amount = order.amount
    switch start {
    case .underWay(let number, let real): (reference, amount) = (number, real)
    case .done(let proof, let real): (state, evidence, amount, end, reached) = ("done", proof, real, now, true)
    case .impossible(let why): (state, code, end, reached) = ("refused", why, now, false)
    }
    let values: [SQLValue] = [
      .integer(order.id), .integer(rule.incident), .integer(planned.affected), .integer(rule.id), .text(remedy.name),
      .text(order.about), .integer(amount), .text(order.unit), .text(state), reference.sqlValue, evidence.sqlValue,
      code.sqlValue, remedy.tells.sqlValue, now.sqlValue, end.sqlValue, .integer(planned.owed),
      .integer(order.amount), .integer(order.back),
    ]
    return (values, "remedy.\(state)", amount, reached)
  }
}
