import Foundation
import Kernel
import Store

/// The mail server as the outbox sees it.
///
/// What a server proves: that a mail was taken (250 after its end), that it was refused (5xx), that it was not now (4xx), and
/// that nothing was taken before the mail's end was handed over. It cannot be asked, it cannot take back. An end without an
/// answer is UNKNOWN, and is repeated with the same Message-ID: see `MailHandler.mayHappenTwice`.
public struct SMTPRelay: Counterpart {
  public let lane = MailModule.lane
  public let capabilities: Capabilities
  let server: MailServer
  let store: Store
  let now: @Sendable () -> Instant

  static let expired = "expired"
  static let gone = "gone"

  public init(_ server: MailServer, store: Store, now: @escaping @Sendable () -> Instant) {
    self.server = server
    self.store = store
    self.now = now
    // A server that hangs is still told goodbye, and curl waits as long again for its answer to that.
    capabilities = Capabilities(
      replay: .harmless(times: 4, window: .days(5)), query: .none, cancel: false, statement: .none, notifiesWithin: nil,
      refusals: [], concurrency: 8, ratePerSecond: 50, timeout: server.timeout * 2)
  }

  public func perform(_ order: Order) async -> Reply {
    let mail: OutgoingMail?
    do { mail = try await load(order) } catch { return Reply(.notSent(reason: "the mail could not be read")) }
    guard let mail else { return Reply(.refused(code: Self.gone)) }
    guard now() < mail.expiresAt else { return Reply(.refused(code: Self.expired)) }
    do {
      let server = server
      return Reply(try await OwnThread.run(name: "mail") { SMTPCall(server, mail).run() })
    } catch { return Reply(.notSent(reason: "no thread for a mail")) }
  }

  public func query(_ order: Order) async -> Reply { Reply(.unknown(reason: "a mail server cannot be asked")) }
  public func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "a mail cannot be taken back")) }
  public func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { throw .unsigned }

  private func load(_ order: Order) async throws -> OutgoingMail? {
    struct Body: Decodable { var mail: Int64 }
    let id = try JSONDecoder().decode(Body.self, from: Data(order.payload.utf8)).mail
    return try await store.read { tx in
      try tx.row(
        """
        SELECT language, address, name, subject, plain, html, message_id, made_at, expires_at FROM mail
        WHERE id = \(id) AND state = 'waiting'
        """
      ).map(OutgoingMail.init)
    }
  }
}

/// A mail as it is written on the wire: the same row gives the same headers and texts with each attempt.
struct OutgoingMail: Sendable {
  var language: String
  var address: MailAddress
  var name: String?
  var subject: String
  var plain: String
  var html: String
  var messageID: String
  var madeAt: Instant
  var expiresAt: Instant

  init(_ row: Row) throws {
    language = try row.text("language")
    address = try MailAddress(try row.text("address"))
    name = try row.textOrNull("name")
    subject = try row.text("subject")
    plain = try row.text("plain")
    html = try row.text("html")
    messageID = try row.text("message_id")
    madeAt = try row.instant("made_at")
    expiresAt = try row.instant("expires_at")
  }

  /// All but `MIME-Version` and `Content-Type`, which curl writes.
  func headers(from server: MailServer) -> [String] {
    var headers = [
      "From: \(HeaderText.mailbox(server.from, name: server.fromName))",
      "To: \(HeaderText.mailbox(address, name: name))",
      "Subject: \(HeaderText.encoded(subject))", "Date: \(Self.date(madeAt))", "Message-ID: <\(messageID)>",
      // RFC 3834: no holiday answers, please.
      "Auto-Submitted: auto-generated", "Content-Language: \(language)",
    ]
    if let replyTo = server.replyTo { headers.append("Reply-To: <\(replyTo.ascii)>") }
    return headers
  }

  /// RFC 5322, section 3.3, in UTC.
  private static func date(_ at: Instant) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let style = Date.VerbatimFormatStyle(
      format:
        "\(weekday: .abbreviated), \(day: .defaultDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) +0000",
      locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: calendar)
    return Date(timeIntervalSince1970: Double(at.seconds)).formatted(style)
  }
}
