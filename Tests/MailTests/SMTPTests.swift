import Foundation
import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Mail

/// Against aiosmtpd (PyPI) as a process of its own; what came is read by Python's `email` package.
@Suite(
  "Mail over SMTP", .serialized, .timeLimit(.minutes(10)),
  .enabled(if: MailServerProcess.python != nil, "AMENDS_TEST_PYTHON names no Python with aiosmtpd"))
struct SMTPTests {
  private func server(
    _ port: Int, scheme: String = "smtp", user: String? = nil, password: String? = nil, ca: String? = nil
  ) throws -> MailServer {
    var server = try MailServer(
      url: "\(scheme)://127.0.0.1:\(port)", from: try MailAddress("club@example.org"), fromName: "Atlas Reading Club",
      replyTo: try MailAddress("help@example.org"), user: user, password: password, authorities: ca)
    server.timeout = .seconds(3)
    return server
  }

  /// A server with these turns, and a post office before it.
  private func run(
    on engine: TestEngine = .sqlite, _ turns: String, _ body: (PostOffice, MailServerProcess) async throws -> Void
  ) async throws {
    let process = try MailServerProcess(["--turns", turns])
    defer { process.stop() }
    try await PostOffice.open(on: engine, try server(process.port)) { office in try await body(office, process) }
  }

  @Test("Every kind comes as it was written, in every language", arguments: TestEngine.available, Language.allCases)
  func whole(engine: TestEngine, language: Language) async throws {
    try await run(on: engine, "ok") { office, process in
      let recipient = try Sample.recipient(language, name: language == .japanese ? "伊藤 純" : "Ada \"A\" Costa")
      for matter in try Sample.matters() { try await office.write(matter, to: recipient) }
      while try await office.send() > 0 {}
      let rows = try await office.store.read { tx in
        try tx.rows("SELECT subject, plain, html, message_id, state FROM mail ORDER BY id")
      }
      let taken = try process.taken()
      let wanted = try Sample.matters().count
      #expect(taken.count == rows.count && rows.count == wanted && wanted > 9)
      for row in rows {
        #expect(try row.text("state") == "sent")
        let id = "<\(try row.text("message_id"))>"
        let mail = try #require(taken.first { $0.headers["message-id"] == id })
        #expect(mail.headers["subject"] == (try row.text("subject")))
        #expect(mail.plain.replacing("\r\n", with: "\n") == (try row.text("plain")))
        #expect(mail.html.replacing("\r\n", with: "\n") == (try row.text("html")))
        #expect(mail.to == ["ada@example.com"] && mail.toAddress == "ada@example.com" && mail.toName == recipient.name)
        #expect(mail.from == "club@example.org" && mail.fromName == "Atlas Reading Club")
        #expect(mail.headers["reply-to"] == "<help@example.org>" || mail.headers["reply-to"] == "help@example.org")
        #expect(mail.headers["auto-submitted"] == "auto-generated")
        #expect(mail.headers["content-language"] == language.tag)
        #expect(mail.headers["date"] == "Sun, 01 Mar 2026 09:00:00 +0000")
        #expect(mail.structure.suffix(3) == ["multipart/alternative", "text/plain", "text/html"])
        #expect(mail.defects == [] && mail.longest <= 998 && mail.isASCII && mail.greeting == "example.org")
      }
    }
  }

  @Test("TLS by STARTTLS or from the first byte, with a password", arguments: ["starttls", "implicit"])
  func secure(kind: String) async throws {
    let authority = try ThrowawayAuthority()
    defer { authority.remove() }
    let process = try MailServerProcess(authority.options(kind) + ["--auth", "club:s3cret"])
    defer { process.stop() }
    let scheme = kind == "implicit" ? "smtps" : "smtp"
    let server = try server(
      process.port, scheme: scheme, user: "club", password: "s3cret", ca: authority.authority)
    try await PostOffice.open(on: .sqlite, server) { office in
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      try await office.send()
      let standing = try await office.standing(id)
      #expect(standing.state == "sent")
      let mail = try #require(try process.taken().first)
      #expect(mail.isTLS && mail.isKnown)
    }
  }

