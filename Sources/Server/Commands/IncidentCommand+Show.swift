import ArgumentParser
import Foundation
import Incidents
import Kernel
import Store
import Web
import Words

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
        print(try await runtime.report(incident).text)
      }
    }
  }

  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print what became of it as JSON, for whoever supervises; or write it as a PDF.",
      discussion: """
        Every moment of the timeline names its fact. The JSON holds the receipt of each, which is checked without the database
        (`amends receipt verify`); the PDF names its place and its hash.
        """)

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The incident's number.") var incident: Int64
    @Option(help: "Write a PDF to this file instead.") var pdf: String?
    @Option(help: "The PDF's language: en, de, ar or ja.") var language = "en"
    @Option(help: "The time zone of the PDF. [$AMENDS_ZONE]") var zone = Settings.value("zone") ?? "UTC"
    @Option(help: "Who gives the PDF out. [$AMENDS_SERVICE]") var service = Settings.value("service") ?? "Amends"

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        guard let tag = LanguageTag(language), let zone = TimeZone(identifier: zone) else {
          throw Problem(.usage, "--language is en, de, ar or ja, --zone a name such as Europe/Berlin.")
        }
        let report = try await runtime.report(incident)
        guard let pdf else { return print(String(decoding: try report.json(), as: UTF8.self)) }
        let sender = [service] + Settings.list("service-address").filter { !$0.isEmpty }
        let bytes = try report.document(LocalTime(zone, Words(tag)), sender: sender, made: World.real.now()).pdf()
        try Files.writePrivate(Data(bytes), to: pdf)
        print("\(pdf) has the report of incident \(incident).")
      }
    }
  }
}

extension Runtime {
  fileprivate func report(_ incident: Int64) async throws -> IncidentReport {
    guard let report = try await IncidentReport.read(incident, harm, engine.journal, in: store) else {
      throw Problem(.no, "There is no incident \(incident).")
    }
    return report
  }
}
