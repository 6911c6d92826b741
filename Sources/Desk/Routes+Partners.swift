import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

extension DeskRoutes {
  func addPartners(to doors: Doors) {
    doors.get("partners", needs: .readRenewals) { _, visit in
      let around = try await frame.console(for: visit)
      return HTMLResponse(
        try await store.read { tx in
          let page = PartnersPage(partners: try LaneQuery(tx: tx, now: around.now).all())
          let names = try names(page.partners.compactMap { Self.actor(of: $0.gate) }, for: visit, in: tx)
          return page.html(in: around, names)
        })
    }
    doors.get("partners/:lane", needs: .readRenewals) { request, visit in
      try await partner(visit, notice: notice(request))
    }
    doors.post("partners/:lane/stop", needs: .stopPartners) { _, visit -> Response in
      try await turn(visit, on: false)
    }
    doors.post("partners/:lane/resume", needs: .stopPartners) { _, visit -> Response in
      try await turn(visit, on: true)
    }
  }

  private func turn(_ visit: Visit, on: Bool) async throws -> Response {
    let (lane, reason) = (try lane(visit), visit.form["reason"])
    do { _ = try await perform(SwitchLane(lane: lane, on: on, reason: reason), visit) } catch let refusal as Refusal
      where refusal.kind != .missing
    {
      return try await partner(visit, error: refusal.message, reason: reason).response()
    }
    return Redirect(to: Paths.partner(lane) + "?done=" + (on ? "resumed" : "stopped")).response()
  }

  private func partner(
    _ visit: Visit, notice: Message? = nil, error: String? = nil, reason: String = ""
  ) async throws -> HTMLResponse {
    let (lane, identity) = (try lane(visit), try visit.known())
    let around = try await frame.console(for: visit)
    let key = formKey()
    let html = try await store.read { tx -> String? in
      guard let matter = try LaneQuery(tx: tx, now: around.now).one(lane) else { return nil }
      var page = PartnerPage(matter: matter, capabilities: outbox.counterpart(lane)?.capabilities)
      (page.mayAct, page.key) = (identity.rights.contains(.stopPartners), key)
      (page.notice, page.error, page.reason) = (notice, error, reason)
      let actors = matter.switches.map(\.actor) + [Self.actor(of: matter.state.gate)].compactMap(\.self)
      return page.html(in: around, try names(actors, for: visit, in: tx))
    }
    guard let html else { throw Self.noPartner }
    return HTMLResponse(html, status: error == nil ? .ok : .unprocessableContent)
  }

  private func lane(_ visit: Visit) throws -> String {
    let lane = try visit.parameters.require("lane")
    guard !lane.utf8.contains(0) else { throw Self.noPartner }
    return lane
  }

  private static func actor(of gate: PartnerState.Gate) -> String? {
    if case .stopped(_, let by, _) = gate { by } else { nil }
  }

  private static var noPartner: RefusalPage { RefusalPage(.notFound, detail: "There is no partner of that name.") }
}
