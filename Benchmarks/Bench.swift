import ArgumentParser

/// `bench`: how fast the engine is beside what bounds it. Every figure is a ratio of two runs in one process on one machine.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures Amends beside what bounds it.",
    subcommands: [
      AllBench.self, RenewalsBench.self, HTTPBench.self, WebhooksBench.self, ScaleBench.self, WorkersBench.self,
      SnapshotBench.self, HungBench.self, CohortBench.self, SearchBench.self, Drive.self, Build.self,
    ],
    defaultSubcommand: AllBench.self)
}
