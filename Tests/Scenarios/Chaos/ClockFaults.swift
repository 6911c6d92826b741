import Foundation
import TestSupport
import Testing

extension Chaos {
  /// The server's clock is wrong for a while. libfaketime stands before the system's; what measures lengths of time
  /// (CLOCK_MONOTONIC) stays right, as it does when a real clock is set.
  @Suite("Clock")
  struct Clock {
    /// Of the Debian package libfaketime.
    static let library: String? = {
      let base = "/usr/lib"
      let folders = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
      return folders.map { "\(base)/\($0)/faketime/libfaketimeMT.so.1" }
        .first { FileManager.default.fileExists(atPath: $0) }
    }()

    @Test(
      "The clock jumps an hour ahead, then a day back, then is right again",
      .enabled(if: Clock.library != nil, "libfaketime is not installed (Debian package faketime)"),
      arguments: TestEngine.available)
    func jumps(engine: TestEngine) async throws {
      let home = FileManager.default.temporaryDirectory.appending(path: "amends-chaos-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: home) }
      let file = home.appending(path: "clock").path
      try Self.set("+0", file)
      try await Turns.houses.hold {
        try await Chaos.play("clock jumps", on: engine) { scene in
          scene.folder = home
          // A partner with a low limit: the bucket that keeps it is filled by the clock.
          scene.rate = 10
          // The library changes the environment of the first program that loads it, and Swift then misses its arguments: that
          // program is `env`, which becomes ours.
          scene.serverWrapper = ["env"]
          scene.serverEnvironment = [
            "LD_PRELOAD": Self.library ?? "", "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
          ]
        } _: { stage, _ in
          // Two seconds each: one until the library reads its file again, and one under load.
          try Self.set("+1h", file)
          try await Task.sleep(for: .seconds(2.5))
          try Self.set("-1d", file)
          try await Task.sleep(for: .seconds(2.5))
          try Self.set("+0", file)
        }
      }
    }

    private static func set(_ offset: String, _ path: String) throws {
      try Data("\(offset)\n".utf8).write(to: URL(filePath: path), options: .atomic)
    }
  }
}
