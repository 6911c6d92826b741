import Kernel
import Store

/// What a batch of people gets by a rule, less what they got before.
struct RemedyPlan {
  private struct Planned {
    var affected: Int64
    var order: RemedyOrder
  }

  private let rule: RemedyRule
  /// In the order of the rule's steps: whoever tells people comes after what they are told of.
  private var steps: [(remedy: any Remedy, orders: [Planned])] = []

  init(
    _ rule: RemedyRule, _ people: [(id: Int64, name: String)], cohort: Int64, _ parts: HarmParts, in change: Change
  ) throws {
    self.rule = rule
    let items = try Self.items(of: people.map(\.name), cohort, in: change.tx)
    let known = try Self.known(people.map(\.id), in: change.tx)
    let finder = try change.tx.row("SELECT finder FROM cohort WHERE id = \(cohort)")?.text("finder") ?? ""
    var gets: [Int64: [String: Int64]] = [:]
    for step in rule.steps {
      let remedy = try parts.remedy(step.remedy)
      var orders: [Planned] = []
      for person in people {
        func plan(about: String, amount: Int64, unit: String) throws {
          guard !known.contains(Key(person.id, step.remedy, about)) else { return }
          gets[person.id, default: [:]][unit, default: 0] += amount
          orders.append(
            Planned(
              affected: person.id,
              order: RemedyOrder(
                id: try change.id(), incident: rule.incident, finder: finder, person: person.name, about: about,
                amount: amount, unit: unit)))
        }
        switch remedy.basis {
        case .items:
          for item in items[person.name] ?? [] {
            let amount = RemedyRule.Step.amount(owed: item.owed, percent: step.percent ?? 0)
            try plan(about: item.name, amount: amount, unit: item.unit)
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
  }

  private static func items(of people: [String], _ cohort: Int64, in tx: Transaction) throws -> [String: [Item]] {
    let rows = try tx.rows(
      """
      SELECT person, item, unit, amount - back AS owed FROM cohort_item
      WHERE cohort = \(cohort) AND person \(in: people) ORDER BY person, item
      """)
    return try rows.reduce(into: [:]) {
      $0[try $1.text("person"), default: []].append(
        Item(name: try $1.text("item"), unit: try $1.text("unit"), owed: try $1.integer("owed")))
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

  private static func known(_ people: [Int64], in tx: Transaction) throws -> Set<Key> {
    Set(
      try tx.rows("SELECT affected, kind, about FROM remedy WHERE affected \(in: people)").map {
        Key(try $0.integer("affected"), try $0.text("kind"), try $0.text("about"))
      })
  }

  /// Takes what the batch may come to out of what was allowed.
  /// - Returns: why it must not go on; nil: it may.
  func reserve(in change: Change) throws -> String? {
    for step in steps {
      var sums: [String: Int64] = [:]
      for planned in step.orders { sums[planned.order.unit, default: 0] += planned.order.amount }
      for (unit, amount) in sums.sorted(by: { $0.key < $1.key }) where amount > 0 {
        let taken = try change.tx.execute(
          """
          UPDATE remedy_total SET spent = spent + \(amount)
          WHERE rule = \(rule.id) AND kind = \(step.remedy.name) AND unit = \(unit) AND spent + \(amount) <= allowed
          """)
        if taken == 0 { return "the limit of \(step.remedy.name) in \(unit) would be passed" }
      }
    }
    return nil
  }

  private static let columns: [Column] = [
    .integer("id"), .integer("incident"), .integer("affected"), .integer("rule"), .text("kind"), .text("about"),
    .integer("amount"), .text("unit"), .text("state"), .integer("reference"), .text("evidence"), .text("code"),
    .integer("tells"), .integer("made_at"), .integer("ended_at"),
  ]

  func begin(in change: Change) throws {
    for (remedy, orders) in steps {
      let starts = try remedy.begin(orders.map(\.order), in: change)
      guard starts.count == orders.count else {
        throw Refusal(.invalid, "badRemedy", "\(remedy.name) answered \(starts.count) of \(orders.count) orders.")
      }
      var told: [Bool: [Int64]] = [:]
      var rows: [[SQLValue]] = []
      for (planned, start) in zip(orders, starts) {
        let row = Self.row(planned, start, remedy, rule, change.now)
        rows.append(row.values)
        change.record(
          PersonFact(
            person: planned.order.person, incident: rule.incident, what: row.what, about: remedy.name,
            amount: row.amount, unit: planned.order.unit))
        if remedy.tells, let reached = row.reached { told[reached, default: []].append(planned.affected) }
      }
      try change.tx.insert(into: "remedy", Self.columns, rows: rows)
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
      code.sqlValue, remedy.tells.sqlValue, now.sqlValue, end.sqlValue,
    ]
    return (values, "remedy.\(state)", amount, reached)
  }
}
