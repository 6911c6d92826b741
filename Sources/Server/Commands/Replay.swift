import ArgumentParser
import Foundation
import Simulator

struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell a story again, on a moved clock.", subcommands: [Renewals.self])

  struct Renewals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Story 1: a year of renewals whose notifications begin to fail, in two ways.",
      discussion: """
        Once in the way the first system worked, which took silence for failure and asked again, and once through Amends, both
        against the same partner with the same seed. Every figure comes from the partner's own book.
        """)

    @Option(help: "How many people subscribe by the end of the year.") var subscribers = 100_000
    @Option(help: "How many months.") var months = 12
    @Option(help: "The seed; the same seed gives the same figures.") var seed: UInt64 = ReplaySettings().seed
    @Option(help: "Where the page with the charts is written.") var html = "replay-renewals.html"
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
      guard (1...ReplaySettings.most).contains(subscribers) else {
        throw ValidationError("--subscribers is 1 to \(ReplaySettings.most).")
      }
      guard (1...ReplaySettings.mostMonths).contains(months) else {
        throw ValidationError("--months is 1 to \(ReplaySettings.mostMonths).")
      }
    }

    func run() async throws {
      try await reporting {
        var settings = ReplaySettings()
        settings.subscribers = subscribers
        settings.months = months
        settings.seed = seed
        let progress = ProgressLine()
        let outcome = try await RenewalReplay(settings).run {
          progress.show("Charges asked for", Int64($0.charges), of: nil)
        }
        progress.end()
        do {
          try Data(outcome.html(version: Amends.version).utf8).write(to: URL(filePath: html), options: .atomic)
        } catch { throw Problem(.file, "\(html) cannot be written.") }
        print(json ? try outcome.json() : outcome.text)
        if !json { print("The same with charts: \(html)") }
      }
    }
  }
}
