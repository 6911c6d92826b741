import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import NIOCore
import Store
import Synchronization
import TestSupport
import Testing
import Words

@testable import Desk
@testable import Web

/// The desk's doors over a real database, with people of every role in front of them and a clock that stands still.
struct Bureau: Sendable {
  let store: Store
  let kernel: Kernel
  let outbox: Outbox
  let journal: Journal
  let verifier: JournalVerifier
  let client: any TestClientProtocol
  let clock: Clock

  final class Clock: Sendable {
    /// 2026-03-03T14:32:05Z.
    private let instant = Mutex(Bureau.start)
    var now: Instant { instant.withLock { $0 } }
    func move(_ span: Span) { instant.withLock { $0 = $0 + span } }
  }

  static let start = Instant(seconds: 1_772_548_325)

  static func open(
    on engine: TestEngine, waiting: [WaitingSource] = [],
    _ body: @escaping @Sendable (Bureau) async throws -> Void
  ) async throws {
    try await Turns.databases.hold {
      try await withStore(on: engine) { store in
        _ = try await store.migrate(KernelSchema.migrations)
        let clock = Clock()
        let random = Mutex<UInt64>(1)
        let world = World(
          now: { clock.now },
          random: {
            random.withLock {
              $0 &+= 0x9E37_79B9_7F4A_7C15
              return $0
            }
          }, pause: { _ in })
        let kernel = Kernel(store: store, world: world)
        let outbox = Outbox(
          kernel: kernel, counterparts: [DeafPartner(lane: "carrier"), DeafPartner(lane: "mail")],
          handlers: [QuietHandler(kind: "charge"), QuietHandler(kind: "mail", mayHappenTwice: true)])
        try await outbox.prepareLanes()
        let journal = Journal(kernel: kernel, key: Curve25519.Signing.PrivateKey(), origin: "test")
        let verifier = JournalVerifier(journal)
        let frame = Frame(service: "Atlas", zone: .gmt, version: "1", site: Site(), now: { clock.now })
        let doors = Doors(
          DoorKeeper(site: Site()) { credential in
            guard case .token(let name) = credential, let role = Role(rawValue: name) else { return nil }
            return Self.identity(role)
          }, frame: frame)
        DeskRoutes(
          kernel: kernel, outbox: outbox, journal: journal, verifier: verifier,
          neighbours: DeskNeighbours(
            people: { _, numbers in numbers.contains(7) ? [7: "Fatma <b>Finance</b>"] : [:] },
            subjects: { _, subjects in
              Dictionary(
                uniqueKeysWithValues: subjects.filter { $0.hasPrefix("obligation:") || $0.hasPrefix("customer:") }.map {
                  ($0, .init(title: "Ada <i>Costa</i>", href: "/subscribers/42"))
                })
            }, waiting: waiting, subjectFields: ["customer", "effect"]), frame: frame
        ).add(to: doors)
        try await Application(responder: doors.responder(), logger: quiet).test(.router) { client in
          try await body(
            Bureau(
              store: store, kernel: kernel, outbox: outbox, journal: journal, verifier: verifier, client: client,
              clock: clock))
        }
        await verifier.stop()
      }
    }
  }

  /// Finance has the account 7, operators 8, everybody else 9.
  static func identity(_ role: Role) -> Identity {
    let account: Int64 = role == .finance ? 7 : role == .operator ? 8 : 9
    return Identity(
      account: account, name: "A \(role.rawValue)", role: role, rights: role.rights, means: .session(1, proof: "p"))
  }

  struct Answer: Sendable {
    let status: Int
    let location: String
    let type: String
    let text: String
  }

  func get(_ path: String, as role: Role = .finance, language: String = "en") async throws -> Answer {
    try await send(.get, path, as: role, language: language)
  }

  func post(_ path: String, _ form: [String: String], as role: Role, key: String = "a-key-of-a-form") async throws
    -> Answer
  {
    let all = form.merging(["proof": "p", "key": key]) { own, _ in own }
    return try await send(
      .post, path, as: role, body: all.map { "\(Paths.segment($0))=\(Paths.segment($1))" }.joined(separator: "&"))
  }

  private func send(
    _ method: HTTPRequest.Method, _ path: String, as role: Role, language: String = "en", body: String = ""
  ) async throws -> Answer {
    let headers: HTTPFields = [
      .authorization: "Bearer \(role.rawValue)", .accept: "text/html", .acceptLanguage: language,
      .contentType: "application/x-www-form-urlencoded",
    ]
    return try await client.execute(uri: path, method: method, headers: headers, body: ByteBuffer(string: body)) {
      Answer(
        status: $0.status.code, location: $0.headers[.location] ?? "", type: $0.headers[.contentType] ?? "",
        text: String(buffer: $0.body))
    }
  }

