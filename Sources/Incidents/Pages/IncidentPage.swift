import Kernel
import Store
import Web
import Words

/// One incident: where people stand, what is stopped, who is affected, what they get, what stands in the way of its end.
package struct IncidentPage: Sendable {
  package var incident: Incident
  package var funnel: MakingQuery.Funnel
  package var containments: [IncidentQuery.Applied]
  package var toTell: [(whom: String, toldAt: Instant?)]
  package var versions: [Version]
  package var rules: [Rule]
  package var remedies: [MakingQuery.State]
  package var moments: [IncidentQuery.Moment]
  package var obstacles: [CloseIncident.Obstacle]
  package var offers: [Offer]
  package var finders: [(name: String, words: String)]
  package var gifts: [Gift]
  /// Who said that it is not right, and has no answer: the most urgent.
  package var objections: [ObjectionQuery.Objection]
  package var lesson: LearningQuery.Lesson?
  /// How many facts and notes there are.
  package var momentCount: Int
  package var versionCount: Int
  package var ruleCount: Int
  /// The names of accounts, and of people whom the reader may see.
  package var names: [Int64: String] = [:]
  package var links: [String: NamedLink] = [:]
  /// Fresh for each page: a form that is sent twice is one act.
  package var key: String
  package var error: String?

  package struct Version: Sendable {
    package var cohort: Cohort
    package var totals: [CohortQuery.Total]
    package var outside: [CohortQuery.Person]
    package var changes: [(person: String, what: String, why: String)]
  }

  package struct Rule: Sendable {
    package var rule: RemedyRule
    package var totals: [MakingQuery.Total]
    package var outliers: [(person: String, amount: Int64, unit: String)]
  }

  package struct Offer: Sendable {
    package var kind: String
    package var words: String
    package var goesOn: String
    package var targets: [ContainmentTarget]
  }

  package struct Gift: Sendable {
    package var name: String
    package var words: String
    package var basis: RemedyBasis
  }

  /// Versions and rules that a page shows with their details; the older ones are in the report.
  static let shown = 5
  /// Objections on the page; their count says how many there are.
  static let listed = 20

  var actors: [String] { moments.map(\.actor) }
  /// The people whom the page names.
  var named: [String] { objections.map(\.person) + rules.flatMap { $0.outliers.map(\.person) } }

  package static func read(_ id: Int64, _ parts: HarmParts, key: String, in tx: Transaction) throws -> IncidentPage? {
    guard let incident = try Incident.find(id, in: tx) else { return nil }
    let (versions, rules) = (try CohortQuery.versions(id, in: tx), try MakingQuery.rules(id, in: tx))
    return IncidentPage(
      incident: incident, funnel: try MakingQuery.funnel(id, in: tx),
      containments: try IncidentQuery.containments(id, in: tx), toTell: try IncidentQuery.toTell(id, in: tx),
      versions: try versions.prefix(shown).map {
        Version(
          cohort: $0, totals: try CohortQuery.totals($0.id, in: tx), outside: try CohortQuery.outside($0.id, in: tx),
          changes: try CohortQuery.changes($0.id, in: tx))
      },
      rules: try rules.prefix(shown).map {
        Rule(rule: $0, totals: try MakingQuery.totals($0.id, in: tx), outliers: try MakingQuery.outliers($0.id, in: tx))
      }, remedies: try MakingQuery.remedies(id, in: tx), moments: try IncidentQuery.timeline(id, in: tx),
      obstacles: incident.state == .closed ? [] : try CloseIncident.obstacles(incident, parts, in: tx),
      offers: try parts.containments.map {
        Offer(kind: $0.name, words: $0.words, goesOn: $0.goesOn, targets: try $0.targets(in: tx))
      }, finders: parts.finders.map { ($0.name, $0.words) },
      gifts: parts.remedies.map { Gift(name: $0.name, words: $0.words, basis: $0.basis) },
      objections: try ObjectionQuery.waiting(of: id, limit: listed, in: tx),
      lesson: try LearningQuery.lesson(id, in: tx), momentCount: try IncidentQuery.count(id, in: tx),
      versionCount: versions.count, ruleCount: rules.count, key: key)
  }

  package func html(in console: Console) -> String {
    Self.template.html(IncidentView(self, console), console.words)
  }

  private static let template = Template("incident", PackageResources.incident_mustache)
}
