import Kernel
import Store

/// A way in to one subscriber's page. Only the hash of its secret is kept.
enum SubscriberLink {
  /// Of one that was asked for by mail.
  static let mailedLasts = Span.hours(1)
  /// Of one that support or the command line made.
  static let handedLasts = Span.days(3)
  /// Programs that look at mails before people do open links as well: used once, a link would often be used up.
  static let uses: Int64 = 5

  static func insert(_ digest: [UInt8], _ customer: Int64, until: Instant, in change: Change) throws {
    guard digest.count == 32 else { throw Refusal(.invalid, "badLink", "A link is named by a SHA-256 hash.") }
    try change.tx.execute(
      """
      DELETE FROM subscriber_link WHERE digest IN (
        SELECT digest FROM subscriber_link WHERE ends_at < \(change.now) ORDER BY ends_at LIMIT 100)
      """)
    try change.tx.execute(
      """
      INSERT INTO subscriber_link (digest, customer, made_at, ends_at, uses)
      VALUES (\(digest), \(customer), \(change.now), \(until), \(uses))
      """)
    change.record(SubscriberAccess(customer: customer, what: "linkMade"))
  }
}

/// A browser that came in by such a link.
enum SubscriberSession {
  static let lasts = Span.hours(12)
  /// From the last page.
  static let idle = Span.minutes(30)

  static func begin(_ customer: Int64, _ secret: Secret, agent: String, in change: Change) throws -> Int64 {
    try change.tx.execute(
      """
      DELETE FROM subscriber_session WHERE id IN (
        SELECT id FROM subscriber_session WHERE ends_at < \(change.now) ORDER BY ends_at LIMIT 100)
      """)
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO subscriber_session (id, customer, digest, made_at, seen_at, ends_at, agent)
      VALUES (\(id), \(customer), \(secret.digest), \(change.now), \(change.now), \(change.now + lasts),
        \(Session.name(of: agent)))
      """)
    return id
  }
}

/// A link from the command line, for whoever has the machine.
package struct MakeSubscriberLink: Command {
  package static let name = "makeSubscriberLink"
  package static let allowed: Set<Actor.Role> = [.operator, .support]

  package var customer: Int64
  /// The hash of the link's secret.
  package var link: [UInt8]

  package init(customer: Int64, link: [UInt8]) {
    self.customer = customer
    self.link = link
  }

  package func run(in change: Change) throws -> Bool {
    try SubscriberLink.insert(link, customer, until: change.now + SubscriberLink.handedLasts, in: change)
    return true
  }
}

/// Ends every session of a subscriber and makes every link that is out there useless.
package struct RevokeSubscriberAccess: Command {
  package static let name = "revokeSubscriberAccess"
  package static let allowed: Set<Actor.Role> = [.operator, .support, .subscriber]

  package var customer: Int64

  package init(customer: Int64) { self.customer = customer }

  package func run(in change: Change) throws -> Bool {
    if change.actor.role == .subscriber, change.actor.name != String(customer) { throw Refusal.noSubscriber }
    let links = try change.tx.execute("DELETE FROM subscriber_link WHERE customer = \(customer)")
    let sessions = try change.tx.execute("DELETE FROM subscriber_session WHERE customer = \(customer)")
    guard links + sessions > 0 else { return false }
    change.record(SubscriberAccess(customer: customer, what: "accessRevoked"))
    return true
  }
}

// The facts stand in the subscriber's own history. No mail address and no network is in them.

struct SubscriberAccess: Fact {
  static let kind = "subscriberAccess"
  let customer: Int64
  /// `linkMade`, `accessRevoked`; `accountBound`, `accountUnbound`.
  let what: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody { ["what": .text(what)] }
}

struct SubscriberCameIn: Fact {
  static let kind = "subscriberCameIn"
  let customer: Int64
  let session: Int64
  var subject: String { "customer:\(customer)" }
  var body: FactBody { ["session": .number(session)] }
}
