import Foundation
import Store
import TestSupport
import Testing

/// How a running service is seen and stopped, with real processes.
@Suite("Operation", .serialized)
struct OperationProcessTests {
  typealias House = ProcessTests.House

  static let python = Figures.python != nil

  private static func importPeople(_ house: House, _ count: Int) async throws {
    try ProcessTests.writeFiles(house, carriers: count, cards: [])
    let plans = try await house.amends("import", "plans", "plans.csv")
    #expect(plans.code == 0, "\(plans.text)")
    let people = try await house.amends("import", "subscribers", "subscribers.csv")
    #expect(people.code == 0, "\(people.text)")
  }

  @Test(
    "Figures can be read by Prometheus, add up to what happened, and name nobody",
    .enabled(if: python, "AMENDS_TEST_PYTHON names no Python with prometheus-client"), arguments: TestEngine.available)
  func figures(engine: TestEngine) async throws {
    try await withDatabase(on: engine) { database in
      try await ProcessTests.withHouse(database: database, cards: nil) { house in
        #expect(try await house.amends("migrate").code == 0)
        let server = try house.start("serve", "--port", "\(house.serverPort)", "--metrics-port", "0")
        try await server.says("listens on")
        let base = try await Figures.address(of: server)
        try await Self.importPeople(house, 60)
        _ = try await ProcessTests.settled(house, 60)
        _ = try await Web.send("GET", "http://127.0.0.1:\(house.serverPort)/subscribers/4711?q=Person", body: [])
        _ = try await Web.send("GET", "http://127.0.0.1:\(house.serverPort)/nowhere/jane", body: [])
        // The figures about the database are at most five seconds old.
        try await Task.sleep(for: .seconds(6))
        let figures = try await Figures.read(base)

        #expect(figures.sum("amends_renewals_opened_total") == 60)
        #expect(
          figures.sum("amends_effect_outcomes_total", ["lane": "carrier", "kind": "charge", "outcome": "done"]) == 60)
        #expect(figures.sum("amends_partner_call_seconds_count", ["lane": "carrier", "call": "answer"]) ?? 0 >= 60)
        #expect(figures.sum("amends_outbox_open", ["lane": "carrier"]) == 0)
        #expect(figures.sum("amends_outbox_due", ["lane": "carrier"]) == 0)
        #expect(figures.sum("amends_lane_state", ["lane": "carrier"]) == 1)
        #expect(figures.sum("amends_commit_seconds_count") ?? 0 > 5)
        #expect((figures.sum("amends_commit_group_size_count") ?? 0 > 5) == (engine == .sqlite))
        #expect(figures.sum("amends_step_seconds_count", ["step": "renew"]) ?? 0 >= 1)
        #expect(figures.sum("amends_standing_read") == 1)
        #expect(figures.sum("amends_ready") ?? 0 >= 4)
        #expect(figures.sum("process_open_fds") ?? 0 > 5 && figures.sum("process_resident_memory_bytes") ?? 0 > 1e6)
        #expect(figures.sum("process_cpu_seconds_total") ?? 0 > 0)
        #expect(figures.sum("amends_http_requests_total", ["door": "/subscribers/{id}", "method": "GET"]) == 1)
        #expect(figures.sum("amends_http_requests_total", ["door": "none", "status": "404"]) == 1)
        #expect(figures.types["amends_step_seconds"] == "histogram")
        #expect(figures.helps.values.allSatisfy { !$0.isEmpty })

        // Not in the numbers: a count of nanoseconds may hold any digits.
        let words = figures.samples.flatMap { [$0.name] + $0.labels.map { "\($0.key)=\($0.value)" } }
        for word in ["4711", "jane", "Person", "49151", "q=", "@"] {
          #expect(!words.contains { $0.contains(word) }, "\(word) stands among the figures")
        }
        for family in Set(figures.samples.map(\.name)) {
          let count = figures.samples.count { $0.name == family }
          #expect(count < 2_000, "\(family) has \(count) series")
        }
        #expect(try await Web.send("GET", "http://127.0.0.1:\(house.serverPort)/metrics", body: []).status == 404)
        server.kill()
      }
    }
  }

  @Test(
    "Without its database a server is alive and not ready; when the database is back, it is ready again",
    .enabled(if: Cluster.programs != nil && TestEngine.postgresAddress != nil))
  func readiness() async throws {
    try await Cluster.with("watched") { clusters, _ in
      let cluster = clusters[0]
      try await cluster.create()
      try await ProcessTests.withHouse(database: Cluster.address(cluster), cards: nil) { house in
        #expect(try await house.amends("migrate").code == 0)
        let server = try house.start("serve", "--port", "\(house.serverPort)", "--metrics-port", "0")
        try await server.says("listens on")
        let base = "http://127.0.0.1:\(house.serverPort)"
        let ready = try await Self.wait(base, for: 200)
        for check in ["database", "schema", "worker", "journal"] {
          #expect(ready.contains("\"name\":\"\(check)\",\"ok\":true"), "\(ready)")
        }
        // PostgreSQL calls this a fast shutdown.
        await cluster.server.stop(by: SIGINT)
        let lost = try await Self.wait(base, for: 503)
        #expect(lost.contains("\"name\":\"database\",\"ok\":false"), "\(lost)")
        #expect(try await Web.send("GET", "\(base)/health", body: []).status == 200)
        let operation = try await Figures.address(of: server)
        #expect(try await Web.send("GET", "\(operation)/ready", body: []).status == 503)
        let text = try await Web.send("GET", "\(operation)/metrics", body: []).text
        #expect(text.contains("amends_ready{check=\"database\"} 0"), "figures are shown without the database too")
        try await cluster.start()
        _ = try await Self.wait(base, for: 200)
        server.kill()
      }
    }
  }

  /// - Returns: what `/ready` said when it had that status.
  private static func wait(_ base: String, for status: UInt) async throws -> String {
    var last = ""
    for _ in 0..<150 {
      let answer = try await Web.send("GET", "\(base)/ready", body: [])
      last = answer.text
      if answer.status == status { return last }
      try await Task.sleep(for: .milliseconds(200))
    }
    throw Program.Failed(text: "/ready never answered \(status): \(last)")
  }

  @Test("Asked to stop under load, a server is first not ready, then records the batch that it holds, and ends in time")
  func stop() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      // Each call takes 0.2 to 0.4 s, and a batch of 400 at 50 a time some seconds; nothing is lost and nothing fails.
      let slow = "{\"answers\": {\"slow\": {\"min\": 0.2, \"max\": 0.4}}, \"notifications\": {\"lose\": 1}}"
      try await Self.turn(house, slow)
      try Self.limitConcurrency(house, to: 50)
      let server = try house.start(
        "serve", "--port", "\(house.serverPort)", "--metrics-port", "0", "--drain", "1", "--stop-within", "30")
      try await server.says("listens on")
      let base = try await Figures.address(of: server)
      try await Self.importPeople(house, 400)
      for _ in 0..<200 {
        if try await house.truth().captures > 20 { break }
        try await Task.sleep(for: .milliseconds(20))
      }
      let before = try await house.truth().captures
      #expect(before > 20 && before < 350, "\(before) of 400 were charged: no batch is under way")

      let start = ContinuousClock.now
      Glibc.kill(server.identifier, SIGTERM)
      try await Task.sleep(for: .milliseconds(300))
      let ready = try await Web.send("GET", "http://127.0.0.1:\(house.serverPort)/ready", body: [])
      #expect(ready.status == 503 && ready.text.contains("being stopped"), "\(ready)")
      #expect(try await Web.send("GET", "\(base)/health", body: []).status == 200)
      while server.isRunning, ContinuousClock.now - start < .seconds(40) {
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(!server.isRunning, "it did not end")
      #expect(ContinuousClock.now - start < .seconds(31))

      // What was called is written down; nothing is left in `sent`, for a lease to run out.
      let truth = try await house.truth()
      let open = try await Self.states(house)
      #expect(open["sent", default: 0] == 0 && open["unknown", default: 0] == 0, "\(open)")
      #expect(open["done", default: 0] + open["pending", default: 0] == truth.captures, "\(open), \(truth)")
      #expect(truth.doubled == 0)
    }
  }

  @Test("What takes longer than there is time for is given up, and is unknown: nothing is charged again for it")
  func stopInTime() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      let silent = "{\"answers\": {\"slow\": {\"min\": 20, \"max\": 20}}, \"notifications\": {\"lose\": 1}}"
      try await Self.turn(house, silent)
      try Self.limitConcurrency(house, to: 20, timeout: 30_000)
      let server = try house.start("serve", "--port", "\(house.serverPort)", "--stop-within", "8")
      try await server.says("listens on")
      try await Self.importPeople(house, 20)
      for _ in 0..<100 where try await house.truth().captures < 20 { try await Task.sleep(for: .milliseconds(100)) }
      let start = ContinuousClock.now
      server.end(by: SIGTERM)
      let took = ContinuousClock.now - start
      #expect(took > .seconds(1) && took < .seconds(12), "it took \(took)")
      let open = try await Self.states(house)
      #expect(open["done", default: 0] == 0 && open["prepared", default: 0] == 0, "\(open)")
      #expect(open["unknown", default: 0] + open["sent", default: 0] == 20, "\(open)")
    }
  }

  /// Has the partner behave otherwise from now on.
  static func turn(_ house: House, _ dials: String) async throws {
    let answer = try await Web.send(
      "PUT", "http://127.0.0.1:\(house.partnerPort)/_dials", headers: ["content-type": "application/json"],
      body: Array(dials.utf8))
    #expect(answer.status < 300, "\(answer)")
  }

  private static func limitConcurrency(_ house: House, to count: Int, timeout: Int = 5_000) throws {
    let file = house.folder.appending(path: "partners.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    try Data(
      text.replacing("\"concurrency\": 200", with: "\"concurrency\": \(count)")
        .replacing("\"timeoutMilliseconds\": 1000", with: "\"timeoutMilliseconds\": \(timeout)").utf8
    ).write(to: file)
  }

  /// How many charges stand in which state, looked up after the process has ended.
  private static func states(_ house: House) async throws -> [String: Int] {
    let store = try await Store.openToRead(house.folder.appending(path: house.database).path, logger: quiet)
    let rows = try await store.read { tx in
      try tx.rows("SELECT state, count(*) AS n FROM effect WHERE kind = 'charge' GROUP BY state").map {
        (try $0.text("state"), try $0.int("n"))
      }
    }
    await store.close()
    return Dictionary(uniqueKeysWithValues: rows)
  }
}
