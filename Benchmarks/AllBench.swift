import ArgumentParser

/// Every part, in sizes that end in about a quarter of an hour on two cores.
struct AllBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Every part, small, and one table at the end (the default).")

  @OptionGroup var settings: Settings

  func run() async throws {
    var lines: [Line] = []
    for part in try parts() {
      let start = ContinuousClock.now
      lines += try await part.measure()
      note("\(type(of: part).configuration.commandName ?? "") took \(Int((ContinuousClock.now - start).inSeconds)) s")
    }
    Table.show(lines)
  }

  private func parts() throws -> [any Part] {
    var renewals = try RenewalsBench.parse([])
    var http = try HTTPBench.parse([])
    var webhooks = try WebhooksBench.parse([])
    var scale = try ScaleBench.parse([])
    var workers = try WorkersBench.parse([])
    var snapshot = try SnapshotBench.parse([])
    var hung = try HungBench.parse([])
    var cohort = try CohortBench.parse([])
    var search = try SearchBench.parse(["--count", "100000"])
    renewals.settings = settings
    http.settings = settings
    webhooks.settings = settings
    scale.settings = settings
    // A million takes longer to make than everything else to run: `scale` alone does it.
    scale.small = true
    workers.settings = settings
    hung.settings = settings
    cohort.settings = settings
    search.settings = settings
    // Forty seconds are long enough to stand alone.
    snapshot.settings = settings
    snapshot.settings.rounds = 1
    return [renewals, http, webhooks, scale, workers, snapshot, hung, cohort, search]
  }
}