  @Test("A certificate of another authority, or for another name, gets no mail and no password")
  func forged() async throws {
    let (ours, other) = (try ThrowawayAuthority(), try ThrowawayAuthority())
    let named = try ThrowawayAuthority(names: "DNS:mail.elsewhere.example")
    defer { [ours, other, named].forEach { $0.remove() } }
    for (shown, trusted) in [(other, ours), (named, named)] {
      let process = try MailServerProcess(shown.options("starttls") + ["--auth", "club:s3cret"])
      defer { process.stop() }
      let server = try server(process.port, user: "club", password: "s3cret", ca: trusted.authority)
      try await PostOffice.open(on: .sqlite, server) { office in
        let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
        try await office.send()
        let standing = try await office.standing(id)
        #expect(standing.state == "waiting" && standing.attempts == 2 && standing.effects == 2)
        #expect(try process.taken().isEmpty)
      }
    }
  }

  @Test("A server without TLS gets nothing where TLS is wanted, and one that knows us not keeps the mail waiting")
  func plainRefused() async throws {
    let authority = try ThrowawayAuthority()
    defer { authority.remove() }
    let open = try MailServerProcess()
    let strict = try MailServerProcess(authority.options("starttls") + ["--auth", "club:s3cret"])
    defer { [open, strict].forEach { $0.stop() } }
    let servers = [
      try server(open.port, ca: authority.authority),
      try server(strict.port, user: "club", password: "wrong", ca: authority.authority),
    ]
    for server in servers {
      try await PostOffice.open(on: .sqlite, server) { office in
        let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
        try await office.send()
        let standing = try await office.standing(id)
        // It is ours to mend: no mail is lost by it.
        #expect(standing.state == "waiting" && standing.attempts == 2)
      }
    }
    #expect(try open.taken().isEmpty && strict.taken().isEmpty)
  }

  @Test("Not now: the same mail again later", arguments: TestEngine.available, ["data:451", "rcpt:450", "mail:452"])
  func notNow(engine: TestEngine, turn: String) async throws {
    try await run(on: engine, "\(turn),ok") { office, process in
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      try await office.send()
      let waiting = try await office.standing(id)
      #expect(waiting.state == "waiting" && waiting.attempts == 2 && waiting.effect == "prepared")
      #expect(waiting.code?.hasPrefix(turn.suffix(3)) == true && waiting.code?.contains("x@y") == false)
      let early = try await office.send()
      #expect(early == 0)
      office.clock.move(.seconds(61))
      try await office.send()
      let sent = try await office.standing(id)
      #expect(sent.state == "sent" && sent.effects == 2)
      let ids = Set(try process.taken().map { $0.headers["message-id"] })
      #expect(ids.count == 1)
    }
  }

  @Test("A server that asks who we are has not refused the mail")
  func unknownToServer() async throws {
    try await run("mail:530,ok") { office, process in
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      try await office.send()
      let waiting = try await office.standing(id)
      #expect(waiting.state == "waiting" && waiting.effect == "prepared")
      office.clock.move(.seconds(61))
      try await office.send()
      #expect(try await office.standing(id).state == "sent")
      #expect(try process.taken().count == 1)
    }
  }

  @Test("Never: it is refused, and said so with numbers alone", arguments: ["data:554", "rcpt:550", "mail:552"])
  func never(turn: String) async throws {
    try await run("\(turn),ok") { office, process in
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      try await office.send()
      let standing = try await office.standing(id)
      #expect(standing.state == "refused" && standing.effects == 1 && standing.code?.hasPrefix(turn.suffix(3)) == true)
      let kept = try await office.store.read { tx in
        try tx.rows("SELECT raw FROM evidence").map { String(decoding: try $0.blob("raw"), as: UTF8.self) }
          + tx.rows("SELECT body FROM fact").map { try $0.text("body") }
          + tx.rows("SELECT payload, code FROM effect").map {
            try $0.text("payload") + (try $0.textOrNull("code") ?? "")
          }
      }
      // Nothing that stays for ever knows who it was.
      #expect(kept.allSatisfy { !$0.contains("ada") && !$0.contains("Ada") && !$0.contains("x@y") })
    }
  }

