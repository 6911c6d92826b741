import ArgumentParser
import Foundation
import Incidents
import Kernel
import Store

struct LessonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lesson",
    abstract: "Keep what is learned of an incident, and what changed because of it.",
    discussion: """
      That a changed control is at work is seen by a second person, with an account, on the incident's page.
      """,
    subcommands: [Show.self, Write.self, AddAction.self, Done.self, Close.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the lesson of an incident, its actions, and what it lacks.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let found = try await runtime.store.read { tx in
          try Incident.find(incident, in: tx).map { incident in
            (
              lesson: try LearningQuery.lesson(incident.id, in: tx),
              actions: try LearningQuery.actions(incident.id, in: tx),
              obstacles: try CloseLesson.obstacles(incident, in: tx)
            )
          }
        }
        guard let found else { throw Problem(.no, "There is no incident \(incident).") }
        for part in LessonPart.allCases {
          print("\(part.rawValue)\t\(found.lesson?[part] ?? "")")
        }
        for action in found.actions {
          let control = action.kind.map { "\($0.rawValue) \(action.control ?? "")" } ?? "to do"
          let state =
            action.verifiedBy != nil ? "seen" : action.doneBy != nil ? "done, not seen" : "by \(action.due.iso8601)"
          print("action\t\(action.id)\t\(action.owner)\t\(state)\t\(control)\t\(action.text)")
        }
        if let closed = found.lesson?.closedAt { return print("closed\t\(closed.iso8601)") }
        for obstacle in found.obstacles { print("lacks\t\(obstacle.words)") }
      }
    }
  }

  struct Write: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the five parts; one that is left out stays as it is.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Option(help: "What the service was doing, and what was expected.") var context: String?
    @Option(help: "What failed.") var failed: String?
    @Option(help: "What we did when we learned of it.") var did: String?
    @Option(help: "What we learned.") var learned: String?
    @Option(help: "What we do differently.") var differently: String?

    func run() async throws {
      try await reporting {
        let known = try await Runtime.forReading(database) { runtime in
          try await runtime.store.read { tx in try LearningQuery.lesson(incident, in: tx) }
        }
        var act = WriteLesson(
          incident: incident, context: context ?? known?[.context] ?? "", failed: failed ?? known?[.failed] ?? "",
          did: did ?? known?[.did] ?? "", learned: learned ?? known?[.learned] ?? "",
          differently: differently ?? known?[.differently] ?? "")
        (act.seen, act.asks) = (known?.writtenAt, true)
        _ = try await OperatorActs.perform(act, database)
        print("The lesson of incident \(incident) is written.")
      }
    }
  }

  struct AddAction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add-action", abstract: "Add what is to be done differently.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Argument(help: "What is to be done.") var text: String
    @Option(help: "Who does it.") var owner: String
    @Option(help: "By when: 2026-04-01T17:00:00Z.") var due: String

    func run() async throws {
      try await reporting {
        let act = Incidents.AddAction(incident: incident, text: text, owner: owner, due: try instant(due))
        print("Action \(try await OperatorActs.perform(act, database)) is added.")
      }
    }
  }

  struct Done: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that an action is done, and which control it changed.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The action's number.") var action: Int64
    @Option(help: "check, guard, checklist or test.") var kind: String
    @Option(help: "The control's name; of a checklist the item's number.") var control: String

    func run() async throws {
      try await reporting {
        guard let kind = ControlKind(rawValue: kind) else {
          throw Problem(.usage, "--kind is check, guard, checklist or test.")
        }
        _ = try await OperatorActs.perform(FinishAction(action: action, kind: kind, control: control), database)
        print("Action \(action) is done. A second person has to see the control at work, on the incident's page.")
      }
    }
  }

  struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Close the lesson: each action changed a control that a second person has seen.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(CloseLesson(incident: incident), database)
        print("The lesson of incident \(incident) is closed.")
      }
    }
  }
}
