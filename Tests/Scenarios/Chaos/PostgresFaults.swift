import Foundation
import TestSupport
import Testing

extension Chaos {
  @Suite("PostgreSQL")
  struct Postgres {
    @Test(
      "PostgreSQL is stopped at once, and started",
      .enabled(if: Cluster.programs != nil, "there are no PostgreSQL server programs here"))
    func stopped() async throws {
      try await Turns.houses.hold {
        try await Cluster.with("one") { clusters, home in
          let cluster = clusters[0]
          try await cluster.create()
          let scene = Scene(
            fault: "PostgreSQL stopped and started", engine: "postgres", database: Cluster.address(cluster),
            folder: home)
          try await Chaos.play(scene) { stage, _ in
            // SIGQUIT is what `pg_ctl stop -m immediate` sends: no checkpoint, the log is played back at the start.
            await cluster.server.stop(by: SIGQUIT)
            try await Chaos.wait(for: "the server to miss it", telling: stage.told) { await stage.settled() == nil }
            try await cluster.start()
          }
        }
      }
    }

    @Test(
      "The primary is killed, and its synchronous standby promoted in its place",
      .enabled(if: Cluster.programs != nil, "there are no PostgreSQL server programs here"))
    func promoted() async throws {
      try await Turns.houses.hold {
        try await Cluster.with("one", "two") { clusters, home in
          try await clusters[0].create()
          var scene = Scene(
            fault: "primary killed, standby promoted", engine: "postgres",
            database: Cluster.address(clusters[0], clusters[1]), folder: home)
          scene.workers = 1
          try await Chaos.play(scene) { stage, number in
            let (primary, standby) = (clusters[number % 2], clusters[(number + 1) % 2])
            // Made under load, each time from the one that has the say now.
            try await standby.follow(primary, named: "standby\(number)")
            try await stage.flow()
            await primary.server.stop(by: SIGKILL)
            // Its children end by themselves when it is gone; none of them may outlive the promotion.
            try await Chaos.wait(for: "the primary to be gone") { await !primary.isReady() }
            try await standby.promote()
          }
        }
      }
    }
  }
}
