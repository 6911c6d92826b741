import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

/// The console's pages of webhooks.
package struct WebhookRoutes: Sendable {
  let kernel: Kernel
  let frame: Frame

  package init(kernel: Kernel, frame: Frame) {
    self.kernel = kernel
    self.frame = frame
  }

  package func add(to doors: Doors) {
    doors.get("webhooks", needs: .readWebhooks) { _, visit in
      let page = try await kernel.store.read { tx in
        WebhooksPage(
          endpoints: try WebhookEndpoint.all(in: tx).map {
            let counts = try Delivery.counts(of: $0.id, in: tx)
            return .init(endpoint: $0, waiting: counts.waiting, failed: counts.failed)
          })
      }
      return HTMLResponse(page.html(in: try await frame.console(for: visit)))
    }
    doors.get("webhooks/:id", needs: .readWebhooks) { request, visit in
      let query = request.uri.queryParameters
      let (failed, before) = (query["failed"] == "1", query["before"].flatMap { Int64($0) })
      let mayResend = try visit.known().rights.contains(.manageWebhooks)
      guard let id = Int64(try visit.parameters.require("id")),
        let page = try await kernel.store.read({ tx in
          try Self.page(of: id, failedOnly: failed, before: before, mayResend: mayResend, in: tx)
        })
      else { throw RefusalPage(.notFound, detail: "There is no webhook endpoint of that number.") }
      return HTMLResponse(page.html(in: try await frame.console(for: visit)))
    }
    doors.post("webhooks/deliveries/:id/resend", needs: .manageWebhooks) { _, visit -> Response in
      guard let id = Int64(try visit.parameters.require("id")),
        let delivery = try await kernel.store.read({ tx in try Delivery.one(id, in: tx) })
      else { throw RefusalPage(.notFound, detail: "There is no such delivery, or it is not kept any more.") }
      // The same attempt cannot be asked for twice by a button that is pressed twice.
      let key = "console/resend/\(id)/\(delivery.tries)/\(delivery.endedAt?.microseconds ?? 0)"
      _ = try await kernel.perform(
        ResendDelivery(delivery: id, reason: "asked for in the console"), by: try visit.known().actor, key: key)
      return Redirect(to: Paths.webhook(delivery.endpoint)).response()
    }
  }

  private static func page(
    of id: Int64, failedOnly: Bool, before: Int64?, mayResend: Bool, in tx: Transaction
  ) throws -> WebhookPage? {
    guard let endpoint = try WebhookEndpoint.one(id, in: tx) else { return nil }
    let found = try Delivery.page(
      of: id, failedOnly: failedOnly, before: before, limit: WebhookPage.listed + 1, in: tx)
    let shown = Array(found.prefix(WebhookPage.listed))
    return WebhookPage(
      endpoint: endpoint, deliveries: shown, failedOnly: failedOnly,
      older: found.count > shown.count ? shown.last?.id : nil, mayResend: mayResend && endpoint.state == .enabled)
  }
}
