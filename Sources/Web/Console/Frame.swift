import Foundation
import Hummingbird
import Kernel
import Words

/// Makes what stands around a page, for whoever asks: the same for all parts, so that no page forgets who looks and in which
/// language.
package struct Frame: Sendable {
  let service: String
  let zone: TimeZone
  let version: String
  let site: Site
  let now: @Sendable () -> Instant
  let journal: @Sendable () async throws -> JournalState?

  /// - Parameter journal: how far the journal is sealed; reads the database.
  package init(
    service: String, zone: TimeZone, version: String, site: Site, now: @escaping @Sendable () -> Instant,
    journal: @escaping @Sendable () async throws -> JournalState? = { nil }
  ) {
    self.service = service
    self.zone = zone
    self.version = version
    self.site = site
    self.now = now
    self.journal = journal
  }

  /// Around a page for somebody who is known.
  package func console(for visit: Visit) async throws -> Console {
    console(for: visit, try await journal())
  }

  /// Without a look into the database: before sign-in, and where the page has nothing to do with the journal.
  package func plain(for visit: Visit) -> Console { console(for: visit, nil) }

  private func console(for visit: Visit, _ journal: JournalState?) -> Console {
    var console = console(visit.words, visit.identity, visit.path, journal)
    console.hasKeys = visit.hasKeys
    return console
  }

  /// Around a refusal: who asks may not be known yet.
  package func plain(for request: Request) -> Console { console(site.words(for: request), nil, request.page, nil) }

  private func console(_ words: Words, _ visitor: Identity?, _ path: LocalPath?, _ journal: JournalState?) -> Console {
    Console(
      service: service, zone: zone, now: now(), journal: journal, version: version, visitor: visitor, words: words,
      path: path)
  }

  /// The door through which a reader chooses a language: for this browser by a cookie, and as theirs if they are signed in.
  /// - Parameter keep: writes down what somebody chose.
  package func addRoutes(
    to doors: Doors, keep: @escaping @Sendable (LanguageTag, Identity) async throws -> Void = { _, _ in }
  ) {
    let keeper = doors.keeper
    doors.post("language", needs: .anybody) { [site] request, visit in
      guard let tag = LanguageTag(visit.form["language"]) else { throw RefusalPage(.badRequest) }
      // The cookie is enough for pages: without the database they still speak the language that was chosen.
      if let identity = try? await keeper.somebody(request) { try? await keep(tag, identity) }
      let back = LocalPath(visit.form["back"])?.text ?? Paths.today
      let year = 365 * 86_400
      return Redirect(
        to: back, cookies: [site.cookie(Site.languageCookie, tag.description, seconds: year)])
    }
    addKeys(to: doors)
  }
}

extension Site {
  package static let languageCookie = "language"

  /// The words of whoever asks: the language that was chosen in this browser, else the account's, else the best that the
  /// browser asks for.
  func words(for request: Request, of identity: Identity? = nil) -> Words {
    if let tag = language(in: request) ?? identity?.language { return Words(tag) }
    return Words(.chosen(explicit: nil, accept: request.headers[.acceptLanguage]))
  }

  /// What was chosen in this browser.
  package func language(in request: Request) -> LanguageTag? {
    value(of: Self.languageCookie, in: request).flatMap { LanguageTag($0) }
  }
}
