import Words

/// Puts actors and owners into words: `finance:65540` is a person with a name, `system:outbox` a step of the program.
package struct Names: Sendable {
  package let people: [Int64: String]
  /// Who looks, as the journal names them.
  package let reader: String
  package let words: Words

  package init(people: [Int64: String] = [:], reader: String = "", words: Words) {
    self.people = people
    self.reader = reader
    self.words = words
  }

  /// The number in `finance:65540`; nil where it is no account.
  package static func account(in actor: String) -> Int64? {
    let parts = actor.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0] != "partner", parts[0] != "system" else { return nil }
    return Int64(parts[1])
  }

  package func text(_ actor: String) -> String {
    if actor == reader { return words.text(.ownerYou) }
    if let team = Message.teams[actor] { return words.text(team) }
    if let number = Self.account(in: actor), let name = people[number] {
      return words.text(.actorPerson(name, role: role(actor)))
    }
    let parts = actor.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return actor }
    switch parts[0] {
    case "system": return words.text(.actorProgram(parts[1]))
    case "partner": return words.text(.actorPartner(parts[1]))
    default: return parts[1] == "cli" ? words.text(.actorCommandLine) : actor
    }
  }

  private func role(_ actor: String) -> String {
    switch actor.split(separator: ":").first.map(String.init) ?? "" {
    case "operator": words.text(.roleOperator)
    case "finance": words.text(.roleFinance)
    case "support": words.text(.roleSupport)
    case "auditor": words.text(.roleAuditor)
    case "administrator": words.text(.roleAdministrator)
    case "subscriber": words.text(.roleSubscriber)
    case let other: other
    }
  }
}