  @Test("No answer to its end: repeated with the same Message-ID", arguments: TestEngine.available, ["hang", "cut"])
  func unanswered(engine: TestEngine, turn: String) async throws {
    try await run(on: engine, "\(turn),ok") { office, process in
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      try await office.send()
      let unknown = try await office.standing(id)
      #expect(unknown.state == "waiting" && unknown.effect == "unknown" && unknown.effects == 1)
      office.clock.move(.seconds(31))
      _ = try await office.outbox.resolve(MailModule.lane)
      let sent = try await office.standing(id)
      #expect(sent.state == "sent" && sent.effects == 1)
      let taken = try process.taken()
      #expect(taken.count == 2 && Set(taken.map { $0.headers["message-id"] }).count == 1)
    }
  }

  @Test("A server that never answers gets four of the same mail, and then a person is told")
  func neverAnswered() async throws {
    try await run("cut") { office, process in
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      try await office.send()
      for _ in 0..<8 {
        office.clock.move(.hours(2))
        _ = try await office.outbox.resolve(MailModule.lane)
      }
      let standing = try await office.standing(id)
      #expect(standing.effect == "unknown")
      #expect(try process.taken().count == 4)
      let parked = try await office.count("SELECT count(*) FROM effect WHERE owner = 'operations'")
      #expect(parked == 1)
    }
  }

  @Test("Cut in the middle of its content: certainly not taken")
  func cutInTheMiddle() async throws {
    try await run("midcut,ok") { office, process in
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      let large = "<p>" + String(repeating: "0123456789 äöü ", count: 600_000) + "</p>"
      _ = try await office.kernel.change(by: .system("test"), canRepeat: false) { change in
        try change.tx.execute("UPDATE mail SET html = \(large) WHERE id = \(id)")
      }
      try await office.send()
      let standing = try await office.standing(id)
      #expect(standing.state == "waiting" && standing.effect == "prepared" && standing.effects == 2)
      #expect(try process.taken().isEmpty)
    }
  }

  @Test("Nobody listens: not sent, and tried again until it is too late")
  func nobody() async throws {
    let process = try MailServerProcess()
    let port = process.port
    process.stop()
    try await PostOffice.open(on: .sqlite, try server(port)) { office in
      let id = try await office.write(.passwordReset(link: try Sample.link()), to: try Sample.recipient())
      for _ in 0..<6 {
        try await office.send()
        office.clock.move(.minutes(31))
      }
      let standing = try await office.standing(id)
      #expect(standing.state == "expired")
      #expect(try await office.count("SELECT count(*) FROM effect WHERE state = 'prepared'") == 0)
    }
  }

  @Test(
    "Odd and long recipients arrive under their own names",
    arguments: [
      ("a@example.com", "a@example.com"), ("first.last+tag@sub.example.co.uk", "first.last+tag@sub.example.co.uk"),
      ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
      ("ada@Bücher.example", "ada@xn--bcher-kva.example"), ("jun@例え.テスト", "jun@xn--r8jz45g.xn--zckzah"),
      (
        String(repeating: "l", count: 64) + "@" + String(repeating: "d", count: 60) + ".example.com",
        String(repeating: "l", count: 64) + "@" + String(repeating: "d", count: 60) + ".example.com"
      ),
    ])
  func odd(address: String, wire: String) async throws {
    try await run("ok") { office, process in
      let name = "Zoë \u{202E}\r\nBcc: all@example.com\u{0} " + String(repeating: "名前", count: 80)
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient(address: address, name: name))
      try await office.send()
      let standing = try await office.standing(id)
      #expect(standing.state == "sent")
      let mail = try #require(try process.taken().first)
      #expect(mail.to == [wire] && mail.headers["bcc"] == nil && mail.defects == [] && mail.longest <= 998)
      #expect(mail.toName.hasPrefix("Zoë"))
    }
  }
}
