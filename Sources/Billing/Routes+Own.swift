import Documents
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// A subscriber's own page. Whose it is follows from who they are, never from the address.
public struct OwnRoutes: Sendable {
  let kernel: Kernel
  let changes: MethodChange
  let site: Site
  let frame: Frame
  /// The service's name and the lines of its address, for receipts.
  let sender: [String]
  /// Whether mails reach people.
  let sendsMail: Bool
  let harms: PersonHarms

  package init(
    kernel: Kernel, changes: MethodChange, site: Site, frame: Frame, sender: [String], sendsMail: Bool,
    harms: PersonHarms = .none
  ) {
    self.harms = harms
    self.kernel = kernel
    self.changes = changes
    self.site = site
    self.frame = frame
    self.sender = sender
    self.sendsMail = sendsMail
  }

  package func add(to doors: Doors) {
    addPage(to: doors)
    addActs(to: doors)
    addMethod(to: doors)
    addReceipts(to: doors)
    addObjections(to: doors)
  }

  /// What stands there now.
  private func page(_ visit: Visit, before: String?) async throws -> OwnPage {
    let customer = try visit.known().subscriber()
    let now = kernel.world.now()
    let page = try await read { [harms] tx -> OwnPage? in
      var page = try OwnQuery(tx: tx, now: now, customer: customer)
        .page(before: before) { changes.host(of: $0) != nil }
      let reached = try harms.of("customer:\(customer)", OwnPage.harmsListed, tx)
      page?.harms = reached.shown
      page?.harmCount = reached.count
      return page
    }
    guard var page else { throw Self.missing }
    page.key = ActKey.make(kernel.world)
    return page
  }

  private func addPage(to doors: Doors) {
    doors.get("my", needs: .ownSubscription) { request, visit in
      var page = try await page(visit, before: request.uri.queryParameters["before"].map(String.init))
      page.notice = request.uri.queryParameters["done"].flatMap { Self.notice(String($0)) }
      // What is owed already is not taken back by cancelling.
      let owes = page.subscriptions.contains { $0.subscription.endsAtPeriodEnd && !$0.open.isEmpty }
      if page.notice == .ownDoneCancelled, owes { page.notice = .ownDoneCancelledOpen }
      return page.response(in: frame.plain(for: visit), words(page.subscriber, visit), sendsMail: sendsMail)
    }
    doors.post("my/language", needs: .ownSubscription) { _, visit in
      guard let tag = LanguageTag(visit.form["language"]) else { throw RefusalPage(.badRequest) }
      let identity = try visit.known()
      _ = try await perform(
        ChooseLanguage(customer: try identity.subscriber(), language: tag.description), by: identity)
      let back = LocalPath(visit.form["back"])?.text ?? Paths.own
      return Redirect(to: back, cookies: [site.cookie(Site.languageCookie, tag.description, seconds: 365 * 86_400)])
    }
    doors.post("my/receipts", needs: .ownSubscription) { _, visit in
      let identity = try visit.known()
      _ = try await perform(
        ChooseReceipts(customer: try identity.subscriber(), wanted: visit.form["wanted"] == "yes"), by: identity)
      return Redirect(to: Paths.own + "?done=settings")
    }
  }

  private func addActs(to doors: Doors) {
    let reason = "by the subscriber, on their page"
    doors.post("my/subscriptions/:id/cancel", needs: .ownSubscription) { _, visit in
      try await act(visit, done: "cancelled") {
        CancelSubscription(subscription: $0, when: .periodEnd, reason: reason)
      }
    }
    doors.post("my/subscriptions/:id/keep", needs: .ownSubscription) { _, visit in
      try await act(visit, done: "kept") { KeepSubscription(subscription: $0, reason: reason) }
    }
    doors.post("my/subscriptions/:id/pause", needs: .ownSubscription) { _, visit in
      try await act(visit, done: "paused") { PauseSubscription(subscription: $0, reason: reason) }
    }
    doors.post("my/subscriptions/:id/resume", needs: .ownSubscription) { _, visit in
      try await act(visit, done: "resumed") { ResumeSubscription(subscription: $0, reason: reason) }
    }
  }

