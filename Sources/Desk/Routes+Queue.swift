import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

extension DeskRoutes {
  func addQueue(to doors: Doors) {
    doors.get("queue", needs: .readRenewals) { request, visit in
      let around = try await frame.console(for: visit)
      let filter = QueueQuery.Filter(owner: query("owner", request), kind: query("kind", request))
      let (after, notice) = (query("after", request), notice(request))
      return HTMLResponse(
        try await store.read { tx in
          var page = try QueueQuery(tx: tx, now: around.now, others: neighbours.waiting).page(filter, after: after)
          page.notice = notice
          let owners = page.items.map(\.owner) + page.groups.map(\.owner)
          return page.html(
            in: around, try names(owners, for: visit, in: tx), try actions(visit),
            try links(page.items.compactMap(\.subject), for: visit, in: tx))
        })
    }
    doors.get("queue/:id", needs: .readRenewals) { request, visit in
      try await waiting(visit, notice: notice(request))
    }
    doors.post("queue/:id/take", needs: .takeWork) { _, visit -> Response in
      _ = try await perform(TakeEffect(effect: try effect(visit)), visit)
      return Redirect(to: "\(Paths.queue)/\(try effect(visit))?done=taken").response()
    }
    doors.post("queue/:id/hold", needs: .takeWork) { _, visit -> Response in
      let hours = Int64(visit.form["hours"]) ?? 0
      guard (1...336).contains(hours) else { throw RefusalPage(.badRequest) }
      return try await act(visit, done: "held") {
        _ = try await perform(
          HoldEffect(effect: try effect(visit), span: .hours(hours), reason: visit.form["reason"]), visit)
      }
    }
    doors.post("queue/:id/decide", needs: .decideCharges) { _, visit -> Response in
      try await decide(visit, harmless: false)
    }
    // A mail of which nobody knows whether it came: no money, and so no matter of finance.
    doors.post("queue/:id/decide-harmless", needs: .runRenewals) { _, visit -> Response in
      try await decide(visit, harmless: true)
    }
    addMessages(to: doors)
  }

  private func addMessages(to doors: Doors) {
    doors.get("messages/:state", needs: .readRenewals) { request, visit in
      try await messages(visit, after: Int64(query("after", request) ?? "") ?? 0, notice: notice(request))
    }
    doors.post("messages/:state/retry", needs: .runRenewals) { _, visit -> Response in
      guard try visit.parameters.require("state") == MessagesPage.State.stuck.rawValue else { throw Self.nothing }
      do { _ = try await perform(RetryStuck(reason: visit.form["reason"]), visit) } catch let refusal as Refusal {
        return try await messages(visit, .stuck, error: refusal.message).response()
      }
      return Redirect(to: "\(Paths.messages)/stuck?done=retried").response()
    }
  }

  private func effect(_ visit: Visit) throws -> Int64 {
    guard let id = Int64(try visit.parameters.require("id")) else { throw Self.nothing }
    return id
  }

  private static var nothing: RefusalPage { RefusalPage(.notFound, detail: "Nothing of that number waits.") }

  private func decide(_ visit: Visit, harmless: Bool) async throws -> Response {
    let id = try effect(visit)
    let found = try await store.read { tx in
      try tx.row("SELECT kind, reference FROM effect WHERE id = \(id)").map {
        (try $0.text("kind"), try $0.text("reference"))
      }
    }
    guard let (kind, reference) = found, outbox.isHarmless(kind) == harmless else { throw Self.nothing }
    let (said, transaction) = (visit.form["happened"], visit.form["transaction"])
    return try await act(visit, done: "decided") {
      guard said == "yes" || said == "no" else {
        throw Refusal(.invalid, "nothingSaid", "Say whether it happened or not.")
      }
      // A transaction beside "it did not happen" is a contradiction, and one of the two is a slip.
      guard said == "yes" || transaction.isEmpty else {
        throw Refusal(
          .invalid, "contradiction", "What did not happen has no transaction: take it out, or choose the other.")
      }
      _ = try await perform(
        DecideEffect(
          reference: reference, happened: said == "yes", partnerID: transaction.isEmpty ? nil : transaction,
          reason: visit.form["reason"]), visit)
    }
  }

  /// Does it and goes back to the page, or shows the page with what was wrong above its form.
  private func act(_ visit: Visit, done: String, _ body: () async throws -> Void) async throws -> Response {
    do { try await body() } catch let refusal as Refusal where refusal.kind == .invalid {
      return try await waiting(visit, error: refusal.message).response()
    }
    return Redirect(to: "\(Paths.queue)/\(try effect(visit))?done=\(done)").response()
  }

  private func waiting(_ visit: Visit, notice: Message? = nil, error: String? = nil) async throws -> HTMLResponse {
    let (id, identity) = (try effect(visit), try visit.known())
    let around = try await frame.console(for: visit)
    let key = formKey()
    let html = try await store.read { tx -> String? in
      guard let matter = try QueueQuery(tx: tx, now: around.now, others: []).waiting(id) else { return nil }
      let slot = matter.effect.slot
      var page = WaitingPage(matter: matter, about: try links([slot], for: visit, in: tx)[slot])
      (page.key, page.notice, page.error) = (key, notice, error)
      page.isHold = !visit.form["hours"].isEmpty
      page.entered = .init(
        happened: visit.form["happened"], transaction: visit.form["transaction"], reason: visit.form["reason"])
      page.showsRaw = identity.rights.contains(.readSubscribers)
      return page.html(
        in: around, try names([matter.owner].compactMap(\.self), for: visit, in: tx), try actions(visit))
    }
    guard let html else { throw Self.nothing }
    return HTMLResponse(html, status: error == nil ? .ok : .unprocessableContent)
  }

  private func messages(_ visit: Visit, after: Int64, notice: Message?) async throws -> HTMLResponse {
    guard let state = MessagesPage.State(rawValue: try visit.parameters.require("state")) else { throw Self.nothing }
    return try await messages(visit, state, after: after, notice: notice)
  }

  private func messages(
    _ visit: Visit, _ state: MessagesPage.State, after: Int64 = 0, notice: Message? = nil, error: String? = nil
  ) async throws -> HTMLResponse {
    let (identity, key) = (try visit.known(), formKey())
    let around = try await frame.console(for: visit)
    var page = try await store.read { tx in
      try QueueQuery(tx: tx, now: around.now, others: []).messages(state, after: after)
    }
    page.mayRetry = identity.rights.contains(.runRenewals)
    page.showsRaw = identity.rights.contains(.readSubscribers)
    (page.key, page.notice, page.error, page.reason) = (key, notice, error, visit.form["reason"])
    return HTMLResponse(page.html(in: around), status: error == nil ? .ok : .unprocessableContent)
  }

  private func actions(_ visit: Visit) throws -> Actions {
    let identity = try visit.known()
    return Actions(
      rights: identity.rights, reader: identity.actor.description, words: visit.words,
      capabilities: { [outbox] lane, kind in outbox.capabilities(of: lane, kind: kind) },
      isHarmless: { [outbox] kind in outbox.isHarmless(kind) })
  }
}
