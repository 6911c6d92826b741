import ArgumentParser
import Foundation
import Kernel
import Store

/// A worker in a process of its own, for those parts that need several, or that look at the memory of one.
///
/// It says `ready`, waits for a line, works until so many are settled by all together, and says how long it took.
struct Drive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drive", abstract: "A worker of another part.", shouldDisplay: false)

  @Option var address: String
  @Option var until: Int
  @Option var windows = 1
  @Option var batch = 1_000
  /// Microseconds since 1970 at which the first window is due; the real time if left out.
  @Option var from: Int64?

  func run() async throws {
    let partners = InstantPartner.lanes.map { InstantPartner(lane: $0) }
    let store = try await Store.open(address, logger: Bed.quiet)
    for window in 0..<windows {
      let start = from.map {
        Instant(microseconds: $0) + Span(microseconds: Subscribers.window.microseconds * Int64(window))
      }
      // A new engine for each window: it begins where a worker that just started begins.
      let bed = try await Bed(store, partners, batch: batch, world: start.map(Bed.world(from:)) ?? .real)
      print("ready")
      fflush(nil)
      _ = readLine()
      // Several workers begin with nothing settled, and not all at the same moment.
      let run = try await bed.run(until: until, counting: windows > 1 ? nil : 0)
      print("\(run.done) \(run.seconds) \(peakMegabytes())")
      fflush(nil)
    }
    await store.close()
  }
}

/// Fills a database; a process of its own, so that its memory is not counted.
struct Build: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Fill a database with subscriptions and their past.", shouldDisplay: false)

  @Option var address: String
  @Option var subscriptions: Int
  @Option var months = 0
  @Option var due: Int
  @Option var windows = 1

  func run() async throws {
    let now = try await Subscribers(subscriptions: subscriptions, months: months, due: due, windows: windows)
      .build(address)
    print(now.microseconds)
  }
}
