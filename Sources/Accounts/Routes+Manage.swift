import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

extension AccountRoutes {
  func addManaging(to doors: Doors) {
    doors.get("accounts", needs: .readAccounts) { request, visit in
      let asked = request.uri.queryParameters["of"].map { String($0.prefix(254)) } ?? ""
      return try await desk.accountsPage(try visit.known(), of: asked).response(in: surroundings(visit))
    }
    doors.post("accounts", needs: .manageAccounts) { _, visit -> Response in
      let identity = try visit.known()
      let (mail, person, role) = (visit.form["mail"], visit.form["person"], visit.form["role"])
      let reference = visit.form["reference"]
      do {
        guard let role = Role(rawValue: role) else { throw Refusal(.invalid, "noRole", "Choose a role.") }
        let isSubscribers = role == .subscriber || !reference.isEmpty
        let made = try await changing {
          try await desk.invite(
            mail: mail, person: person, role: role,
            customer: isSubscribers ? try await desk.subscriber(reference).customer : nil,
            language: LanguageTag(visit.form["language"]), by: identity.actor)
        }
        return try await once(made.link, of: made.account, title: .onceInvited, in: visit)
      } catch let refusal as Refusal {
        var page = try await desk.accountsPage(identity)
        page.entered = .init(
          mail: mail, person: person, role: role, reference: reference, language: visit.form["language"],
          error: Said(refusal, visit.words))
        return page.response(in: surroundings(visit), status: .unprocessableContent).response()
      }
    }
    doors.get("accounts/:id", needs: .readAccounts) { request, visit in
      let done = request.uri.queryParameters["done"].map(String.init)
      return try await one(visit, notice: Notices.message(done))
    }
    doors.post("accounts/:id/link", needs: .manageAccounts) { _, visit -> Response in
      let id = try number(visit)
      do {
        let link = try await changing { try await desk.newLink(for: id, by: try visit.known().actor) }
        return try await once(link, of: id, title: .onceLink, in: visit)
      } catch let refusal as Refusal { return try await one(visit, error: Said(refusal, visit.words)).response() }
    }
    doors.post("accounts/:id/role", needs: .manageAccounts) { _, visit -> Response in
      try await act(visit, done: "role") { id, reason in
        guard let role = Role(rawValue: visit.form["role"]), role != .subscriber else {
          throw Refusal(.invalid, "noRole", "Choose a role.")
        }
        try await desk.act(ChangeRole(account: id, role: role, reason: reason), by: try visit.known().actor)
      }
    }
    doors.post("accounts/:id/bind", needs: .manageAccounts) { _, visit -> Response in
      try await act(visit, done: "bound") { id, reason in
        try await desk.bind(id, to: visit.form["reference"], reason: reason, by: try visit.known().actor)
      }
    }
    doors.post("accounts/:id/unbind", needs: .manageAccounts) { _, visit -> Response in
      try await act(visit, done: "unbound") { id, reason in
        try await desk.unbind(id, reason: reason, by: try visit.known().actor)
      }
    }
    doors.post("accounts/:id/suspend", needs: .manageAccounts) { _, visit -> Response in
      try await act(visit, done: "suspended") { id, reason in
        try await desk.act(SuspendAccount(account: id, reason: reason), by: try visit.known().actor)
      }
    }
    doors.post("accounts/:id/resume", needs: .manageAccounts) { _, visit -> Response in
      try await act(visit, done: "resumed") { id, reason in
        try await desk.act(ResumeAccount(account: id, reason: reason), by: try visit.known().actor)
      }
    }
    doors.post("accounts/:id/second-factor", needs: .manageAccounts) { _, visit -> Response in
      try await act(visit, done: "factor-off") { id, reason in
        try await desk.act(RemoveSecondFactor(account: id, reason: reason), by: try visit.known().actor)
      }
    }
  }

  private func number(_ visit: Visit) throws -> Int64 {
    guard let id = Int64(try visit.parameters.require("id")) else { throw Refusal.noAccount }
    return id
  }

  private func act(
    _ visit: Visit, done: String, _ body: (Int64, String) async throws -> Void
  ) async throws -> Response {
    let id = try number(visit)
    do { try await changing { try await body(id, visit.form["reason"]) } } catch let refusal as Refusal {
      return try await one(visit, error: Said(refusal, visit.words)).response()
    }
    return Redirect(to: "\(Paths.accounts)/\(id)?done=\(done)").response()
  }

  private func one(_ visit: Visit, error: Said? = nil, notice: Message? = nil) async throws -> HTMLResponse {
    let (id, identity) = (try number(visit), try visit.known())
    guard let account = try await desk.account(id) else { throw Refusal.noAccount }
    return AccountPage(
      account: account, identity: identity, subscriber: try await desk.subscriber(of: account),
      reference: visit.form["reference"], error: error, notice: notice
    )
    .response(in: surroundings(visit), status: error == nil ? .ok : .unprocessableContent)
  }

  private func once(_ link: String, of id: Int64, title: Message, in visit: Visit) async throws -> Response {
    let account = try await desk.account(id)
    return OncePage(
      title: title,
      lead: account.map(desk.sendsLink) == true ? .linkMailed : .linkByHand, texts: [link], note: .linkNote,
      next: ("\(Paths.accounts)/\(id)", .toAccount), place: .accounts
    ).response(in: surroundings(visit)).response()
  }
}

extension AccountDesk {
  package func account(_ id: Int64) async throws -> Account? {
    try await store.read { tx in try Account.byID(id, in: tx) }
  }

  /// - Parameter asked: an address or a reference, for subscribers' accounts; empty: everybody else's.
  func accountsPage(_ identity: Identity, of asked: String = "") async throws -> AccountsPage {
    let limit = AccountsPage.listed + 1
    let found =
      asked.isEmpty
      ? try await store.read { tx in try Account.all(limit: limit, in: tx) }
      : try await subscribersAccounts(asked, limit: limit)
    var page = AccountsPage(
      accounts: Array(found.prefix(AccountsPage.listed)), more: found.count > AccountsPage.listed, identity: identity)
    page.asked = asked.isEmpty ? nil : asked
    return page
  }
}