  /// "This is not right", said of an incident that reached them. Of any other there is nothing.
  private func addObjections(to doors: Doors) {
    doors.post("my/incidents/:id/object", needs: .ownSubscription) { _, visit -> Response in
      let (identity, id) = (try visit.known(), try number(visit, "id"))
      var page = try await page(visit, before: nil)
      guard page.harms.contains(where: { $0.incident == id }) else { throw Self.missing }
      let text = visit.form["text"].replacing("\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
      guard (3...OwnPage.longest).contains(text.count) else {
        page.wrong = OwnPage.Wrong(incident: id, text: visit.form["text"], message: .ownHarmSayMore)
        return page.response(in: frame.plain(for: visit), words(page.subscriber, visit), sendsMail: sendsMail)
          .response()
      }
      let person = "customer:\(try identity.subscriber())"
      let key = "own/\(person)/\(visit.form["key"].prefix(64))"
      do { try await changing { try await harms.object(id, person, text, identity.actor, key) } } catch let refusal
        as Refusal where refusal.code == "isOpen"
      {
        // Sent twice, or from another window: the first one waits for its answer, and the page shows it.
      }
      return Redirect(to: Paths.own + "?done=objected#incident-\(id)").response()
    }
  }

  private func addMethod(to doors: Doors) {
    doors.get("my/subscriptions/:id/method", needs: .ownSubscription) { _, visit in
      try await methodPage(visit, failed: false)
    }
    doors.post("my/subscriptions/:id/method", needs: .ownSubscription) { _, visit -> Response in
      let identity = try visit.known()
      let words = try await words(try identity.subscriber(), visit)
      let url = try await changes.begin(
        try number(visit, "id"), language: words.tag.description, by: identity.actor)
      guard let url else { return try await methodPage(visit, failed: true).response() }
      return Redirect(to: url).response()
    }
    doors.get("my/method/:secret", needs: .ownSubscription) { _, visit in
      let end = try await changing {
        try await changes.finish(try visit.parameters.require("secret"), by: try visit.known().actor)
      }
      return Redirect(to: Paths.own + "?done=" + Self.word(end))
    }
  }

  private func addReceipts(to doors: Doors) {
    doors.get("my/payments/:payment/receipt.pdf", needs: .ownSubscription) { _, visit in
      try await receipt(try number(visit, "payment"), of: try visit.known().subscriber(), visit)
    }
    doors.get("subscribers/:id/payments/:payment/receipt.pdf", needs: .readSubscribers) { _, visit in
      try await receipt(try number(visit, "payment"), of: try number(visit, "id"), visit)
    }
  }

  // MARK: - what they share

  /// - Parameter customer: whose payment it must be.
  private func receipt(_ payment: Int64, of customer: Int64, _ visit: Visit) async throws -> Response {
    guard let receipt = try await read({ tx in try ReceiptQuery(tx: tx).receipt(payment, of: customer) }) else {
      throw RefusalPage(.notFound, detail: "There is no payment of that number.")
    }
    let words = receipt.language.flatMap { LanguageTag($0) }.map { Words($0) } ?? visit.words
    let bytes = try receipt.document(sender: sender, words).pdf()
    return FileResponse(pdf: bytes, name: "receipt-\(payment)").response()
  }

  private func methodPage(_ visit: Visit, failed: Bool) async throws -> HTMLResponse {
    let (customer, id) = (try visit.known().subscriber(), try number(visit, "id"))
    let around = frame.plain(for: visit)
    let found = try await read { tx -> (Subscriber, OwnPage.Subscription)? in
      guard let subscriber = try Subscriber.byID(customer, in: tx),
        let read = try OwnQuery(tx: tx, now: around.now, customer: customer)
          .subscription(id, hosts: { changes.host(of: $0) != nil })
      else { return nil }
      return (subscriber, read)
    }
    guard let (subscriber, subscription) = found else { throw Refusal.noSubscription(id) }
    guard subscription.subscription.state != .cancelled else { throw Refusal.alreadyCancelled }
    guard let host = changes.host(of: subscription.lane) else {
      throw Refusal(.conflict, "noPage", "\(subscription.lane) has no page on which this could be changed.")
    }
    return OwnMethodPage(
      subscriber: subscriber, subscription: subscription, origin: host.origin, failed: failed
    ).response(in: around, words(subscriber, visit))
  }

  private func act(_ visit: Visit, done: String, _ command: (Int64) -> some Command) async throws -> Redirect {
    _ = try await perform(command(try number(visit, "id")), by: try visit.known())
    return Redirect(to: Paths.own + "?done=\(done)")
  }

  private func perform<C: Command>(_ command: C, by identity: Identity) async throws -> C.Output {
    // Each form is sent once: what it does is guarded by the state, not by the key.
    try await changing {
      try await kernel.perform(command, by: identity.actor, key: "own/\(C.name)/\(UUID().uuidString)")
    }
  }

  private func number(_ visit: Visit, _ name: String) throws -> Int64 {
    guard let number = Int64(try visit.parameters.require(name)) else { throw Self.missing }
    return number
  }

  private func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await kernel.store.read(body)
  }

  /// What the subscriber chose, else what their browser wants.
  private func words(_ subscriber: Subscriber, _ visit: Visit) -> Words {
    subscriber.language.flatMap { LanguageTag($0) }.map { Words($0) } ?? visit.words
  }

  private func words(_ customer: Int64, _ visit: Visit) async throws -> Words {
    try await read { tx in try Subscriber.byID(customer, in: tx) }.map { words($0, visit) } ?? visit.words
  }

  /// An answer that was lost after a commit must not say that nothing was changed.
  private func changing<T>(_ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch StoreError.commitUnknown {
      throw RefusalPage(.serviceUnavailable, mayHaveChanged: true)
    }
  }

  private static let missing = RefusalPage(.notFound, detail: "There is nothing of that number.")

  private static func word(_ end: MethodChange.End) -> String {
    switch end {
    case .changed: "method"
    case .kept: "method-kept"
    case .unknown: "method-unknown"
    }
  }

  /// What the page says after a form sent the browser on: the address names it, and only these are shown.
  private static func notice(_ name: String) -> Message? {
    switch name {
    case "cancelled": .ownDoneCancelled
    case "kept": .ownDoneKept
    case "paused": .ownDonePaused
    case "resumed": .ownDoneResumed
    case "method": .ownDoneMethod
    case "method-kept": .ownDoneMethodKept
    case "method-unknown": .ownDoneMethodUnknown
    case "settings": .ownDoneSettings
    case "objected": .ownDoneObjected
    default: nil
    }
  }
}