  // MARK: - what is in the house

  /// An effect as the outbox parks it.
  @discardableResult
  func park(
    _ slot: String, kind: String = "charge", lane: String = "carrier", owner: String = "finance",
    in span: Span = .days(1),
    code: String? = "noOutcomeRecorded"
  ) async throws -> Int64 {
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      let id = try change.id()
      try change.tx.execute(
        """
        INSERT INTO effect (id, lane, kind, slot, reference, payload, state, rank, prepared_at, due_at, sent_at, tries, asked,
          code, owner, deadline)
        VALUES (\(id), \(lane), \(kind), \(slot), \(change.reference()), '{}', 'unknown', 2, \(change.now - .days(2)),
          \(change.now - .days(2)), \(change.now - .days(2)), 1, 10, \(code), \(owner), \(change.now + span))
        """)
      return id
    }
  }

  func reference(_ effect: Int64) async throws -> String {
    try await store.read { tx in
      try tx.row("SELECT reference FROM effect WHERE id = \(effect)")?.text("reference") ?? ""
    }
  }

  func evidence(_ state: String, count: Int, lane: String = "carrier", raw: String = "{}", age: Span = .hours(2))
    async throws
  {
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      for _ in 0..<count {
        let id = try change.id()
        try change.tx.execute(
          """
          INSERT INTO evidence (id, lane, source, event_id, says, received_at, state, raw)
          VALUES (\(id), \(lane), 'notification', \("event-\(id)"), 'done', \(change.now - age), \(state),
            \(Array(raw.utf8)))
          """)
      }
    }
  }

  @discardableResult
  func alert(
    _ name: String, _ subject: String, message: String = "m", escalates: Span = .hours(1), cleared: Bool = false
  ) async throws -> Int64 {
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      let id = try change.id()
      try change.tx.execute(
        """
        INSERT INTO alert (id, name, subject, message, raised_at, owner, escalates_at, seen_at, cleared_at)
        VALUES (\(id), \(name), \(subject), \(message), \(change.now - .minutes(5)), 'payments', \(change.now + escalates),
          \(change.now), \(cleared ? change.now : nil))
        """)
      return id
    }
  }

  func record(_ count: Int = 1, kind: String = "noted", subject: String = "customer:42", by actor: Actor = .system("x"))
    async throws
  {
    try await kernel.change(by: actor, canRepeat: false, ids: count) { change in
      for number in 0..<count {
        if kind == "noted" {
          change.record(Noted(subject: subject, number: number))
        } else {
          change.record(Other(subject: subject))
        }
      }
    }
  }

  /// Seals all that is there. On PostgreSQL another test's transaction holds the horizon back for a moment.
  func seal() async throws {
    for _ in 0..<1_000 {
      while try await journal.seal() > 0 {}
      let open = try await store.read { tx in
        (try tx.integer("SELECT count(*) FROM fact") ?? 0)
          - (try tx.integer("SELECT size FROM journal_head WHERE one = 1") ?? 0)
      }
      if open == 0 { return }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  func facts(_ subject: String) async throws -> [(kind: String, actor: String, body: String)] {
    try await store.read { tx in
      try tx.rows("SELECT kind, actor, body FROM fact WHERE subject = \(subject) ORDER BY id LIMIT 1000").map {
        (try $0.text("kind"), try $0.text("actor"), try $0.text("body"))
      }
    }
  }
}

struct Noted: Fact {
  static let kind = "noted"
  let subject: String
  let number: Int
  var body: FactBody { ["customer": 42, "number": .number(Int64(number)), "text": "<script>alert(1)</script>"] }
}

struct Other: Fact {
  static let kind = "other"
  let subject: String
  var body: FactBody { [:] }
}

/// A partner that proves nothing and is never called.
struct DeafPartner: Counterpart {
  let lane: String
  let capabilities = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .none, notifiesWithin: nil, refusals: [])

  func perform(_ order: Order) async -> Reply { Reply(.unknown(reason: "deaf")) }
  func query(_ order: Order) async -> Reply { Reply(.unknown(reason: "deaf")) }
  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "deaf")) }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { [] }
}

struct QuietHandler: EffectHandler {
  let kind: String
  var mayHappenTwice = false

  func changed(_ outcomes: [EffectNews], in change: Change) throws {}
}

/// Nothing of the template language is left, and what was opened is closed.
func whole(_ html: String, _ comment: Comment? = nil) {
  #expect(!html.contains("{{") && !html.contains("}}") && !html.contains("Optional("), comment)
  for tag in ["table", "section", "ul", "ol", "dl", "details", "figure", "svg", "main", "tr", "div", "li", "form", "p"]
  {
    let opened = html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count - 2
    #expect(opened == html.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
  }
}
