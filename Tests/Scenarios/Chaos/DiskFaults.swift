import Foundation
import TestSupport
import Testing

extension Chaos {
  /// A disk that is full, that takes no writes, or that is found read-only at a start.
  @Suite("Disk")
  struct Disks {
    static let diskReason: Comment = "\(Disk.refusal ?? "small disks can be mounted")"
    static let clusterReason: Comment = "there are no PostgreSQL server programs here"

    private static let noSpace = "No space left on device"

    @Test(
      "The disk under a SQLite file is full, and then has room again",
      .enabled(if: Disk.refusal == nil, Disks.diskReason))
    func fullUnderSQLite() async throws {
      try await Turns.houses.hold {
        try await Disk.with(megabytes: 48) { disk, home in
          let scene = Scene(
            fault: "disk full", engine: "sqlite", database: "disk/house.sqlite", wrapper: disk.wrapper, folder: home)
          try await Chaos.play(scene) { stage, _ in
            try await disk.fill()
            try await Self.refused(stage, "no room left")
            try await disk.free()
          }
        }
      }
    }

    @Test(
      "The disk under PostgreSQL is full, and then has room again",
      .enabled(if: Cluster.programs != nil, Disks.clusterReason), .enabled(if: Disk.refusal == nil, Disks.diskReason))
    func fullUnderPostgres() async throws {
      try await Turns.houses.hold {
        try await Disk.with(megabytes: 160) { disk, home in
          let cluster = try await Cluster("disk", in: home, through: disk.wrapper)
          var failure: (any Error)?
          do {
            try await cluster.create()
            let scene = Scene(
              fault: "disk full", engine: "postgres", database: Cluster.address(cluster), folder: home)
            try await Chaos.play(scene) { stage, _ in
              let missed = await cluster.server.count(of: Self.noSpace)
              try await disk.fill()
              // It may refuse (53100), or end for want of room for its log; its keeper starts it again.
              try await Chaos.wait(for: "PostgreSQL to miss the room", telling: { await cluster.server.text }) {
                await cluster.server.count(of: Self.noSpace) > missed
              }
              try await disk.free()
            }
          } catch { failure = error }
          await cluster.server.dismiss()
          if let failure { throw failure }
        }
      }
    }

    @Test("No file of the server's can be written any more, and then all can again (SQLite)")
    func unwritable() async throws {
      try await Turns.houses.hold {
        var scene = Scene(fault: "every write to the disk fails", engine: "sqlite", database: "house.sqlite")
        // The limit on a file's size makes every write fail, whoever one is; its signal would end the process.
        scene.serverWrapper = ["env", "--ignore-signal=XFSZ"]
        try await Chaos.play(scene) { stage, _ in
          try await Self.limitFiles(of: stage, to: "0")
          // The server's own words go to a file too, and get lost; who asks it for a change is refused.
          try await Chaos.wait(for: "a change to be refused", telling: stage.told) {
            try await stage.tried(["lane", "resume", "carrier", "--reason", "to see whether it writes"]).code != 0
          }
          try await Self.limitFiles(of: stage, to: "unlimited")
        }
      }
    }

    @Test(
      "A server is started again on a disk that is read-only meanwhile (SQLite)",
      .enabled(if: Disk.refusal == nil, Disks.diskReason))
    func readOnlyAtStart() async throws {
      try await Turns.houses.hold {
        try await Disk.with(megabytes: 48) { disk, home in
          let scene = Scene(
            fault: "disk read-only at a restart", engine: "sqlite", database: "disk/house.sqlite",
            wrapper: disk.wrapper, folder: home)
          try await Chaos.play(scene, mayEnd: true) { stage, _ in
            let ends = await stage.server.ends
            await stage.server.stop()
            try await disk.remount(readOnly: true)
            try await stage.server.start()
            try await Chaos.wait(for: "the server to refuse to start", telling: stage.told) {
              await stage.server.ends > ends
            }
            #expect(await stage.server.hasSaid("takes no writes"))
            try await disk.remount(readOnly: false)
          }
        }
      }
    }

    @Test(
      "PostgreSQL takes no writes, and then takes them again",
      .enabled(if: Cluster.programs != nil, Disks.clusterReason))
    func readOnlyPostgres() async throws {
      try await Turns.houses.hold {
        try await Cluster.with("one") { clusters, home in
          let cluster = clusters[0]
          try await cluster.create()
          let scene = Scene(
            fault: "database read-only", engine: "postgres", database: Cluster.address(cluster), folder: home)
          try await Chaos.play(scene) { stage, _ in
            try await cluster.sql("ALTER SYSTEM SET default_transaction_read_only = on")
            try await cluster.sql("SELECT pg_reload_conf()")
            try await Self.refused(stage, "takes no writes")
            try await cluster.sql("ALTER SYSTEM RESET default_transaction_read_only")
            try await cluster.sql("SELECT pg_reload_conf()")
          }
        }
      }
    }

    /// Waits until the server says that it could not save something, once more than before.
    private static func refused(_ stage: Stage, _ words: String) async throws {
      let before = await stage.server.count(of: words)
      try await Chaos.wait(for: "the server to say '\(words)'", telling: stage.told) {
        await stage.server.count(of: words) > before
      }
    }

    /// Sets the soft limit only, so that it can be taken away again.
    private static func limitFiles(of stage: Stage, to bytes: String) async throws {
      let (code, text) = try await Program.run(
        ["--pid", "\(await stage.server.identifier)", "--fsize=\(bytes):"], of: "/usr/bin/prlimit", in: stage.folder)
      guard code == 0 else { throw Program.Failed(text: "prlimit: \(text)") }
    }
  }
}
