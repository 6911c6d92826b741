import Foundation
import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Mail

@Suite("Letters about alerts")
struct AlertPostTests {
  private static func reader(_ account: Int64, _ language: Language) throws -> MailRecipient {
    MailRecipient(
      try MailAddress("reader\(account)@example.com"), name: "Reader \(account)", language: LanguageTag(language),
      zone: Sample.berlin, owner: .account(account))
  }

  private static func news(
    _ state: AlertNews.State = .raised, about: String = "lane:carrier", at: Instant
  ) -> AlertNews {
    AlertNews(
      state, name: "partnerDown", about: about, message: "The partner does not answer.", owner: "payments", at: at)
  }

  private static func post(_ office: PostOffice) throws -> AlertPost {
    AlertPost(mailer: office.mailer, link: try MailLink("https://amends.example/"))
  }

  private static func tell(_ office: PostOffice, _ news: AlertNews, _ readers: [MailRecipient]) async throws {
    let post = try post(office)
    try await office.kernel.change(by: .system("alerts"), canRepeat: false) { change in
      try post.tell(news, to: readers, in: change)
    }
  }

  private static func subjects(_ office: PostOffice) async throws -> [String] {
    try await office.store.read { tx in
      try tx.rows("SELECT kind, address FROM mail ORDER BY id").map {
        "\(try $0.text("kind")) \(try $0.text("address"))"
      }
    }
  }

  @Test(
    "The mail server gets one for each owner, in the owner's language, with the sentence of the check",
    .enabled(if: MailServerProcess.python != nil), arguments: TestEngine.available)
  func sent(engine: TestEngine) async throws {
    let process = try MailServerProcess()
    defer { process.stop() }
    let server = try MailServer(
      url: "smtp://127.0.0.1:\(process.port)", from: try MailAddress("club@example.org"), fromName: "Club")
    try await PostOffice.open(on: engine, server) { office in
      let readers = [try Self.reader(1, .german), try Self.reader(2, .arabic)]
      try await Self.tell(office, Self.news(at: office.clock.now), readers)
      try await Self.tell(office, Self.news(.escalated, at: office.clock.now), [try Self.reader(3, .japanese)])
      while try await office.send() > 0 {}
      let taken = try process.taken().sorted { $0.toAddress < $1.toAddress }
      #expect(taken.map(\.toAddress) == ["reader1@example.com", "reader2@example.com", "reader3@example.com"])
      #expect(taken[0].headers["subject"]?.hasPrefix("Alarm:") == true)
      #expect(taken[1].headers["subject"]?.contains("تنبيه") == true && taken[1].html.contains("dir=\"rtl\""))
      #expect(taken[2].headers["subject"]?.contains("期限内に未解決") == true)
      for mail in taken {
        #expect(mail.plain.contains("The partner does not answer.") && mail.plain.contains("lane:carrier"))
        #expect(mail.plain.contains("https://amends.example/") && mail.defects.isEmpty)
      }
      // The journal says that a letter was written, and about what kind of thing; not to which address.
      let facts = try await office.store.read { tx in try tx.rows("SELECT body FROM fact").map { try $0.text("body") } }
      #expect(facts.allSatisfy { !$0.contains("example.com") } && !facts.isEmpty)
    }
  }

  @Test("A storm is six letters and one list an hour later, for each reader", arguments: TestEngine.available)
  func storm(engine: TestEngine) async throws {
    try await PostOffice.open(on: engine) { office in
      let (one, other) = (try Self.reader(1, .english), try Self.reader(2, .english))
      for number in 0..<40 {
        try await Self.tell(office, Self.news(about: "lane:\(number)", at: office.clock.now), [one])
      }
      try await Self.tell(office, Self.news(at: office.clock.now), [other])
      #expect(try await Self.subjects(office).count == AlertPost.single + 1, "one reader's storm holds up nobody else")

      let post = try Self.post(office)
      let early = try await post.digest(office.kernel) { _, _ in one }
      office.clock.move(.hours(1))
      let due = try await post.digest(office.kernel) { account, _ in account == 1 ? one : nil }
      let again = try await post.digest(office.kernel) { _, _ in one }
      #expect(early == 0 && due == 1 && again == 0)
      let kinds = try await Self.subjects(office)
      #expect(kinds.filter { $0.hasPrefix("alertDigest") } == ["alertDigest reader1@example.com"])
      let list = try await office.store.read { tx in
        try #require(try tx.row("SELECT subject, plain FROM mail WHERE kind = 'alertDigest'"))
      }
      #expect(try list.text("subject").contains("34 more alerts"))
      #expect(try list.text("plain").contains("lane:6") && !list.text("plain").contains("lane:39"))
      #expect(try list.text("plain").contains("14 more"), "what does not stand on the list is counted")

      // Another hour, another letter.
      try await Self.tell(office, Self.news(about: "lane:new", at: office.clock.now), [one])
      #expect(try await Self.subjects(office).last == "alert reader1@example.com")
    }
  }

  @Test("Who gets no letters any more gets no list, and who was told is forgotten after a week")
  func forgotten() async throws {
    try await PostOffice.open(on: .sqlite) { office in
      let reader = try Self.reader(1, .english)
      for number in 0..<9 {
        try await Self.tell(office, Self.news(about: "lane:\(number)", at: office.clock.now), [reader])
      }
      office.clock.move(.days(8))
      let post = try Self.post(office)
      _ = try await post.digest(office.kernel) { _, _ in nil }
      #expect(try await office.count("SELECT count(*) FROM alert_letter") == 0)
      #expect(try await office.count("SELECT count(*) FROM mail WHERE kind = 'alertDigest'") == 0)
    }
  }
}
