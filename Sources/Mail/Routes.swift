import Hummingbird
import Kernel
import Store
import Web

/// The console's pages of mail. They show what was written to people: whoever may see them needs a right of their own.
public struct MailRoutes: Sendable {
  let store: Store
  let isKeptHere: Bool
  let frame: Frame

  /// - Parameter isKeptHere: no mail server is configured.
  package init(store: Store, isKeptHere: Bool, frame: Frame) {
    self.store = store
    self.isKeptHere = isKeptHere
    self.frame = frame
  }

  package func add(to doors: Doors) {
    doors.get("mails", needs: .readMails) { request, visit in
      let before = request.uri.queryParameters["before"].map(String.init)
      let page = try await read(visit) { try $0.page(before: before) }
      return HTMLResponse(page.html(in: frame.plain(for: visit)))
    }
    doors.get("mails/:id", needs: .readMails) { _, visit in
      guard let id = Int64(try visit.parameters.require("id")), let page = try await read(visit, { try $0.mail(id) })
      else { throw Self.missing }
      return HTMLResponse(page.html(in: frame.plain(for: visit), isKeptHere: isKeptHere))
    }
    doors.get("mails/:id/html", needs: .readMails) { _, visit in
      guard let id = Int64(try visit.parameters.require("id")), let html = try await read(visit, { try $0.html(id) })
      else { throw Self.missing }
      return MailHTMLResponse(html: html)
    }
  }

  private func read<T: Sendable>(_ visit: Visit, _ body: @escaping @Sendable (MailQuery) throws -> T) async throws -> T
  {
    let reader = reader(try visit.known())
    return try await store.read { [isKeptHere] tx in
      try body(MailQuery(tx: tx, reader: reader, isKeptHere: isKeptHere))
    }
  }

  /// Administrators see what accounts were sent, and no subscriber's mail; the others the other way round.
  private func reader(_ identity: Identity) -> MailReader {
    if identity.rights.contains(.manageAccounts) { return MailReader(.accounts, seesLinks: isKeptHere) }
    return MailReader(.subscribers, seesLinks: isKeptHere && identity.rights.contains(.changeSubscriptions))
  }

  private static var missing: RefusalPage {
    RefusalPage(.notFound, detail: "There is no mail of that number, or it is not kept any more.")
  }
}
