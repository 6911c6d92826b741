import TestSupport
import Testing

extension Chaos {
  /// kill -9: nothing is finished, nothing is tidied up. A keeper starts the program again, as a service manager would.
  @Suite("Killing")
  struct Killing {
    /// A kill is short, so there are more of them in a round's time.
    static let times = Chaos.rounds * 3

    @Test("The server is killed again and again", arguments: TestEngine.available)
    func server(engine: TestEngine) async throws {
      try await Turns.houses.hold {
        try await Chaos.play("server killed", on: engine, times: Self.times) { stage, _ in await stage.server.kill() }
      }
    }

    @Test("The partner is killed again and again, and has nothing but its own file", arguments: TestEngine.available)
    func partner(engine: TestEngine) async throws {
      try await Turns.houses.hold {
        // Not more often: the breaker takes a partner that is killed every few seconds for broken, and stays open longer
        // each time.
        try await Chaos.play(
          "partner killed", on: engine, times: max(3, Chaos.rounds), adjust: { $0.dials = Scene.milderDials }
        ) { stage, _ in
          await stage.partner.kill()
        }
      }
    }

    @Test(
      "A worker beside a server is killed again and again",
      .enabled(if: Chaos.serverHasPostgres, "there is no PostgreSQL here: AMENDS_TEST_POSTGRES names none"))
    func worker() async throws {
      try await Turns.houses.hold {
        try await Chaos.play(
          "worker killed", on: .postgres, times: Self.times, adjust: { $0.workers = 1 }
        ) { stage, _ in await stage.workers[0].kill() }
      }
    }

    @Test(
      "Two workers and a server on one database are killed in turn",
      .enabled(if: Chaos.serverHasPostgres, "there is no PostgreSQL here: AMENDS_TEST_POSTGRES names none"))
    func inTurn() async throws {
      try await Turns.houses.hold {
        try await Chaos.play(
          "two workers and the server killed in turn", on: .postgres, times: Self.times, adjust: { $0.workers = 2 }
        ) { stage, number in
          let all = [stage.workers[0], stage.server, stage.workers[1]]
          await all[number % all.count].kill()
        }
      }
    }
  }
}
