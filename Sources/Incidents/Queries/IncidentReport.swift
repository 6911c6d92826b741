import Foundation
import Kernel
import Store

/// One incident, whole: for the terminal, and as JSON for whoever supervises. People are numbers, nobody is named.
package struct IncidentReport: Encodable, Sendable {
  package struct Moment: Encodable, Sendable {
    package var at: String
    package var actor: String
    package var what: String
    package var text: String
    /// The number of the fact in the journal.
    package var fact: String?
  }

  package struct Stop: Encodable, Sendable {
    package var containment: Int64
    package var kind: String
    package var target: String
    package var reason: String
    package var at: String
    package var undone: String?
  }

  package struct Version: Encodable, Sendable {
    package var cohort: Int64
    package var n: Int64
    package var finder: String
    package var from: String
    package var until: String
    package var parameters: [String: String]
    package var reason: String
    package var state: String
    package var people: Int64?
    package var items: Int64?
    package var added: Int64?
    package var removed: Int64?
    package var approvedBy: String?
  }

  package struct Rule: Encodable, Sendable {
    package var rule: Int64
    package var n: Int64
    package var state: String
    package var steps: [String]
    package var assumptions: String
    package var approvedBy: String?
    package var stopped: String?
    package var totals: [Total]
  }

  package struct Total: Encodable, Sendable {
    package var remedy: String
    package var unit: String
    package var people: Int
    package var amount: Int64
    package var most: Int64
    package var allowed: Int64?
    package var spent: Int64
  }

  package struct Lesson: Encodable, Sendable {
    package var context: String
    package var failed: String
    package var did: String
    package var learned: String
    package var differently: String
    package var closed: String?
  }

  package struct Action: Encodable, Sendable {
    package var action: Int64
    package var text: String
    package var owner: String
    package var due: String
    /// `test Nobody is charged twice`.
    package var control: String?
    package var doneBy: String?
    package var seenBy: String?
  }

  package struct Remedies: Encodable, Sendable {
    package var remedy: String
    package var state: String
    package var unit: String
    package var count: Int
    package var amount: Int64
  }

  package var incident: Int64
  package var title: String
  package var about: String
  package var kind: String
  package var severity: Int
  package var state: String
  package var began: String
  package var noticed: String
  package var contained: String?
  package var closed: String?
  /// So many in a hundred are to be whole, by a date.
  package var target: Int?
  package var targetBy: String?
  package var told: [String]
  package var notTold: [String]
  package var containments: [Stop]
  package var cohorts: [Version]
  package var people: [String: Int]
  package var rules: [Rule]
  package var remedies: [Remedies]
  /// What stands in the way of closing it.
  package var open: [CloseIncident.Obstacle]
  package var lesson: Lesson?
  package var actions: [Action]
  package var timeline: [Moment]
  /// Older facts and notes than those in the timeline: so many are left out. They stand in the journal under `incident:N`.
  package var timelineLeftOut: Int
  /// The proof of each fact in the timeline; each is checked by itself, without the database.
  package var receipts: [Receipt] = []
  /// Facts that no checkpoint holds yet: of some seconds, as a rule.
  package var notSealed: [String] = []

  /// - Returns: nil where there is no such incident.
  package static func read(
    _ id: Int64, _ parts: HarmParts, _ journal: Journal, in store: Store
  ) async throws -> IncidentReport? {
    let read = try await store.read { tx -> IncidentReport? in
      try Incident.find(id, in: tx).map { try IncidentReport($0, parts, tx) }
    }
    guard var report = read else { return nil }
    for moment in report.timeline {
      guard let fact = moment.fact, let number = FactNumber(fact) else { continue }
      do { report.receipts.append(try await journal.receipt(for: number)) } catch let refusal as Refusal
        where refusal.code == "notSealed"
      { report.notSealed.append(fact) }
    }
    return report
  }

  private init(_ one: Incident, _ harm: HarmParts, _ tx: Transaction) throws {
    incident = one.id
    title = one.title
    about = one.about
    kind = one.kind
    severity = one.severity
    state = one.state.rawValue
    began = one.beganAt.iso8601
    noticed = one.noticedAt.iso8601
    contained = one.containedAt?.iso8601
    closed = one.closedAt?.iso8601
    let list = try IncidentQuery.toTell(one.id, in: tx)
    told = list.filter { $0.toldAt != nil }.map(\.whom)
    notTold = list.filter { $0.toldAt == nil }.map(\.whom)
    containments = try IncidentQuery.containments(one.id, in: tx).map {
      Stop(
        containment: $0.id, kind: $0.kind, target: $0.target, reason: $0.reason, at: $0.at.iso8601,
        undone: $0.undoneAt?.iso8601)
    }
    target = one.target
    targetBy = one.targetAt?.iso8601
    cohorts = try CohortQuery.versions(one.id, in: tx).map {
      Version(
        cohort: $0.id, n: $0.n, finder: $0.finder, from: $0.rule.starts.iso8601, until: $0.rule.ends.iso8601,
        parameters: $0.rule.parameters, reason: $0.reason, state: $0.state.rawValue, people: $0.people, items: $0.items,
        added: $0.added, removed: $0.removed, approvedBy: $0.approvedBy)
    }
    let funnel = try MakingQuery.funnel(one.id, in: tx)
    people = Dictionary(uniqueKeysWithValues: funnel.states.map { ($0.key.rawValue, $0.value) })
    rules = try MakingQuery.rules(one.id, in: tx).map { rule in
      Rule(
        rule: rule.id, n: rule.n, state: rule.state.rawValue,
        steps: rule.steps.map { step in
          let number = step.quantity ?? step.percent
          return number.map { "\(step.remedy)=\($0)" } ?? step.remedy
        }, assumptions: rule.assumptions, approvedBy: rule.approvedBy, stopped: rule.stopped,
        totals: try MakingQuery.totals(rule.id, in: tx).map {
          Total(
            remedy: $0.kind, unit: $0.unit, people: $0.people, amount: $0.amount, most: $0.most, allowed: $0.allowed,
            spent: $0.spent)
        })
    }
    remedies = try MakingQuery.remedies(one.id, in: tx).map {
      Remedies(remedy: $0.kind, state: $0.state, unit: $0.unit, count: $0.count, amount: $0.amount)
    }
    open = one.state == .closed ? [] : try CloseIncident.obstacles(one, harm, in: tx)
    lesson = try LearningQuery.lesson(one.id, in: tx).map {
      Lesson(
        context: $0[.context], failed: $0[.failed], did: $0[.did], learned: $0[.learned],
        differently: $0[.differently], closed: $0.closedAt?.iso8601)
    }
    actions = try LearningQuery.actions(one.id, in: tx).map { action in
      Action(
        action: action.id, text: action.text, owner: action.owner, due: action.due.iso8601,
        control: action.kind.flatMap { kind in
          action.control.map { "\(kind.rawValue) \($0)" + (action.item.map { text in ": \(text)" } ?? "") }
        }, doneBy: action.doneBy, seenBy: action.verifiedBy)
    }
    let moments = try IncidentQuery.timeline(one.id, in: tx)
    timelineLeftOut = max(0, try IncidentQuery.count(one.id, in: tx) - moments.count)
    timeline = moments.map {
      Moment(
        at: $0.at.iso8601, actor: $0.actor, what: $0.what, text: $0.text, fact: $0.fact?.description)
    }
  }

  /// As it is handed on: keys in the order of the alphabet, so that the same knowledge is the same text.
  package func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  package var text: String {
    var lines = ["\(incident)  \(title) (\(kind) \(about))", "state     \(state), severity \(severity)"]
    lines.append("began     \(began), noticed \(noticed)")
    if let contained { lines.append("contained \(contained)") }
    if let closed { lines.append("closed    \(closed)") }
    for whom in notTold { lines.append("tell      \(whom)") }
    for stop in containments {
      let end = stop.undone.map { ", undone \($0)" } ?? ""
      lines.append("stopped   \(stop.containment) \(stop.kind) \(stop.target)\(end)")
    }
    for version in cohorts {
      let count = version.people.map { "\($0) people, \(version.items ?? 0) items, \(version.state)" } ?? version.state
      lines.append("found     cohort \(version.cohort), version \(version.n): \(count), \(version.finder)")
    }
    for (state, count) in people.sorted(by: { $0.key < $1.key }) { lines.append("people    \(count) \(state)") }
    for rule in rules {
      lines.append("rule      \(rule.rule), version \(rule.n): \(rule.state), \(rule.steps.joined(separator: ", "))")
      for total in rule.totals where total.amount > 0 {
        let limit = total.allowed.map { ", allowed \($0), spent \(total.spent)" } ?? ""
        lines.append("          \(total.remedy): \(total.amount) \(total.unit) for \(total.people)\(limit)")
      }
    }
    for remedy in remedies {
      lines.append("given     \(remedy.remedy) \(remedy.state): \(remedy.count), \(remedy.amount) \(remedy.unit)")
    }
    for problem in open { lines.append("open      \(problem)") }
    if timelineLeftOut > 0 {
      lines.append("earlier   \(timelineLeftOut) more, in the journal under incident:\(incident)")
    }
    for moment in timeline { lines.append("\(moment.at)  \(moment.actor)  \(moment.what)  \(moment.text)") }
    return lines.joined(separator: "\n")
  }
}
