import Foundation
import Kernel
import Store
import TestSupport
import Testing

@testable import Server

/// The operator's command as a process, and what its end means.
@Suite("Going back to the release before")
struct ReleaseTests {
  private static func order(_ way: String = "back") -> Order {
    Order(
      reference: "r-1", kind: "release", payload: #"{"from":"0.2.0","to":"0.1.0","way":"\#(way)"}"#,
      preparedAt: Instant(seconds: 0))
  }

  private static func verdict(_ script: String, within: Span = .seconds(20)) async -> Reply {
    let shell = ["/bin/sh", "-c", script]
    return await ReleaseCommand(back: shell, forward: shell, within: within).perform(order())
  }

  @Test("Only 0 is done and only 77 a refusal; anything else is not known")
  func codes() async {
    #expect(await Self.verdict("exit 0").verdict == .done)
    #expect(await Self.verdict("exit 77").verdict == .refused(code: "77"))
    #expect(await Self.verdict("exit 1").verdict == .unknown(reason: "exit code 1"))
    #expect(await Self.verdict("kill -9 $$").verdict == .unknown(reason: "ended by signal 9"))
    let missing = ReleaseCommand(back: ["/no/such/program"], forward: ["/no/such/program"], within: .seconds(1))
    #expect(await missing.perform(Self.order()).verdict == .notSent(reason: "/no/such/program cannot be started"))
  }

  @Test("It is told which release is wanted, and nothing of what this program knows")
  func environment() async {
    setenv("AMENDS_TEST_RELEASE_SECRET", "hunter2", 1)
    let reply = await Self.verdict(
      "echo $AMENDS_RELEASE_WAY $AMENDS_RELEASE_FROM $AMENDS_RELEASE_TO; env; ls /proc/self/fd")
    let said = String(decoding: reply.raw, as: UTF8.self)
    #expect(said.hasPrefix("back 0.2.0 0.1.0\n"))
    #expect(!said.contains("hunter2"))
    // Its own three, and the folder that `ls` reads.
    #expect(said.split(separator: "\n").suffix(4) == ["0", "1", "2", "3"], "\(said.suffix(200))")
  }

  @Test("A command that hangs is ended with all whom it started, and its outcome is not known")
  func hangs() async {
    let start = ContinuousClock.now
    let reply = await Self.verdict("trap '' TERM; echo begun; sleep 300", within: .seconds(8))
    #expect(reply.verdict == .unknown(reason: "time-out"))
    #expect(String(decoding: reply.raw, as: UTF8.self) == "begun\n")
    // Far from both, however busy the machine is.
    #expect(ContinuousClock.now - start < .seconds(200))
  }

  @Test("What it leaves behind is not waited for, and what it says too much is thrown away")
  func leaves() async {
    let start = ContinuousClock.now
    let reply = await Self.verdict("sleep 300 & yes | head -c 5000000; exit 0")
    #expect(reply.verdict == .done)
    #expect(reply.raw.count == Child.kept)
    // Far from both, however busy the machine is.
    #expect(ContinuousClock.now - start < .seconds(200))
  }

  @Test("Asked what became of it, the version that runs is the answer")
  func query() async {
    var command = ReleaseCommand(back: ["/bin/true"], forward: ["/bin/true"], within: .seconds(5))
    command.version = "0.1.0"
    #expect(await command.query(Self.order()).verdict == .done)
    command.version = "0.2.0"
    #expect(await command.query(Self.order()).verdict == .unknown(reason: "0.2.0 runs"))
  }

  private static let ann = Actor(.operator, "ann")

  private static func targets(_ store: Store, _ containment: GoBack) async throws -> [ContainmentTarget] {
    try await store.read { tx in try containment.targets(in: tx) }
  }

  @Test(
    "Where it is not possible, it says why: no command, no release before, a step of the schema that came between",
    arguments: TestEngine.available)
  func obstacles(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate(Runtime.migrations)
      let kernel = Kernel(store: store, world: .real)
      let offer = GoBack(isConfigured: true)
      #expect(
        try await Self.targets(store, GoBack(isConfigured: false)).first?.obstacle?.contains("no command") == true)
      #expect(try await Self.targets(store, offer).first?.obstacle?.contains("no release before") == true)
      let old = Release(version: "0.0.9", steps: Release.current.steps.subtracting(["incidents/001"]))
      for release in [old, .current] {
        try await kernel.change(by: Self.ann, canRepeat: true) { change in try Release.note(release, in: change) }
      }
      let target = try #require(try await Self.targets(store, offer).first)
      #expect(target.name == "0.0.9" && target.obstacle?.contains("incidents/001") == true)
      let error = await #expect(throws: Refusal.self) {
        try await kernel.change(by: Self.ann, canRepeat: false) { change in
          try offer.apply(to: "0.0.9", reason: "it charges twice", in: change)
        }
      }
      #expect(error?.code == "cannotGoBack")
    }
  }

  @Test("One exchange at a time; undone is the way forward to where it came from", arguments: TestEngine.available)
  func both(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate(Runtime.migrations)
      let kernel = Kernel(store: store, world: .real)
      let outbox = Outbox(
        kernel: kernel,
        counterparts: [ReleaseCommand(back: ["/bin/true"], forward: ["/bin/true"], within: .seconds(5))],
        handlers: [ReleaseHandler()])
      try await outbox.prepareLanes()
      let old = Release(version: "0.0.9", steps: Release.current.steps)
      for release in [old, .current] {
        try await kernel.change(by: Self.ann, canRepeat: true) { change in try Release.note(release, in: change) }
      }
      let offer = GoBack(isConfigured: true)
      #expect(try await Self.targets(store, offer) == [.init(name: "0.0.9", words: "0.0.9", isStopped: false)])
      func ask(_ body: @escaping @Sendable (Change) throws -> Void) async throws {
        try await kernel.change(by: Self.ann, canRepeat: false) { change in try body(change) }
      }
      try await ask { try offer.apply(to: "0.0.9", reason: "it charges twice", in: $0) }
      // Asked for again it is one, and it cannot be undone before it is known.
      try await ask { try offer.apply(to: "0.0.9", reason: "it charges twice", in: $0) }
      let error = await #expect(throws: Refusal.self) {
        try await ask { try offer.undo(on: "0.0.9", reason: "mended", in: $0) }
      }
      #expect(error?.code == "isSwitching")
      var cursor = SendCursor()
      #expect(try await outbox.send(GoBack.lane, cursor: &cursor) == 1)
      #expect(try await Self.targets(store, offer).first?.isStopped == true)
      try await ask { try offer.undo(on: "0.0.9", reason: "mended", in: $0) }
      // One a second leaves.
      var sent = 0
      for _ in 0..<50 where sent == 0 {
        try await Task.sleep(for: .milliseconds(100))
        sent = try await outbox.send(GoBack.lane, cursor: &cursor)
      }
      let ways = try await store.read { tx in
        try tx.rows("SELECT way, version_to, state FROM release_switch ORDER BY id LIMIT 10").map {
          "\(try $0.text("way")) \(try $0.text("version_to")) \(try $0.text("state"))"
        }
      }
      #expect(ways == ["back 0.0.9 done", "forward \(Amends.version) done"])
      #expect(try await Self.targets(store, offer).first?.isStopped == false)
    }
  }
}
