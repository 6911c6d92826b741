import Crypto
import Foundation
import Kernel
import Store

/// The way to a partner's page and back: what is noted before a subscriber leaves, and what follows when they return.
///
/// The address to return to holds a secret of which only the hash is kept. It is good once, for one hour, for the subscriber
/// who left; what was chosen is then fetched from the partner.
package struct MethodChange: Sendable {
  let kernel: Kernel
  let outbox: Outbox
  /// Where this server is: `https://billing.example.org`.
  let origin: String

  static let lasts = Span.hours(1)
  /// In one hour, by one subscriber: each is a call to the partner.
  static let most: Int64 = 10

  package init(kernel: Kernel, outbox: Outbox, origin: String) {
    self.kernel = kernel
    self.outbox = outbox
    self.origin = origin
  }

  /// A partner with such a page, and where it is; nil: it has none.
  package func host(of lane: String) -> (partner: any HostsMethodPages, origin: String)? {
    guard let host = outbox.counterpart(lane) as? any HostsMethodPages, let origin = host.methodPageOrigin else {
      return nil
    }
    return (host, origin)
  }

  /// Where the browser is to go; nil: the partner's page could not be opened, and nothing has changed.
  package func begin(_ subscription: Int64, language: String, by actor: Actor) async throws -> String? {
    let random = kernel.world.random
    let secret = Data((0..<4).flatMap { _ in withUnsafeBytes(of: random().bigEndian) { Array($0) } }).base64URLText
    let digest = Array(SHA256.hash(data: Data(secret.utf8)))
    let opened = try await kernel.change(by: actor, canRepeat: false) { change -> (page: Int64, method: Held) in
      let held = try Held.read(subscription, in: change)
      let recent = try change.tx.integer(
        "SELECT count(*) FROM method_page WHERE customer = \(held.customer) AND made_at > \(change.now - Self.lasts)")
      guard recent ?? 0 < Self.most else {
        throw Refusal(.limit, "tooMany", "This was opened too often within one hour. Try again later.")
      }
      let id = try change.id()
      try change.tx.execute(
        "DELETE FROM method_page WHERE customer = \(held.customer) AND made_at < \(change.now - .days(30))")
      try change.tx.execute(
        """
        INSERT INTO method_page (id, state, customer, subscription, lane, made_at)
        VALUES (\(id), \(digest), \(held.customer), \(subscription), \(held.lane), \(change.now))
        """)
      return (id, held)
    }
    let held = opened.method
    guard let host = host(of: held.lane) else {
      throw Refusal(.conflict, "noPage", "\(held.lane) has no page on which this could be changed.")
    }
    let back = "\(origin)/my/method/\(secret)"
    let opening = await host.partner.openMethodPage(
      MethodPageRequest(
        method: held.token, customer: held.partnerCustomer, currency: held.currency, language: language, back: back,
        cancel: back))
    // A partner that answers with another address than its own is not followed.
    guard case .opened(let page, let url) = opening, url.hasPrefix(host.origin + "/") else { return nil }
    _ = try await kernel.change(by: actor, canRepeat: true) { change in
      try change.tx.execute("UPDATE method_page SET page = \(page) WHERE id = \(opened.page)")
    }
    return url
  }

  package enum End: Sendable { case changed, kept, unknown }

  /// - Parameter secret: of the address to which the browser came back.
  package func finish(_ secret: String, by actor: Actor) async throws -> End {
    let digest = Array(SHA256.hash(data: Data(secret.utf8)))
    let now = kernel.world.now()
    let found = try await kernel.store.read { tx in
      try tx.row(
        """
        SELECT id, customer, subscription, lane, page, ended_at FROM method_page
        WHERE state = \(digest) AND made_at > \(now - Self.lasts) AND page IS NOT NULL
        """)
    }
    guard let row = found, actor.name == String(try row.integer("customer")) else {
      throw Refusal(.missing, "noPage", "This way back is not good, or not any more.")
    }
    guard try row.instantOrNull("ended_at") == nil else { return .changed }
    guard let host = host(of: try row.text("lane")) else { return .unknown }
    switch await host.partner.chosenMethod(on: try row.text("page")) {
    case .unknown: return .unknown
    case .nothing: return .kept
    case .chosen(let token, let customer, let label):
      let id = try row.integer("id")
      _ = try await kernel.perform(
        TakeChosenMethod(
          page: id,
          method: NewMethod(lane: try row.text("lane"), token: token, partnerCustomer: customer, label: label)),
        by: actor, key: "own/method/\(id)")
      return .changed
    }
  }

  private struct Held: Sendable {
    let customer: Int64
    let lane: String
    let token: String
    let partnerCustomer: String?
    let currency: String

    static func read(_ subscription: Int64, in change: Change) throws -> Held {
      let row = try change.tx.row(
        """
        SELECT s.customer, s.state, s.currency, m.lane, m.token, m.partner_customer
        FROM subscription AS s JOIN payment_method AS m ON m.id = s.method WHERE s.id = \(subscription)
        """)
      guard let row else { throw Refusal.noSubscription(subscription) }
      try change.mayActFor(try row.integer("customer"), subscription: subscription)
      guard try row.text("state") != Subscription.State.cancelled.rawValue else { throw Refusal.alreadyCancelled }
      return Held(
        customer: try row.integer("customer"), lane: try row.text("lane"), token: try row.text("token"),
        partnerCustomer: try row.textOrNull("partner_customer"), currency: try row.text("currency"))
    }
  }
}

/// What a subscriber chose on a partner's page becomes the way they pay, once.
struct TakeChosenMethod: Command {
  static let name = "takeChosenMethod"
  static let allowed: Set<Actor.Role> = [.subscriber]

  var page: Int64
  var method: NewMethod

  func run(in change: Change) throws -> Bool {
    let row = try change.tx.row(
      "SELECT customer, subscription, ended_at FROM method_page WHERE id = \(page) \(.forUpdate)")
    guard let row else { throw Refusal(.missing, "noPage", "This way back is not good, or not any more.") }
    let subscription = try row.integer("subscription")
    try change.mayActFor(try row.integer("customer"), subscription: subscription)
    guard try row.instantOrNull("ended_at") == nil else { return false }
    try change.tx.execute("UPDATE method_page SET ended_at = \(change.now) WHERE id = \(page)")
    _ = try ChangePaymentMethod(subscription: subscription, method: method).run(in: change)
    try OpenCharges.tryAgain(of: subscription, in: change)
    return true
  }
}

extension Data {
  /// RFC 4648, section 5, without padding.
  fileprivate var base64URLText: String {
    base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
