import Foundation
import TestSupport
import Testing

extension Chaos {
  /// The clock of the server, and of its worker, is wrong for a while.
  @Suite("Clock")
  struct Clock {
    @Test(
      "The clock jumps an hour ahead, then a day back, then is right again",
      .enabled(if: JumpingClock.compiler != nil, "no C compiler here, to build the clock with"),
      arguments: TestEngine.available)
    func jumps(engine: TestEngine) async throws {
      let home = FileManager.default.temporaryDirectory.appending(path: "amends-chaos-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: home) }
      let clock = try await JumpingClock(in: home)
      try await Turns.houses.hold {
        try await Chaos.play("clock jumps", on: engine) { scene in
          scene.folder = home
          // A partner with a low limit: the bucket that keeps it is filled by the clock.
          scene.rate = 10
          scene.serverEnvironment = clock.environment
        } _: { stage, _ in
          // Long enough for charges to be sent, asked about and dated by the wrong clock.
          try clock.set(ahead: 3_600)
          try await Task.sleep(for: .seconds(2))
          try clock.set(ahead: -86_400)
          try await Task.sleep(for: .seconds(2))
          try clock.set(ahead: 0)
        }
      }
    }
  }
}
