import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

extension DeskRoutes {
  func addAlerts(to doors: Doors) {
    doors.get("alerts", needs: .readRenewals) { request, visit in
      let around = try await frame.console(for: visit)
      let (after, before, notice) = (query("after", request), query("before", request), notice(request))
      let (identity, key) = (try visit.known(), formKey())
      return HTMLResponse(
        try await store.read { tx in
          var page = try AlertQuery(tx: tx, now: around.now).page(after: after, before: before)
          (page.notice, page.key, page.mayTake) = (notice, key, identity.rights.contains(.takeWork))
          let alerts = page.open + page.over
          return page.html(
            in: around, try names(alerts.map(\.owner), for: visit, in: tx),
            try links(alerts.map(\.subject), for: visit, in: tx))
        })
    }
    doors.post("alerts/:id/take", needs: .takeWork) { _, visit -> Response in
      guard let id = Int64(try visit.parameters.require("id")) else { throw RefusalPage(.notFound) }
      _ = try await perform(TakeAlert(alert: id), visit)
      return Redirect(to: Paths.alerts + "?done=alert").response()
    }
  }
}
