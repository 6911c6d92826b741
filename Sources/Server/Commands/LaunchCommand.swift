import ArgumentParser
import Foundation
import Incidents
import Kernel
import Store

struct LaunchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Hold a launch against what lessons ask.",
    discussion:
      "It is signed by two people with accounts, on its page: the command line is one person, and nobody in particular.",
    subcommands: [Open.self, List.self, Show.self, Answer.self])

  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Open a launch: it takes every item that stands on the checklist now.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "What is launched.") var title: String

    func run() async throws {
      try await reporting {
        print("Launch \(try await OperatorActs.perform(OpenLaunch(title: title), database)) is open.")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List launches, the newest first, 50 at a time.")

    @OptionGroup var database: DatabaseOptions
    @Option(help: "Those before this number.") var before: Int64?

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let found = try await runtime.store.read { tx in try LearningQuery.launches(before: before, in: tx) }
        let shown = found.prefix(LearningQuery.listed)
        for launch in shown {
          print("\(launch.id)\t\(launch.state)\t\(launch.answered) of \(launch.items) answered\t\(launch.title)")
        }
        if shown.isEmpty { print("There is no launch.") }
        if found.count > shown.count, let last = shown.last { print("Older ones: --before \(last.id)") }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one launch, item by item.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The launch's number.") var launch: Int64

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let (found, answers) = try await runtime.store.read { tx in
          (try LearningQuery.launch(launch, in: tx), try LearningQuery.answers(launch, in: tx))
        }
        guard let found else { throw Problem(.no, "There is no launch \(launch).") }
        print("\(found.id)\t\(found.state)\t\(found.answered) of \(found.items) answered\t\(found.title)")
        for who in [found.firstBy, found.secondBy].compactMap(\.self) { print("signed\t\(who)") }
        for item in answers {
          let note = item.note.map { "\t(\($0))" } ?? ""
          print("\(item.area.rawValue)\t\(item.item)\t\(item.answer?.rawValue ?? "open")\t\(item.text)\(note)")
        }
      }
    }
  }

  struct Answer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Answer one item of a launch.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The launch's number.") var launch: Int64
    @Argument(help: "The item's number.") var item: Int64
    @Option(help: "yes, no or notNeeded.") var answer: String
    @Option(help: "Where it is shown; why not. Needed unless the answer is yes.") var note: String?

    func run() async throws {
      try await reporting {
        guard let answer = AnswerItem.Answer(rawValue: answer) else {
          throw Problem(.usage, "--answer is yes, no or notNeeded.")
        }
        let act = AnswerItem(launch: launch, item: item, answer: answer, note: note)
        _ = try await OperatorActs.perform(act, database)
        print("Item \(item) is answered.")
      }
    }
  }
}

struct ChecklistCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checklist", abstract: "What every launch is asked.",
    subcommands: [List.self, Add.self, Retire.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List every item, by area.")

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let items = try await runtime.store.read { tx in try LearningQuery.checklist(in: tx) }
        for item in items {
          let from = item.incident.map { "\tfrom incident \($0)" } ?? ""
          print("\(item.area.rawValue)\t\(item.id)\t\(item.text)\(from)")
        }
        if items.isEmpty { print("There is no item.") }
      }
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put an item on the list: every launch from now on is asked.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The question.") var text: String
    @Option(help: "performance, scalability, reliability, outside, tests or wayBack.") var area: String
    @Option(help: "The action of a lesson that it comes from.") var action: Int64?

    func run() async throws {
      try await reporting {
        guard let area = ChecklistArea(rawValue: area) else {
          throw Problem(.usage, "--area is performance, scalability, reliability, outside, tests or wayBack.")
        }
        let act = AddChecklistItem(area: area, text: text, action: action)
        print("Item \(try await OperatorActs.perform(act, database)) is on the list.")
      }
    }
  }

  struct Retire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take an item off the list.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The item's number.") var item: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(RetireChecklistItem(item: item, reason: reason), database)
        print("Item \(item) is asked no more.")
      }
    }
  }
}

extension LearningQuery.Launch {
  fileprivate var state: String {
    if mayGo { return "may go" }
    return firstBy != nil ? "signed once" : answered < items || against > 0 ? "open" : "to be signed"
  }
}
