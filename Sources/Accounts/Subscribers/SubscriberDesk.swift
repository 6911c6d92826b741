import Kernel
import Store
import Web

/// A subscriber, as far as it takes to let them in: whose page it is, and how to reach them.
package struct SubscriberContact: Sendable {
  package let customer: Int64
  /// What they are called in the service's own books.
  package let reference: String
  package let name: String
  package let mail: String
  /// BCP 47; nil: they never chose one.
  package let language: String?
  package let zone: String

  package init(customer: Int64, reference: String, name: String, mail: String, language: String?, zone: String) {
    self.customer = customer
    self.reference = reference
    self.name = name
    self.mail = mail
    self.language = language
    self.zone = zone
  }
}

/// Who the subscribers are. This part does not know: `Server` hands it in.
package struct SubscriberDirectory: Sendable {
  /// Those with this mail address (in small letters), a few at most.
  let byMail: @Sendable (String, Transaction) throws -> [SubscriberContact]
  /// nil: there is no such subscriber. One without an address has an empty one.
  let byNumber: @Sendable (Int64, Transaction) throws -> SubscriberContact?
  /// nil: nobody has this reference.
  let byReference: @Sendable (String, Transaction) throws -> SubscriberContact?

  package init(
    byMail: @escaping @Sendable (String, Transaction) throws -> [SubscriberContact],
    byNumber: @escaping @Sendable (Int64, Transaction) throws -> SubscriberContact?,
    byReference: @escaping @Sendable (String, Transaction) throws -> SubscriberContact?
  ) {
    self.byMail = byMail
    self.byNumber = byNumber
    self.byReference = byReference
  }
}

/// Writes the mail with a link, within the transaction that made it.
/// - Parameter language: of who asked, where the subscriber has chosen none.
package typealias SendSubscriberLink =
  @Sendable (_ to: SubscriberContact, _ language: String?, _ link: String, _ until: Instant, Change) throws -> Void

/// Lets subscribers in to their own page, without a password: by a link that was mailed to them or handed over. Whoever comes
/// in by it is that subscriber and nobody else, and finds nothing but that page.
package struct SubscriberDesk: Sendable {
  package let kernel: Kernel
  let key: AccessKey
  let origin: String
  let directory: SubscriberDirectory
  let letters: SendSubscriberLink
  /// Whether mails reach people: without a mail server they are kept, and support hands the link over.
  package let mailsLeave: Bool

  private var throttle: Throttle { Throttle(key: key) }

  package init(
    kernel: Kernel, key: AccessKey, origin: String, directory: SubscriberDirectory, mailsLeave: Bool,
    letters: @escaping SendSubscriberLink
  ) {
    self.kernel = kernel
    self.key = key
    self.origin = origin
    self.directory = directory
    self.mailsLeave = mailsLeave
    self.letters = letters
  }

  package static func address(of link: Secret, at origin: String) -> String { "\(origin)\(Paths.ownLink)/\(link.text)" }

  // MARK: - links

  /// Mails a link to whoever has this address. The answer is the same whether somebody has it or not.
  /// - Returns: how long to wait, where it was asked for too often.
  package func ask(mail: String, language: String?, _ caller: Caller) async throws -> Span? {
    let mail = String(MailAddress.normal(mail).prefix(254))
    let buckets = [throttle.links(mail), throttle.links(from: caller.network.text)]
    return try await kernel.change(by: .system("subscribers"), canRepeat: false) {
      [directory, letters, origin] change in
      if let wait = try Throttle.take(buckets, in: change) { return wait }
      for contact in try directory.byMail(mail, change.tx) {
        let link = Secret()
        let until = change.now + SubscriberLink.mailedLasts
        try SubscriberLink.insert(link.digest, contact.customer, until: until, in: change)
        try letters(contact, language, Self.address(of: link, at: origin), until, change)
      }
      return nil
    }
  }

  /// For support: a link to hand over, and by mail where there is an address.
  /// - Returns: the link, and whether it was mailed.
  package func make(for customer: Int64, by actor: Actor) async throws -> (link: String, isMailed: Bool) {
    let link = Secret()
    let address = Self.address(of: link, at: origin)
    let isMailed = try await kernel.change(by: actor, canRepeat: false) { [directory, letters, mailsLeave] change in
      guard let contact = try directory.byNumber(customer, change.tx) else { throw Refusal.noSubscriber }
      let until = change.now + SubscriberLink.handedLasts
      try SubscriberLink.insert(link.digest, customer, until: until, in: change)
      guard !contact.mail.isEmpty, mailsLeave else { return false }
      try letters(contact, nil, address, until, change)
      return true
    }
    return (address, isMailed)
  }

  // MARK: - coming in

  /// Exchanges a link for a session. The same link may come a few times: what reads mails before people do opens it too.
  /// - Returns: nil where it is not good, or not any more.
  package func enter(_ secret: Secret, _ caller: Caller) async throws -> Secret? {
    try await kernel.change(by: .system("subscribers"), canRepeat: false) { change in
      let row = try change.tx.row(
        """
        UPDATE subscriber_link SET uses = uses - 1 WHERE digest = \(secret.digest) AND uses > 0 AND ends_at > \(change.now)
        RETURNING customer
        """)
      guard let row else { return nil }
      let session = Secret()
      let customer = try row.integer("customer")
      let id = try SubscriberSession.begin(customer, session, agent: caller.agent, in: change)
      change.record(SubscriberCameIn(customer: customer, session: id))
      return session
    }
  }

  /// Who brings this session, as of now.
  package func identify(_ secret: Secret) async throws -> Identity? {
    let now = kernel.world.now()
    let found = try await kernel.store.read {
      [directory] tx -> (id: Int64, seen: Instant, contact: SubscriberContact)? in
      let row = try tx.row(
        """
        SELECT id, customer, seen_at FROM subscriber_session
        WHERE digest = \(secret.digest) AND ends_at > \(now) AND seen_at > \(now - SubscriberSession.idle)
        """)
      guard let row, let contact = try directory.byNumber(try row.integer("customer"), tx) else { return nil }
      return (try row.integer("id"), try row.instant("seen_at"), contact)
    }
    guard let (id, seen, contact) = found else { return nil }
    if now - seen > Session.touched {
      _ = try? await kernel.change(by: .system("subscribers"), canRepeat: true) { change in
        try change.tx.execute("UPDATE subscriber_session SET seen_at = \(now) WHERE id = \(id) AND seen_at < \(now)")
      }
    }
    return Identity(
      account: 0, name: contact.name, role: .subscriber, rights: [.ownSubscription],
      means: .session(id, proof: proof(id)), customer: contact.customer)
  }

  package func leave(_ secret: Secret) async throws {
    _ = try await kernel.change(by: .system("subscribers"), canRepeat: true) { change in
      try change.tx.execute("DELETE FROM subscriber_session WHERE digest = \(secret.digest)")
    }
  }

  /// What the forms of a session carry; of no use in another session, nor in one of an account.
  func proof(_ session: Int64) -> String { Secret.text(key.mark(.forms, "subscriber/\(session)")) }
}

extension Throttle {
  func links(_ mail: String) -> Bucket { bucket("links", mail, free: 3) }
  func links(from network: String) -> Bucket { bucket("linksNetwork", network, free: 10) }
}

extension Refusal {
  static let noSubscriber = Refusal(.missing, "noSubscriber", "There is no subscriber of that number.")
}
