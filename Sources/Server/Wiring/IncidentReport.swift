import Foundation
import Incidents
import Kernel
import Store

/// One incident, whole: for the terminal, and as JSON for whoever supervises. People are numbers, nobody is named.
struct IncidentReport: Encodable {
  struct Moment: Encodable {
    var at: String
    var actor: String
    var what: String
    var text: String
    /// The number of the fact in the journal.
    var fact: String?
  }

  struct Version: Encodable {
    var cohort: Int64
    var n: Int64
    var finder: String
    var from: String
    var until: String
    var parameters: [String: String]
    var reason: String
    var state: String
    var people: Int64?
    var items: Int64?
    var added: Int64?
    var removed: Int64?
    var approvedBy: String?
  }

  struct Rule: Encodable {
    var rule: Int64
    var n: Int64
    var state: String
    var steps: [String]
    var assumptions: String
    var approvedBy: String?
    var stopped: String?
    var totals: [Total]
  }

  struct Total: Encodable {
    var remedy: String
    var unit: String
    var people: Int
    var amount: Int64
    var most: Int64
    var allowed: Int64?
    var spent: Int64
  }

  struct Remedies: Encodable {
    var remedy: String
    var state: String
    var unit: String
    var count: Int
    var amount: Int64
  }

  var incident: Int64
  var title: String
  var about: String
  var kind: String
  var severity: Int
  var state: String
  var began: String
  var noticed: String
  var contained: String?
  var closed: String?
  var told: [String]
  var notTold: [String]
  var containments: [String]
  var cohorts: [Version]
  var people: [String: Int]
  var rules: [Rule]
  var remedies: [Remedies]
  /// What stands in the way of closing it.
  var open: [String]
  var timeline: [Moment]

  static func read(_ id: Int64, _ runtime: Runtime) async throws -> IncidentReport {
    let harm = runtime.harm
    return try await runtime.store.read { tx in
      guard let incident = try Incident.find(id, in: tx) else {
        throw Problem(.no, "There is no incident \(id).")
      }
      return try IncidentReport(incident, harm, tx)
    }
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
      "\($0.id) \($0.kind) \($0.target)" + ($0.undoneAt.map { ", undone \($0.iso8601)" } ?? "")
    }
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
    open = one.state == .closed ? [] : try CloseIncident.problems(one, harm, in: tx)
    timeline = try IncidentQuery.timeline(one.id, in: tx).map {
      Moment(at: $0.at.iso8601, actor: $0.actor, what: $0.what, text: $0.text, fact: $0.fact?.description)
    }
  }

  var text: String {
    var lines = ["\(incident)  \(title) (\(kind) \(about))", "state     \(state), severity \(severity)"]
    lines.append("began     \(began), noticed \(noticed)")
    if let contained { lines.append("contained \(contained)") }
    if let closed { lines.append("closed    \(closed)") }
    for whom in notTold { lines.append("tell      \(whom)") }
    for containment in containments { lines.append("stopped   \(containment)") }
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
    for moment in timeline { lines.append("\(moment.at)  \(moment.actor)  \(moment.what)  \(moment.text)") }
    return lines.joined(separator: "\n")
  }
}
