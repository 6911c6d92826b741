import TestSupport
import Testing

extension Chaos {
  /// A partner that takes connections and says nothing (SIGSTOP): what was sent to it is taken up when it goes on.
  @Suite("Stopping")
  struct Stopping {
    @Test("The partner stands still for some seconds", arguments: TestEngine.available)
    func partner(engine: TestEngine) async throws {
      try await Turns.houses.hold {
        try await Chaos.play(
          "partner stands still", on: engine, adjust: { $0.dials = Scene.milderDials }
        ) { stage, number in
          await stage.partner.freeze()
          // As long as this is how long it stands still; from 3 to 7 s, longer than a call may take.
          try? await Task.sleep(for: .seconds(3 + number % 5))
          await stage.partner.thaw()
        }
      }
    }
  }
}
