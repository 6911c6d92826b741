import ArgumentParser
import Foundation
import Incidents
import Kernel

struct IncidentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incident",
    abstract: "Find everyone whom a mistake reached, make each whole once, keep the lesson.",
    discussion: """
      The command line is one person: what it made, somebody with an account approves, and the other way round.
      """,
    subcommands: [
      Open.self, List.self, Show.self, Offers.self, Contain.self, Undo.self, Contained.self, Tell.self, Note.self,
      Find.self, ApproveFound.self, Try.self, Approve.self, Run.self, Stop.self, Retry.self, Contact.self,
      Unreachable.self, Unharmed.self, Answer.self, Report.self, Close.self,
    ])

  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open an incident by hand.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "One sentence: what happened.") var title: String
    @Option(help: "Its kind; one is open for a kind and what it is about.") var kind = "charges.twice"
    @Option(help: "What it is about: lane:carrier.") var about = ""
    @Option(help: "1: many people, money or rights; 4: a nuisance.") var severity = 2
    @Option(help: "When it probably began: 2026-03-01T09:00:00Z. Now if left out.") var began: String?
    @Option(help: "Who has to be told; more than once for several.") var tell: [String] = []

    func run() async throws {
      try await reporting {
        let act = OpenIncident(
          kind: kind, about: about, title: title, severity: severity, began: try began.map(instant), tell: tell)
        print("Incident \(try await OperatorActs.perform(act, database)) is open.")
      }
    }
  }

  struct Offers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What can be found, stopped and given.")

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let harm = runtime.harm
        for finder in harm.finders { print("find\t\(finder.name)\t\(finder.words)") }
        for containment in harm.containments {
          let targets = try await runtime.store.read { tx in try containment.targets(in: tx) }
          let names = targets.map(Self.words).joined(separator: ", ")
          print("contain\t\(containment.name)\t\(containment.words): \(names)\n\t\t\(containment.goesOn)")
        }
        for remedy in harm.remedies { print("give\t\(remedy.name)\t\(remedy.words)") }
      }
    }

    /// What is entered, and in brackets what is known of it: the plan's name, why it is not possible, that it is stopped.
    private static func words(_ target: ContainmentTarget) -> String {
      let notes = [
        target.words == target.name ? nil : target.words, target.isStopped ? "stopped" : nil,
        target.obstacle.map { "not possible: \($0)" },
      ].compactMap { $0 }
      return notes.isEmpty ? target.name : "\(target.name) (\(notes.joined(separator: ", ")))"
    }
  }

  struct Contain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Stop something, so that nobody else is reached.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Option(help: "As `amends incident offers` lists them.") var kind = "charges.stopPartner"
    @Option(help: "What is stopped: the partner's lane, the plan's code.") var target: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let act = ApplyContainment(incident: incident, kind: kind, target: target, reason: reason)
        print("\(target) is stopped (containment \(try await OperatorActs.perform(act, database))).")
      }
    }
  }

  struct Undo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let what was stopped go on again.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The containment's number.") var containment: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let goesOn = try await OperatorActs.perform(UndoContainment(containment: containment, reason: reason), database)
        print(
          goesOn == "true"
            ? "It goes on." : "It stays stopped: another incident holds it, or it had been stopped before this one.")
      }
    }
  }

  struct Contained: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say that nobody else is reached any more.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Option(help: "How you know; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(DeclareContained(incident: incident, reason: reason), database)
        print("Incident \(incident) is contained.")
      }
    }
  }

  struct Tell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Tick somebody off who has been told.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Argument(help: "Who was told, as the list has them.") var whom: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(TickTold(incident: incident, whom: whom), database)
        print("\(whom) has been told.")
      }
    }
  }

  struct Note: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Add a note to the timeline.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Argument(help: "The note.") var text: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(NoteIncident(incident: incident, text: text), database)
        print("Noted.")
      }
    }
  }

  struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Close it: everybody is whole, unharmed, or unreachable with their money held.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(CloseIncident(incident: incident), database)
        print("Incident \(incident) is closed.")
      }
    }
  }
}

/// 2026-03-01T09:00:00Z
func instant(_ text: String) throws -> Instant {
  guard let instant = Instant(iso8601: text) else {
    throw Problem(.usage, "'\(text.prefix(40))' is no time such as 2026-03-01T09:00:00Z.")
  }
  return instant
}
