import Foundation
import Kernel
import Store
import Synchronization
import TestSupport
import Testing
import Words

@testable import Mail

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
  private let instant = Mutex(Instant(seconds: 1_772_355_600))
  var now: Instant { instant.withLock { $0 } }
  func move(_ span: Span) { instant.withLock { $0 = $0 + span } }
}

/// A kernel with mail alone, on a real database, and perhaps a real mail server.
struct PostOffice: Sendable {
  let store: Store
  let clock: TestClock
  let kernel: Kernel
  let outbox: Outbox
  let mailer: Mailer

  static func open(
    on engine: TestEngine, _ server: MailServer? = nil, _ body: (PostOffice) async throws -> Void
  ) async throws {
    try await Turns.databases.hold {
      try await withStore(on: engine) { store in
        _ = try await store.migrate(KernelSchema.migrations + MailModule.migrations)
        let clock = TestClock()
        let world = World(now: { clock.now }, random: { UInt64.random(in: 0 ... .max) }, pause: { _ in })
        let kernel = Kernel(store: store, world: world)
        let outbox = Outbox(
          kernel: kernel,
          counterparts: server.map { [SMTPRelay($0, store: store, now: { clock.now })] } ?? [],
          handlers: MailModule.handlers)
        try await outbox.prepareLanes()
        let mailer = Mailer(service: "Atlas Reading Club", from: try MailAddress("club@example.org"))
        try await body(PostOffice(store: store, clock: clock, kernel: kernel, outbox: outbox, mailer: mailer))
      }
    }
  }

  @discardableResult
  func write(_ matter: MailMatter, to recipient: MailRecipient) async throws -> Int64 {
    try await kernel.change(by: .system("test"), canRepeat: false) { [mailer] change in
      try mailer.enqueue(matter, to: recipient, in: change)
    }
  }

  @discardableResult
  func send() async throws -> Int {
    var cursor = SendCursor()
    return try await outbox.send(MailModule.lane, cursor: &cursor)
  }

  struct Standing: Equatable {
    var state: String
    var attempts: Int
    var code: String?
    var effect: String
    var effects: Int64
  }

  func standing(_ id: Int64) async throws -> Standing {
    try await store.read { tx in
      let row = try #require(try tx.row("SELECT state, attempts, code FROM mail WHERE id = \(id)"))
      let slot = "mail:\(id)"
      let effects = try tx.rows("SELECT state FROM effect WHERE slot = \(slot) ORDER BY id")
      return Standing(
        state: try row.text("state"), attempts: try row.int("attempts"), code: try row.textOrNull("code"),
        effect: try effects.last?.text("state") ?? "", effects: Int64(effects.count))
    }
  }

  func count(_ sql: SQL) async throws -> Int64 { try await store.read { tx in try tx.integer(sql) ?? -1 } }
}

enum Sample {
  static let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt
  static let paidAt = Instant(seconds: 1_772_355_600)

  static func link(_ until: Instant? = nil) throws -> MailLink {
    try MailLink("https://club.example.org/s/42?k=a.b-c&d=e%20f", until: until)
  }

  static func recipient(
    _ language: Language = .english, address: String = "ada@example.com", name: String? = "Ada Costa"
  ) throws -> MailRecipient {
    MailRecipient(
      try MailAddress(address), name: name, language: LanguageTag(language), zone: berlin, owner: .customer(7))
  }

  static func receipt() throws -> MailMatter {
    .receipt(
      MailReceipt(
        number: "2026-00042", plan: "Reading Club — ‘monthly’ & more", period: paidAt..<(paidAt + .days(31)),
        amount: MailAmount(1_299, "EUR", digits: 2), method: "Visa 4242", paidAt: paidAt), link: try link())
  }

  static let alert = MailAlert(
    AlertNews(
      .escalated, name: "mailsLate", about: "mails <b>", message: "12 mails wait — since an hour & more.",
      owner: "head of operations", at: paidAt))

  /// One of each kind.
  static func matters() throws -> [MailMatter] {
    [
      .invitation(by: "Jun Itō <jun>", link: try link(paidAt + .days(3))),
      .passwordReset(link: try link(paidAt + .minutes(30))),
      .signInNotice(at: paidAt, device: "Firefox, Debian", network: "203.0.113.7", link: try link()),
      .subscriberLink(link: try link(paidAt + .days(1))), try receipt(),
      .pastDue(
        MailPastDue(
          plan: "Reading Club monthly", amount: MailAmount(1_299, "EUR", digits: 2),
          attempts: (3, paidAt + .days(3)), accessUntil: paidAt + .days(14)), link: try link()),
      .pastDue(
        MailPastDue(
          plan: "Reading Club monthly", amount: MailAmount(1_500, "JPY", digits: 0), attempts: nil, accessUntil: nil),
        link: try link()),
      .cancelled(plan: "Reading Club monthly", until: paidAt + .days(31), link: try link()),
      .cancelled(plan: "Reading Club monthly", until: nil, link: try link()),
      .apology(
        MailApology(cause: .chargedTwice, amounts: [MailAmount(1_998, "EUR", digits: 2)], freePeriods: 1),
        link: try link()),
      .alert(alert, link: try link()), .alertDigest([alert, alert], count: 5, link: try link()),
    ]
  }
}
