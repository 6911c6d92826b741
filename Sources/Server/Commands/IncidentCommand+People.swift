import ArgumentParser
import Foundation
import Incidents
import Kernel

extension IncidentCommand {
  struct Find: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Search for everybody affected: a new version.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Option(help: "As `amends incident offers` lists them.") var finder = "charges.twice"
    @Option(help: "The window begins: 2026-03-01T00:00:00Z.") var from: String
    @Option(help: "The window ends; now if left out.") var until: String?
    @Option(help: "A parameter, such as partner=carrier; more than once for several.") var set: [String] = []
    @Option(help: "Why this rule, or why once more.") var reason: String

    func run() async throws {
      try await reporting {
        let rule = HarmRule(
          starts: try instant(from), ends: try until.map(instant) ?? World.real.now(), parameters: try pairs(set))
        let act = FindAffected(incident: incident, finder: finder, rule: rule, reason: reason)
        let cohort = try await OperatorActs.perform(act, database)
        print("They are being searched for (cohort \(cohort)); `amends incident show \(incident)` says how many.")
      }
    }
  }

  struct ApproveFound: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "approve-found", abstract: "Say that these, and nobody else, are affected.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The cohort's number.") var cohort: Int64

    func run() async throws {
      try await reporting {
        print("\(try await OperatorActs.perform(ApproveCohort(cohort: cohort), database)) people are affected.")
      }
    }
  }

  struct Try: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "try", abstract: "Try what everybody would get; nothing is done yet.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Option(
      help: "charges.refund=100 (per cent), charges.freePeriods=1, apology; in the order in which they are given.")
    var give: [String]
    @Option(help: "What is assumed in the people's favour.") var assumptions: String

    func run() async throws {
      try await reporting {
        let steps = try give.map { text -> RemedyRule.Step in
          let parts = text.split(separator: "=", maxSplits: 1)
          guard let name = parts.first else { throw Problem(.usage, "--give needs the name of a remedy.") }
          guard parts.count > 1 else { return RemedyRule.Step(String(name)) }
          guard let number = Int64(parts[1]) else {
            throw Problem(.usage, "\(text): a number stands after the sign =.")
          }
          return RemedyRule.Step(String(name), percent: number, quantity: number)
        }
        let act = TryRemedy(incident: incident, steps: steps, assumptions: assumptions)
        let rule = try await OperatorActs.perform(act, database)
        print("Remedy rule \(rule) is tried; `amends incident show \(incident)` says what it comes to.")
      }
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Allow a remedy rule, up to a limit of each unit.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The rule's number.") var rule: Int64
    @Option(help: "EUR=100000 (minor units), period=50; more than once for several.") var limit: [String]

    func run() async throws {
      try await reporting {
        let limits = try pairs(limit).mapValues { text -> Int64 in
          guard let number = Int64(text) else { throw Problem(.usage, "'\(text)' is no number.") }
          return number
        }
        _ = try await OperatorActs.perform(ApproveRemedy(rule: rule, limits: limits), database)
        print("Remedy rule \(rule) is allowed.")
      }
    }
  }

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Carry an allowed rule out, for each person once.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The rule's number.") var rule: Int64

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(RunRemedies(rule: rule), database)
        print("Remedy rule \(rule) is running.")
      }
    }
  }

  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Hold a run: what is under way comes to its end.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The rule's number.") var rule: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(StopRemedies(rule: rule, reason: reason), database)
        print("Remedy rule \(rule) is stopped.")
      }
    }
  }

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Try a refused or held remedy once more.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The remedy's number.") var remedy: Int64
    @Option(help: "What was mended.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(RetryRemedy(remedy: remedy, reason: reason), database)
        print("Remedy \(remedy) is on its way again.")
      }
    }
  }

  struct Contact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write down that somebody was told, or not reached.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Argument(help: "Who: customer:42.") var person: String
    @Option(help: "mail, letter, phone, page or message.") var by: String
    @Flag(inversion: .prefixedNo, help: "They were reached, or not.") var reached: Bool
    @Option(help: "A note, without names.") var note = ""

    func run() async throws {
      try await reporting {
        guard let means = Means(rawValue: by) else {
          throw Problem(.usage, "--by is mail, letter, phone, page or message.")
        }
        let act = RecordContact(incident: incident, person: person, means: means, reached: reached, note: note)
        _ = try await OperatorActs.perform(act, database)
        print(reached ? "\(person) has been told." : "\(person) was not reached.")
      }
    }
  }

  struct Unreachable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Nobody reaches them: hold what is theirs.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Argument(help: "Who: customer:42.") var person: String
    @Option(help: "Why.") var reason: String

    func run() async throws {
      try await reporting {
        let act = DeclareUnreachable(incident: incident, person: person, reason: reason)
        _ = try await OperatorActs.perform(act, database)
        print("What is theirs is held.")
      }
    }
  }

  struct Unharmed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show that nothing reached somebody.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Argument(help: "Who: customer:42.") var person: String
    @Option(help: "What shows it.") var evidence: String

    func run() async throws {
      try await reporting {
        let act = ProveUnharmed(incident: incident, person: person, evidence: evidence)
        _ = try await OperatorActs.perform(act, database)
        print("\(person) is unharmed.")
      }
    }
  }

  struct Answer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Answer somebody who said: this is not right.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The objection's number.") var objection: Int64
    @Flag(inversion: .prefixedNo, help: "They are right, or nothing is owed.") var right: Bool
    @Argument(help: "The answer.") var answer: String

    func run() async throws {
      try await reporting {
        let act = AnswerObjection(objection: objection, outcome: right ? .right : .wrong, answer: answer)
        _ = try await OperatorActs.perform(act, database)
        print("Answered.")
      }
    }
  }
}

/// `name=value`, each name once.
private func pairs(_ texts: [String]) throws -> [String: String] {
  try texts.reduce(into: [:]) { pairs, text in
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, pairs.updateValue(parts[1], forKey: parts[0]) == nil else {
      throw Problem(.usage, "'\(text)' is not name=value, each name once.")
    }
  }
}
