import Kernel
import Store
import TestSupport
import Testing

@testable import Server

@Suite("How the service stands, and a worker that stops")
struct StandingTests {
  @Test("Every figure about the database is what stands there", arguments: TestEngine.available)
  func standing(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate(KernelSchema.migrations)
      let kernel = Kernel(store: store, world: .real)
      let now = kernel.world.now()
      try await kernel.change(by: .system("test"), canRepeat: false) { change in
        try change.tx.execute("INSERT INTO lane (name, switch) VALUES ('card', 'on'), ('carrier', 'off')")
        for (number, state, age) in [
          (1, "unknown", Span.seconds(5)), (2, "unknown", .minutes(20)), (3, "unknown", .days(3)),
          (4, "pending", .hours(1)),
        ] {
          try change.tx.execute(
            """
            INSERT INTO effect (id, lane, kind, slot, reference, payload, state, rank, prepared_at, due_at, sent_at, next_at,
              owner, deadline)
            VALUES (\(1_000_000 + number), 'card', 'charge', \("s\(number)"), \("r\(number)"), '{}', \(state), 2, \(now), \(now),
              \(now - age), \(now), \(number == 3 ? "finance" : nil), \(number == 3 ? now - .hours(1) : nil))
            """)
        }
        change.enqueue(NewEffect(lane: "card", kind: "charge", slot: "s9", payload: "{}"))
        try change.tx.execute(
          """
          INSERT INTO alert (id, name, subject, message, raised_at, owner, escalates_at, seen_at)
          VALUES (1, 'partnerDown', 'lane:card', 'x', \(now), 'payments', \(now), \(now))
          """)
      }
      let later = kernel.world.now() + .seconds(1)
      let standing = try await store.read { tx in try Standing.read(in: tx, now: later) }
      #expect(standing.lanes.map(\.name) == ["card", "carrier"] && standing.lanes[1].isStopped)
      #expect(standing.lanes[0].due == 1 && standing.lanes[0].open == ["unknown": 3, "pending": 1])
      #expect(standing.lanes[0].unknown == [.minute: 1, .hour: 1, .older: 1])
      #expect(standing.parked == 1 && standing.overdue == 1 && standing.alerts == ["partnerDown": 1])
      #expect(standing.unsealed == 0 && standing.oldestUnsealed == nil)
    }
  }

  @Test("A restored database holds every lane, once, and says since when", arguments: TestEngine.available)
  func adopted(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate(KernelSchema.migrations)
      let kernel = Kernel(store: store, world: .real)
      try await kernel.change(by: .system("test"), canRepeat: false) { change in
        _ = try change.tx.execute("INSERT INTO lane (name, switch) VALUES ('card', 'on'), ('carrier', 'off')")
      }
      let command = AdoptRestored(taken: kernel.world.now(), reason: "restored by a test")
      let first = try await kernel.perform(command, by: .system("restore"), key: "a")
      #expect(first.stopped == ["card"] && first.shift == 0)
      let second = try await kernel.perform(command, by: .system("restore"), key: "b")
      #expect(second.stopped.isEmpty)
      #expect(try await store.read { tx in try Journal.isLeftBehind(in: tx) } == false)
      let standing = try await store.read { tx in try Standing.read(in: tx, now: kernel.world.now()) }
      #expect(standing.lanes.allSatisfy(\.isStopped) && standing.unsealed == 3 && standing.oldestUnsealed != nil)
    }
  }

  @Test("What was sent after the backup can be decided while its lane is stopped, and not while it goes")
  func decided() async throws {
    try await withStore(on: .sqlite) { store in
      _ = try await store.migrate(KernelSchema.migrations)
      let kernel = Kernel(store: store, world: .real)
      let outbox = Outbox(kernel: kernel, counterparts: [], handlers: [])
      try await kernel.change(by: .system("test"), canRepeat: false) { change in
        try change.tx.execute("INSERT INTO lane (name, switch) VALUES ('card', 'on')")
        change.enqueue(NewEffect(lane: "card", kind: "charge", slot: "s1", payload: "{}", reference: "r1"))
      }
      let decision = DecideEffect(reference: "r1", happened: true, partnerID: "pi_1", reason: "on the partner's list")
      await #expect(throws: Refusal.self) {
        try await kernel.perform(decision, by: Actor(.finance, "1"), key: "a")
      }
      _ = try await kernel.perform(
        SwitchLane(lane: "card", on: false, reason: "restored"), by: Actor(.operator, "cli"), key: "b")
      let undone = DecideEffect(reference: "r1", happened: false, partnerID: nil, reason: "not on the partner's list")
      await #expect(throws: Refusal.self) {
        try await kernel.perform(undone, by: Actor(.finance, "1"), key: "c")
      }
      let isTaken = try await kernel.perform(decision, by: Actor(.finance, "1"), key: "d")
      #expect(isTaken)
      while try await outbox.applyInbox() > 0 {}
      let state = try await store.read { tx in try tx.row("SELECT state FROM effect")?.text("state") }
      #expect(state == "done")
    }
  }

  @Test("A worker that is stopped ends its pauses at once, and lets a step under way come to its end")
  func stopped() async throws {
    let (began, tell) = AsyncStream.makeStream(of: Void.self)
    let finished = Counter()
    let pulse = WorkerPulse()
    #expect(pulse.stalled() == nil)
    let steps = [
      Step("long", idle: .hours(1)) {
        tell.yield()
        try await World.real.pause(.milliseconds(300))
        await finished.add()
        return 1
      },
      Step("idle", idle: .hours(1)) { 0 },
    ]
    let worker = Worker(steps: steps, world: .real, logger: quiet, pulse: pulse)
    let run = Task { await worker.run() }
    for await _ in began { break }
    #expect(pulse.stalled() == [])
    pulse.stop()
    await run.value
    #expect(await finished.count == 1, "a step was cut short, or another began")
  }

  private actor Counter {
    var count = 0
    func add() { count += 1 }
  }
}
