import Foundation
import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Mail
@testable import Web

@Suite("Mails that are kept")
struct MailTests {
  @Test("Without a server a mail is kept, and given up when it is too late", arguments: TestEngine.available)
  func kept(engine: TestEngine) async throws {
    try await PostOffice.open(on: engine) { office in
      let forget = ForgetMails(kernel: office.kernel)
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      office.clock.move(.days(4))
      _ = try await forget.run()
      let kept = try await office.standing(id)
      #expect(kept.state == "waiting" && kept.effect == "prepared")
      office.clock.move(.days(2))
      _ = try await forget.run()
      let late = try await office.standing(id)
      #expect(late.state == "expired" && late.effect == "cancelled")
    }
  }

  @Test("A mail is deleted 30 days after its end, and only its kind and owner stay", arguments: TestEngine.available)
  func deleted(engine: TestEngine) async throws {
    try await PostOffice.open(on: engine) { office in
      let forget = ForgetMails(kernel: office.kernel)
      try await office.write(try Sample.receipt(), to: try Sample.recipient())
      office.clock.move(.days(6))
      _ = try await forget.run()
      office.clock.move(.days(30) - .seconds(1))
      _ = try await forget.run()
      #expect(try await office.count("SELECT count(*) FROM mail") == 1)
      office.clock.move(.seconds(1))
      _ = try await forget.run()
      #expect(try await office.count("SELECT count(*) FROM mail") == 0)
      let facts = try await office.store.read { tx in
        try tx.rows("SELECT kind, subject, body FROM fact ORDER BY id").map {
          "\(try $0.text("kind")) \(try $0.text("subject")) \(try $0.text("body"))"
        }
      }
      #expect(facts.count == 2 && facts.allSatisfy { $0.contains("customer:7") && $0.contains("receipt") })
      #expect(facts.allSatisfy { !$0.contains("Ada") && !$0.contains("example") })
    }
  }

  @Test("A mail whose fate nobody knows does not keep its content for ever")
  func unknown() async throws {
    try await PostOffice.open(on: .sqlite) { office in
      let forget = ForgetMails(kernel: office.kernel)
      let id = try await office.write(try Sample.receipt(), to: try Sample.recipient())
      _ = try await office.kernel.change(by: .system("test"), canRepeat: false) { change in
        try change.tx.execute("UPDATE effect SET state = 'unknown', rank = 2, next_at = \(change.now)")
      }
      office.clock.move(.days(11))
      _ = try await forget.run()
      let standing = try await office.standing(id)
      #expect(standing.state == "expired" && standing.code == "unknown")
      office.clock.move(.days(30))
      _ = try await forget.run()
      #expect(try await office.count("SELECT count(*) FROM mail") == 0)
    }
  }

  @Test("A mail leaves with the change that wanted it, or not at all", arguments: TestEngine.available)
  func together(engine: TestEngine) async throws {
    struct Stop: Error {}
    try await PostOffice.open(on: engine) { office in
      await #expect(throws: Stop.self) {
        _ = try await office.kernel.change(by: .system("test"), canRepeat: false) { [mailer = office.mailer] change in
          try mailer.enqueue(try Sample.receipt(), to: try Sample.recipient(), in: change)
          throw Stop()
        }
      }
      let left = try await office.count("SELECT (SELECT count(*) FROM mail) + (SELECT count(*) FROM effect)")
      #expect(left == 0)
    }
  }

  @Test("The console's list goes on where it ended, also among mails of one moment", arguments: TestEngine.available)
  func pages(engine: TestEngine) async throws {
    try await PostOffice.open(on: engine) { office in
      for number in 0..<120 {
        if number.isMultiple(of: 40) { office.clock.move(.seconds(1)) }
        try await office.write(try Sample.receipt(), to: try Sample.recipient())
      }
      var (seen, cursor, pages): ([Int64], String?, Int) = ([], nil, 0)
      repeat {
        let page = try await office.store.read { [cursor] tx in
          try MailQuery(tx: tx, reader: .init(.subscribers, seesLinks: true), isKeptHere: true).page(before: cursor)
        }
        seen += page.mails.map(\.id)
        cursor = page.older
        pages += 1
      } while cursor != nil
      #expect(pages == 3 && seen.count == 120 && Set(seen).count == 120)
      #expect(seen == seen.sorted(by: >))
    }
  }

  @Test("A link that lets its reader in is shown only where nobody else gets it")
  func links() async throws {
    try await PostOffice.open(on: .sqlite) { office in
      let link = try Sample.link()
      let id = try await office.write(.passwordReset(link: link), to: try Sample.recipient())
      let (kept, sent) = try await office.store.read { tx in
        let open = MailQuery(tx: tx, reader: .init(.subscribers, seesLinks: true), isKeptHere: true)
        let closed = MailQuery(tx: tx, reader: .init(.subscribers, seesLinks: false), isKeptHere: false)
        let foreign = MailQuery(tx: tx, reader: .init(.accounts, seesLinks: true), isKeptHere: true)
        #expect(try foreign.mail(id) == nil && foreign.html(id) == nil && foreign.page(before: nil).mails.isEmpty)
        return ((try open.mail(id), try open.html(id)), (try closed.mail(id), try closed.html(id)))
      }
      let secret = "k=a.b-c"
      #expect(kept.0?.plain.contains(secret) == true && kept.1?.contains(secret) == true)
      #expect(sent.0?.plain.contains(secret) == false && sent.1?.contains(secret) == false)
      #expect(sent.0?.hidesLink == true && kept.0?.hidesLink == false)
    }
  }

  @Test(
    "What is no mailbox is refused",
    arguments: [
      "", "ada", "@example.com", "ada@", "ada@example.com\r\nRCPT TO:<x@y>", "ada@exa mple.com", "a b@example.com",
      "<ada@example.com>", "ada@example.com>", "ada@@example.com", ".ada@example.com", "a..b@example.com",
      "\"a b\"@example.com", "ada@[127.0.0.1]", "ada@-x.com", "ada@x-.com", "ada@x..com", "älice@example.com",
      "ada@example.com\u{0}", "ada@ex\u{200B}ample.com\n", String(repeating: "l", count: 65) + "@example.com",
      "a@" + String(repeating: "d", count: 64) + ".com", "a@" + String(repeating: "dd.", count: 90) + "com",
      "ada@💥\u{FFFF}",
    ])
  func addresses(text: String) {
    #expect(throws: Refusal.self) { try MailAddress(text) }
  }

  @Test(
    "A link is a web address that fits into HTML and text as it is",
    arguments: [
      "javascript:alert(1)", "https://a b", "https://a\"onclick=", "https://a\r\nBcc: x", "ftp://a", "https://ä",
      "<https://a>",
    ])
  func badLinks(text: String) {
    #expect(throws: Refusal.self) { try MailLink(text) }
  }

  @Test("The server's address holds no secret, and other machines are spoken to over TLS alone")
  func settings() throws {
    let from = try MailAddress("club@example.org")
    for url in [
      "http://mail.example", "smtp://", "smtp://u:p@mail.example", "smtp://mail.example/x", "smtp://a b", "mail",
    ] {
      #expect(throws: MailSettingsError.self) { try MailServer(url: url, from: from, fromName: "x") }
    }
    #expect(throws: MailSettingsError.self) {
      try MailServer(url: "smtp://mail.example", from: from, fromName: "x", user: "u")
    }
    func security(_ url: String, ca: String? = nil) throws -> MailServer.Security {
      try MailServer(url: url, from: from, fromName: "x", authorities: ca).security
    }
    #expect(try security("smtp://mail.example:25") == .tls && security("smtps://127.0.0.1") == .tls)
    #expect(try security("smtp://127.0.0.1:25") == .none && security("smtp://localhost") == .none)
    #expect(try security("smtp://127.0.0.1", ca: "x.pem") == .tls)
    let server = try MailServer(url: "smtp://mail.example", from: from, fromName: "x", user: "u", password: "s3cret")
    #expect(!"\(server)".contains("s3cret"))
    var dumped = ""
    dump(server, to: &dumped)
    #expect(!dumped.contains("s3cret"))
  }
}

