import Kernel

/// What happened in an incident: its timeline. People are named by their numbers, texts that may name them stand in tables.
struct IncidentFact: Fact {
  static let kind = "incident"
  let incident: Int64
  /// `opened`, `contained`, `cohortFrozen`, `remedyApproved` …
  let what: String
  var about: String?
  var reason: String?
  var number: Int64?
  var count: Int64?
  var subject: String { "incident:\(incident)" }
  var body: FactBody {
    [
      "about": .init(about), "count": count.map { .number($0) } ?? .none, "number": number.map { .number($0) } ?? .none,
      "reason": .init(reason), "what": .text(what),
    ]
  }
}

/// What was done for one person: it stands in their own history.
struct PersonFact: Fact {
  static let kind = "incidentPerson"
  let person: String
  let incident: Int64
  let what: String
  var about: String?
  var reason: String?
  var amount: Int64?
  var unit: String?
  var subject: String { person }
  var body: FactBody {
    [
      "about": .init(about), "amount": amount.map { .number($0) } ?? .none, "incident": .number(incident),
      "reason": .init(reason), "unit": .init(unit), "what": .text(what),
    ]
  }
}

/// A launch, and the checklist that it is held against.
struct LaunchFact: Fact {
  static let kind = "launch"
  let launch: Int64
  let what: String
  var about: String?
  var reason: String?
  var subject: String { "launch:\(launch)" }
  var body: FactBody { ["about": .init(about), "reason": .init(reason), "what": .text(what)] }
}

struct ChecklistFact: Fact {
  static let kind = "checklist"
  let item: Int64
  let what: String
  var reason: String?
  var subject: String { "checklist:\(item)" }
  var body: FactBody { ["reason": .init(reason), "what": .text(what)] }
}
