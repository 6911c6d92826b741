import HTTPTypes
import Hummingbird
import NIOCore
import Words

/// Finds out who asks, and lets in or refuses. Stands before every handler: there is no way around it (`Doors`).
package struct DoorKeeper: Sendable {
  package let site: Site
  /// nil: nobody that is known, or not any more.
  let identify: @Sendable (Credential) async throws -> Identity?

  package init(site: Site, identify: @escaping @Sendable (Credential) async throws -> Identity?) {
    self.site = site
    self.identify = identify
  }

  /// Where a request comes from, as far as limits tell clients apart.
  func network(of request: Request, _ visit: Visit) -> ClientNetwork { site.client(of: request, peer: visit.peer) }

  /// - Returns: an answer that sends a browser elsewhere; nil: it may pass.
  /// - Throws: `AccessRefusal` for programs, `RefusalPage` for people.
  func admit(
    _ request: Request, _ visit: inout Visit, needs right: Right, limit: Int = Form.limit
  ) async throws -> Response? {
    if right.verifiesItself { return nil }
    visit.words = site.words(for: request)
    visit.path = request.page
    visit.hasKeys = site.value(of: Site.keysCookie, in: request) != Site.off
    visit.network = network(of: request, visit)
    let changes = request.method != .get && request.method != .head
    if changes { visit.form = try await form(of: request, limit) }
    if right == .anybody {
      if changes, !site.sentIt(request) { throw foreign(request) }
      return nil
    }
    guard let identity = try await identity(of: request, at: right) else { return try unknown(request, right) }
    guard identity.rights.contains(right) else { return try forbidden(request, identity, right) }
    if changes, case .session(_, let proof) = identity.means {
      let given = request.headers[.formProof] ?? visit.form[Form.proofField]
      guard site.sentIt(request), Self.isSame(given, proof) else { throw foreign(request) }
    }
    visit.identity = identity
    visit.words = site.words(for: request, of: identity)
    return nil
  }

  /// Where subscribers go, who came in by a link counts before who is signed in; anywhere else a link opens nothing.
  private func identity(of request: Request, at right: Right) async throws -> Identity? {
    if right == .ownSubscription, let own = site.value(of: Site.ownCookie, in: request),
      let identity = try await identify(.own(own))
    {
      return identity
    }
    guard let credential = credential(of: request) else { return nil }
    return try await identify(credential)
  }

  /// Who asks, behind a door for anybody: nil where that is not known, and for programs.
  func somebody(_ request: Request) async throws -> Identity? {
    guard let credential = site.value(of: Site.sessionCookie, in: request) else { return nil }
    return try await identify(.session(credential)).flatMap { $0.isWaitingForSecondStep ? nil : $0 }
  }

  /// A program's token counts before a browser's cookie: who sends one means it.
  private func credential(of request: Request) -> Credential? {
    if let header = request.headers[.authorization] {
      let parts = header.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
      return .token(String(parts[1]))
    }
    return site.value(of: Site.sessionCookie, in: request).map { .session($0) }
  }

  private func form(of request: Request, _ limit: Int) async throws -> Form {
    let type = request.headers[.contentType] ?? ""
    guard type.lowercased().hasPrefix("application/x-www-form-urlencoded") else { return Form() }
    let body: ByteBuffer
    do { body = try await request.body.collect(upTo: limit) } catch is NIOTooManyBytesError {
      throw RefusalPage(.contentTooLarge)
    }
    guard let form = Form(body.readableBytesView) else { throw RefusalPage(.badRequest) }
    return form
  }

  private func unknown(_ request: Request, _ right: Right) throws -> Response? {
    guard request.readsPages else {
      throw AccessRefusal(.unauthorized, "Sign in, or send an API token: “Authorization: Bearer …”.")
    }
    if right == .ownSubscription { return Redirect(to: Paths.ownLink).response() }
    return Redirect(to: Paths.signIn(back: request.page)).response()
  }

  private func forbidden(_ request: Request, _ identity: Identity, _ right: Right) throws -> Response? {
    let detail =
      switch identity.means {
      case .session: "Your role, \(identity.role.rawValue), may not \(right.words)."
      case .token: "This token may not \(right.words)."
      }
    guard request.readsPages else { throw AccessRefusal(.forbidden, detail) }
    let words = site.words(for: request, of: identity)
    if identity.isWaitingForSecondStep { return Redirect(to: Paths.secondStep).response() }
    // Who is signed in has nothing to find where one signs in.
    if right == .secondStep { return Redirect(to: Paths.ownAccount).response() }
    throw RefusalPage(
      .forbidden, said: .lacks(right.words(words), role: words.text(identity.role.label)), words)
  }

  private func foreign(_ request: Request) -> any Error {
    guard request.readsPages else { return AccessRefusal(.forbidden, Words(.english).text(.foreignForm)) }
    return RefusalPage(.forbidden, said: .foreignForm, site.words(for: request))
  }

  /// Takes as long for a wrong text as for the right one of that length.
  private static func isSame(_ given: String, _ expected: String) -> Bool {
    guard !expected.isEmpty, given.utf8.count == expected.utf8.count else { return false }
    return zip(given.utf8, expected.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

extension Request {
  /// Only what was asked for by GET is worth coming back to; what was entered into a form is gone.
  var page: LocalPath? { method == .get ? LocalPath(head.path ?? "") : nil }

  /// Whether a person reads the answer.
  var readsPages: Bool { !isAPI && headers[.accept]?.contains("text/html") ?? false }
}