@Suite("Letters")
struct LetterTests {
  @Test("Every kind, in every language, says all that it has to say", arguments: Language.allCases)
  func said(language: Language) throws {
    for matter in try Sample.matters() {
      let letter = Letter(matter, to: try Sample.recipient(language), service: "Atlas Reading Club")
      #expect(letter.plain.contains("\n\(matter.link.url)\n"))
      #expect(letter.html.contains("href=\"\(HTMLText.escape(matter.link.url))\""))
      #expect(letter.html.contains("lang=\"\(language.tag)\" dir=\"\(language.direction.rawValue)\""))
      for text in [letter.subject, letter.plain, letter.html] {
        #expect(!text.contains("{") || text == letter.html, "a place without a value: \(text)")
        #expect(!text.isEmpty)
      }
      #expect(letter.plain.contains("Atlas Reading Club") && letter.plain.contains("Ada Costa"))
      // No three line ends in a row: nothing that is missing leaves a hole.
      #expect(!letter.plain.contains("\n\n\n"), "\(letter.plain)")
      #expect(!letter.subject.unicodeScalars.contains { (0x2066...0x2069).contains($0.value) })
    }
  }

  @Test("A name that is markup stays text in HTML, and is as it was in plain text")
  func escaping() throws {
    let hostile = "<script>alert(\"1\")</script>"
    let letter = Letter(
      .cancelled(plan: hostile, until: nil, link: try Sample.link()),
      to: try Sample.recipient(.english, name: "{{name}} & x\"\u{301}"), service: hostile)
    #expect(!letter.html.contains("<script"))
    #expect(letter.html.contains("<bdi>&lt;script&gt;") && letter.html.contains("{{name}} &amp; x&quot;\u{301}"))
    #expect(letter.plain.contains(hostile) && letter.plain.contains("{{name}} & x\"\u{301}"))
  }

  @Test("A subject is one line, however long the name in it")
  func subjects() throws {
    let letter = Letter(
      .subscriberLink(link: try Sample.link()), to: try Sample.recipient(),
      service: "A\r\nBcc: x@example.com\u{2028}" + String(repeating: "ü", count: 5_000))
    #expect(letter.subject.unicodeScalars.count <= 200)
    #expect(!letter.subject.unicodeScalars.contains { $0.properties.isWhitespace && $0 != " " })
    let words = HeaderText.encoded(letter.subject).split(separator: "\r\n ")
    #expect(words.count > 3 && words.allSatisfy { $0.utf8.count <= 75 })
  }

  @Test("Written to a folder to be looked at", .enabled(if: folder != nil, "AMENDS_TEST_LETTERS names a folder"))
  func shown() throws {
    let folder = URL(filePath: try #require(Self.folder))
    for language in Language.allCases {
      for (number, matter) in try Sample.matters().enumerated() {
        let letter = Letter(matter, to: try Sample.recipient(language), service: "Atlas Reading Club")
        let name = "\(matter.kind)-\(number)-\(language.tag)"
        try Data(letter.html.utf8).write(to: folder.appending(path: "\(name).html"))
        try Data(letter.plain.utf8).write(to: folder.appending(path: "\(name).txt"))
      }
    }
  }

  static let folder = ProcessInfo.processInfo.environment["AMENDS_TEST_LETTERS"].flatMap { $0.isEmpty ? nil : $0 }
}
