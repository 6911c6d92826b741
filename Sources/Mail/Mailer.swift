import Kernel
import Store
import Words

/// Writes mails down with the change that wants them; they leave after its commit, or not at all.
public struct Mailer: Sendable {
  /// The name of the service, as its subscribers know it.
  let service: String
  /// Whose domain the mails' ids belong to.
  let from: MailAddress

  public init(service: String, from: MailAddress) {
    self.service = service
    self.from = from
  }

  /// - Returns: the mail's number.
  @discardableResult
  public func enqueue(_ matter: MailMatter, to recipient: MailRecipient, in change: Change) throws -> Int64 {
    let letter = Letter(matter, to: recipient, service: service)
    let id = try change.id()
    var (customer, account): (Int64?, Int64?) = (nil, nil)
    switch recipient.owner {
    case .customer(let number): customer = number
    case .account(let number): account = number
    case .nobody: break
    }
    let link = matter.isLinkSecret ? matter.link.url : nil
    let name = recipient.name.map { HeaderText.oneLine($0, limit: HeaderText.nameLimit) }
    try change.tx.execute(
      """
      INSERT INTO mail (id, kind, customer, account, language, address, name, subject, plain, html, link, message_id,
        made_at, expires_at, state)
      VALUES (\(id), \(matter.kind), \(customer), \(account), \(recipient.language.description),
        \(recipient.address.ascii), \(name), \(letter.subject), \(letter.plain), \(letter.html), \(link),
        \("\(change.reference())@\(from.domain)"), \(change.now), \(matter.expires(madeAt: change.now)), 'waiting')
      """)
    change.enqueue(Self.effect(id))
    change.record(MailQueued(mail: id, customer: customer, account: account, what: matter.kind))
    return id
  }

  /// The effect holds the mail's number only: effects are kept for ever, and what stands in a mail is not.
  static func effect(_ id: Int64, dueAt: Instant? = nil) -> NewEffect {
    let body: FactBody = ["mail": .number(id)]
    return NewEffect(
      lane: MailModule.lane, kind: MailHandler.effect, slot: slot(id), payload: body.json, dueAt: dueAt)
  }

  static func slot(_ id: Int64) -> String { "mail:\(id)" }
}

/// Facts hold what kind of mail it was, whose, and what became of it; neither address nor content.
struct MailQueued: Fact {
  static let kind = "mailQueued"
  let mail: Int64
  let customer: Int64?
  let account: Int64?
  let what: String
  var subject: String { MailEnded.subject(mail, customer, account) }
  var body: FactBody { ["mail": .number(mail), "what": .text(what)] }
}

struct MailEnded: Fact {
  static let kind = "mailEnded"
  let mail: Int64
  let customer: Int64?
  let account: Int64?
  let what: String
  let outcome: String
  /// The server's numbers, such as `550 5.1.1`; never its sentence, which may name the address.
  let code: String?
  var subject: String { Self.subject(mail, customer, account) }
  var body: FactBody {
    ["code": .init(code), "mail": .number(mail), "outcome": .text(outcome), "what": .text(what)]
  }

  static func subject(_ mail: Int64, _ customer: Int64?, _ account: Int64?) -> String {
    customer.map { "customer:\($0)" } ?? account.map { "account:\($0)" } ?? "mail:\(mail)"
  }
}
