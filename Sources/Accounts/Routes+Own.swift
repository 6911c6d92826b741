import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

extension AccountRoutes {
  func addOwn(to doors: Doors) {
    doors.get("account", needs: .ownAccount) { request, visit in
      let done = request.uri.queryParameters["done"].map(String.init)
      return try await own(visit, notice: Notices.message(done))
    }
    doors.post("account/password", needs: .ownAccount) { request, visit -> Response in
      try await own(visit, .password, done: "changed") { identity in
        try await desk.changePassword(
          identity, current: visit.form["current"], new: visit.form["new"], caller(request, visit))
      }
    }
    doors.post("account/sessions/end", needs: .ownAccount) { _, visit in
      try await desk.endSession(Int64(visit.form["session"]) ?? 0, of: try visit.known())
      return Redirect(to: Paths.ownAccount + "?done=ended")
    }
    doors.post("account/second-factor", needs: .ownAccount) { _, visit -> Response in
      try await own(visit, .factor, done: nil) { identity in _ = try await desk.offerSecondFactor(identity) }
    }
    doors.post("account/second-factor/confirm", needs: .ownAccount) { request, visit -> Response in
      let codes: [String]
      do {
        codes = try await changing {
          try await desk.confirmSecondFactor(try visit.known(), code: visit.form["code"], caller(request, visit))
        }
      } catch let refusal as Refusal {
        return try await own(visit, error: (.factor, Said(refusal, visit.words))).response()
      }
      return OncePage(
        title: .onceFactor, lead: .factorLead, texts: codes, note: .codesNote,
        next: (Paths.ownAccount, .codesKept), place: .ownAccount
      ).response(in: surroundings(visit)).response()
    }
    doors.post("account/second-factor/remove", needs: .ownAccount) { request, visit -> Response in
      try await own(visit, .factor, done: "factor-off") { identity in
        try await desk.removeSecondFactor(identity, password: visit.form["password"], caller(request, visit))
      }
    }
  }

  func addOwnTokens(to doors: Doors) {
    doors.post("account/tokens", needs: .ownAccount) { _, visit -> Response in
      let identity = try visit.known()
      let token: Secret
      do {
        token = try await changing {
          try await desk.makeToken(
            for: identity.account, title: visit.form["title"],
            scopes: Set(visit.form.all("scope").compactMap(Right.init)), days: Int64(visit.form["days"]) ?? 0,
            by: identity.actor)
        }
      } catch let refusal as Refusal {
        return try await own(visit, error: (.token, Said(refusal, visit.words))).response()
      }
      return OncePage(
        title: .onceToken, lead: .tokenLead, texts: [token.text], note: .tokenNote,
        next: (Paths.ownAccount, .toOwnAccount), place: .ownAccount
      ).response(in: surroundings(visit)).response()
    }
    doors.post("account/tokens/revoke", needs: .ownAccount) { _, visit -> Response in
      try await own(visit, .token, done: "revoked") { identity in
        try await desk.act(
          RevokeToken(account: identity.account, token: Int64(visit.form["token"]) ?? 0), by: identity.actor)
      }
    }
  }

  /// Does it and goes back to the page, or shows the page with what was wrong beside its form.
  private func own(
    _ visit: Visit, _ form: OwnAccountPage.FormName, done: String?, _ body: (Identity) async throws -> Void
  ) async throws -> Response {
    let identity = try visit.known()
    do { try await changing { try await body(identity) } } catch let refusal as Refusal {
      return try await own(visit, error: (form, Said(refusal, visit.words))).response()
    }
    return Redirect(to: Paths.ownAccount + (done.map { "?done=\($0)" } ?? "")).response()
  }

  private func own(
    _ visit: Visit, error: (OwnAccountPage.FormName, Said)? = nil, notice: Message? = nil
  ) async throws -> HTMLResponse {
    let page = try await desk.ownPage(try visit.known(), error: error, notice: notice)
    return page.response(in: surroundings(visit), status: error == nil ? .ok : .unprocessableContent)
  }
}

extension AccountDesk {
  func ownPage(
    _ identity: Identity, error: (OwnAccountPage.FormName, Said)?, notice: Message?
  ) async throws -> OwnAccountPage {
    let now = kernel.world.now()
    let offer = try await offered(identity)
    return try await store.read { tx in
      guard let account = try Account.byID(identity.account, in: tx) else { throw Refusal.noAccount }
      let codes = try tx.integer("SELECT count(*) FROM account_recovery WHERE account = \(account.id)") ?? 0
      return OwnAccountPage(
        account: account, identity: identity, sessions: try Session.all(of: account.id, now: now, in: tx),
        tokens: try ApiToken.all(of: account.id, now: now, in: tx), recoveryCodes: Int(codes), offer: offer,
        error: error, notice: notice)
    }
  }
}
