import ArgumentParser
import Billing
import Foundation
import Kernel

struct Renew: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Renew everything that has fallen due, once, and stop.",
    discussion: """
      Opens the obligations whose period begins by --until (now, if left out; never later than now), sends the charges that
      may be sent, and asks about those whose outcome is open. What stays open is finished by the next run, or by a worker.
      """)

  @OptionGroup var database: DatabaseOptions
  @Option(help: "Periods that begin by this time, such as 2026-03-01T00:00:00Z.") var until: String?
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await Runtime.with(database) { runtime in
      var limit: Instant?
      if let until {
        guard let time = Instant(iso8601: until) else {
          throw Problem(.usage, "--until is '\(until)', not a time such as 2026-03-01T00:00:00Z.")
        }
        limit = time
      }
      let progress = ProgressLine()
      let report = try await RenewOnce(engine: runtime.engine).run(until: limit) {
        progress.show("Renewing", $0, of: nil)
      }
      progress.end()
      if json { return try printJSON(report) }
      print("Renewals opened: \(report.opened). Calls made: \(report.sent). Asked about: \(report.asked).")
      for (state, count) in report.open.sorted(by: { $0.key < $1.key }) { print("Still \(state): \(count).") }
    }
  }
}
