import Billing
import Incidents
import Kernel
import Store
import Synchronization

/// The people of a repair: Ann leads it, Carl helps and is not always told that Ann has begun, Bea of finance approves.
struct RepairPeople {
  private let simulation: RepairSimulation
  private var incident: Int64?
  private var finished: Set<Step> = []
  private(set) var isClosed = false
  private var objections: [Int64] = []
  private var objectedAt: Instant?

  private enum Step {
    case contained, searched, approved, ruled, widened, widenedApproved, objected, told, last, lastSearched
  }

  init(_ simulation: RepairSimulation) { self.simulation = simulation }

  /// What they do at this moment, one after the other.
  mutating func act() async throws {
    guard let incident = try await noticed() else { return }
    try await contain(incident)
    try await search(incident)
    guard finished.contains(.approved) else { return }
    try await decide(incident)
    try await widen(incident)
    try await object(incident)
    try await follow(incident)
    try await close(incident)
  }

  func whyOpen() async throws -> String {
    guard let incident else { return "no incident was opened" }
    let parts = simulation.parts
    return try await simulation.store.read { tx in
      guard let now = try Incident.find(incident, in: tx) else { return "it is gone" }
      return try CloseIncident.obstacles(now, parts, in: tx).map(\.words).joined(separator: "; ")
    }
  }

  private mutating func noticed() async throws -> Int64? {
    if let incident { return incident }
    incident = try await simulation.store.read { tx in
      try tx.integer("SELECT id FROM incident WHERE kind = 'charges.twice' ORDER BY id LIMIT 1")
    }
    if incident != nil { simulation.counts.withLock { [now = simulation.clock.now] in $0.noticedAt = now } }
    return incident
  }

  private mutating func contain(_ incident: Int64) async throws {
    guard finished.insert(.contained).inserted else { return }
    _ = try await simulation.perform(
      ApplyContainment(
        incident: incident, kind: "charges.stopPartner", target: ReplayPartner.lane,
        reason: "it charges and does not say so"),
      by: RepairSimulation.ann)
    _ = try await simulation.perform(
      DeclareContained(incident: incident, reason: "no charge leaves for this partner"), by: RepairSimulation.ann)
    simulation.counts.withLock { [now = simulation.clock.now] in $0.containedAt = now }
    try await giveBackByHand()
  }

  /// Support was called, and knows of no incident.
  private func giveBackByHand() async throws {
    let captures = try await simulation.store.read { [most = simulation.plan.byHand] tx in
      try tx.rows(
        "SELECT id FROM capture WHERE role = 'surplus' AND given_back = 0 AND taken_back = 0 ORDER BY id LIMIT \(most)"
      ).map {
        try $0.integer("id")
      }
    }
    for capture in captures {
      _ = try await simulation.perform(
        RefundPayment(capture: capture, amount: nil, reason: "they called"), by: RepairSimulation.bea)
    }
  }

  private var rule: HarmRule {
    HarmRule(
      starts: ReplayPlan.start, ends: simulation.clock.now + .days(1), parameters: ["partner": ReplayPartner.lane])
  }

