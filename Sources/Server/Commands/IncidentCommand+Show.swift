import ArgumentParser
import Foundation
import Incidents
import Kernel
import Store

extension IncidentCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List incidents, the newest first.")

    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Closed ones too.") var all = false

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let list = try await runtime.store.read { tx in try IncidentQuery.list(open: !all, in: tx) }
        for brief in list {
          let one = brief.incident
          print(
            "\(one.id)\t\(one.state.rawValue)\t\(one.severity)\t\(brief.settled) of \(brief.people) settled\t\(one.title) "
              + one.about)
        }
        if list.isEmpty { print("No incident is open.") }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one incident.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let report = try await IncidentReport.read(incident, runtime)
        print(report.text)
      }
    }
  }

  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print what became of it as JSON, for whoever supervises.",
      discussion: """
        Every moment of the timeline names its fact; `amends receipt` gives the proof for one, which is checked without the
        database.
        """)

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        try printJSON(try await IncidentReport.read(incident, runtime))
      }
    }
  }
}