  private mutating func search(_ incident: Int64) async throws {
    if finished.insert(.searched).inserted {
      _ = try await simulation.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: rule, reason: "the partner’s first file"),
        by: RepairSimulation.ann)
      return
    }
    guard !finished.contains(.approved), let frozen = try await frozen(incident) else { return }
    _ = try await simulation.perform(ApproveCohort(cohort: frozen), by: RepairSimulation.bea)
    finished.insert(.approved)
    try await giveBackByHand()
  }

  private func frozen(_ incident: Int64) async throws -> Int64? {
    try await simulation.store.read { tx in
      try tx.integer("SELECT id FROM cohort WHERE incident = \(incident) AND state = 'frozen' ORDER BY n DESC LIMIT 1")
    }
  }

  /// The rule is tried and approved, and two operators start it at once. A run that came to its limit is tried anew.
  private mutating func decide(_ incident: Int64) async throws {
    let isFirst = finished.insert(.ruled).inserted
    let runs = try await simulation.store.read { tx in
      try tx.row("SELECT id FROM remedy_rule WHERE incident = \(incident) AND state = 'running'") != nil
    }
    guard !runs else { return }
    let steps = [RemedyRule.Step("charges.refund", percent: 100), RemedyRule.Step(SimulatedLetters.kind)]
    let assumptions = "Of several charges for a period the first was meant; every further one goes back whole."
    let rule = try await simulation.perform(
      TryRemedy(incident: incident, steps: steps, assumptions: assumptions), by: RepairSimulation.ann)
    let tried = try await simulation.store.read { tx in
      try tx.integer("SELECT amount FROM remedy_total WHERE rule = \(rule) AND unit = \(ReplayPlan.currency)") ?? 0
    }
    let limit = simulation.plan.isTight ? tried : tried * 2 + 100_000
    _ = try await simulation.perform(
      ApproveRemedy(rule: rule, limits: [ReplayPlan.currency: limit]), by: RepairSimulation.bea)
    guard isFirst else {
      _ = try await simulation.perform(RunRemedies(rule: rule), by: RepairSimulation.ann)
      return
    }
    let started = try await simulation.atOnce(
      RunRemedies(rule: rule), by: RepairSimulation.ann, RepairSimulation.carl)
    if started != 1 { simulation.counts.withLock { $0.problems.append("\(started) operators started the run") } }
  }

  /// Whether something has been written down for somebody: the run is in the middle.
  private func isInTheMiddle(_ incident: Int64) async throws -> Bool {
    try await simulation.store.read { tx in
      try tx.row("SELECT id FROM remedy WHERE incident = \(incident) LIMIT 1") != nil
    }
  }

  /// In the middle another file of the partner comes: the search is done again, and whoever is new joins.
  private mutating func widen(_ incident: Int64) async throws {
    guard try await isInTheMiddle(incident) else { return }
    if finished.insert(.widened).inserted {
      try await simulation.bringIn(.later)
      _ = try await simulation.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: rule, reason: "the partner’s second file"),
        by: RepairSimulation.ann)
      return
    }
    guard !finished.contains(.widenedApproved), let frozen = try await frozen(incident) else { return }
    _ = try await simulation.perform(ApproveCohort(cohort: frozen), by: RepairSimulation.bea)
    finished.insert(.widenedApproved)
  }

  /// Some say that it is not right, before anything is done for them or while their money is on its way; each is answered an hour
  /// later, and gets nothing twice for it.
  private mutating func object(_ incident: Int64) async throws {
    guard try await isInTheMiddle(incident) else { return }
    if finished.insert(.objected).inserted {
      objectedAt = simulation.clock.now
      let people = try await simulation.store.read { [most = simulation.plan.objections] tx in
        try tx.rows(
          """
          SELECT person FROM affected AS a WHERE incident = \(incident) ORDER BY (SELECT count(*) FROM remedy AS r
            WHERE r.affected = a.id AND r.state = 'underWay') DESC, id DESC LIMIT \(most)
          """
        ).map { try $0.text("person") }
      }
      for person in people {
        objections.append(
          try await simulation.perform(
            Object(incident: incident, person: person, text: "I was charged more often than that."),
            by: Actor(.subscriber, "somebody")))
      }
      simulation.counts.withLock { [count = people.count] in $0.objections = count }
      return
    }
    guard let objectedAt, simulation.clock.now >= objectedAt + .hours(1) else { return }
    for (index, objection) in objections.enumerated() {
      _ = try await simulation.perform(
        AnswerObjection(
          objection: objection, outcome: index % 2 == 0 ? .right : .wrong, answer: "We looked at each charge again."),
        by: RepairSimulation.bea)
    }
    objections = []
  }

  /// What was refused is tried again; whom no mail reaches gets a letter, and then a call.
  private func follow(_ incident: Int64) async throws {
    let refused = try await simulation.store.read { tx in
      try tx.rows(
        """
        SELECT r.id, r.kind, a.person FROM remedy AS r JOIN affected AS a ON a.id = r.affected
        WHERE r.incident = \(incident) AND a.todo = 0 AND (r.state = 'refused'
          OR (r.state = 'held' AND r.tells = 1 AND a.unreachable_at IS NULL)) ORDER BY r.id LIMIT 200
        """
      ).map { (id: try $0.integer("id"), kind: try $0.text("kind"), person: try $0.text("person")) }
    }
    for remedy in refused {
      if remedy.kind == SimulatedLetters.kind {
        try await reach(remedy.person, incident)
      } else {
        simulation.counts.withLock { $0.refused += 1 }
        do {
          _ = try await simulation.perform(
            RetryRemedy(remedy: remedy.id, reason: "the partner was asked to take it"), by: RepairSimulation.bea)
        } catch let refusal as Refusal where ["notRefused", "stillImpossible"].contains(refusal.code) {}
      }
    }
  }

  private func reach(_ person: String, _ incident: Int64) async throws {
    let answers = SimulatedLetters.share(person, simulation.plan.seed) < simulation.plan.hardToReach / 2
    _ = try await simulation.perform(
      RecordContact(incident: incident, person: person, means: .phone, reached: answers, note: "called twice"),
      by: RepairSimulation.carl)
    guard !answers else { return }
    do {
      _ = try await simulation.perform(
        DeclareUnreachable(incident: incident, person: person, reason: "neither mail nor telephone"),
        by: RepairSimulation.carl)
    } catch let refusal as Refusal where refusal.code == "stillToDo" {}
  }

  private mutating func close(_ incident: Int64) async throws {
    guard finished.contains(.widenedApproved) else { return }
    if finished.insert(.told).inserted {
      for whom in ["the partner", "support", "finance", "the people affected"] {
        _ = try await simulation.perform(TickTold(incident: incident, whom: whom), by: RepairSimulation.ann)
      }
    }
    try await findLast(incident)
    // Tried at every look, as somebody does who wants it closed: it has to refuse by itself.
    do {
      isClosed = try await simulation.perform(CloseIncident(incident: incident), by: RepairSimulation.ann)
      simulation.counts.withLock { [now = simulation.clock.now] in $0.closedAt = now }
    } catch let refusal as Refusal where refusal.code == "notYet" {}
  }

  /// Nothing stands in the way any more, and then the last file comes. Closing has to find that out; then it is searched once more.
  private mutating func findLast(_ incident: Int64) async throws {
    guard simulation.plan.foundLast > 0 else { return }
    if !finished.contains(.last) {
      guard try await whyOpen().isEmpty else { return }
      finished.insert(.last)
      if try await simulation.bringIn(.last) == 0 { finished.insert(.lastSearched) }
    } else if finished.insert(.lastSearched).inserted {
      _ = try await simulation.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: rule, reason: "the partner’s last file"),
        by: RepairSimulation.ann)
    } else if let frozen = try await frozen(incident) {
      _ = try await simulation.perform(ApproveCohort(cohort: frozen), by: RepairSimulation.bea)
    }
  }
}
