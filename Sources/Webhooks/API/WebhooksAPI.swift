import Kernel
import Store
import Web

/// The endpoints of webhooks. Handlers translate: they read, or perform one command.
package struct WebhooksAPI: Sendable {
  let keys: WebhookKeys
  let types: [Announcer.Kind]

  /// - Parameter announcers: of everything that may be told.
  package init(keys: WebhookKeys, announcers: [Announcer]) {
    self.keys = keys
    types = announcers.flatMap(\.types)
  }

  package func add(to api: API) {
    addReading(to: api)
    addActs(to: api)
    addDeliveries(to: api)
  }

  private func addReading(to api: API) {
    api.list(
      "webhooks", "listWebhooks", "List the endpoints, the newest first.", in: .webhooks, needs: .readWebhooks,
      of: WebhookJSON.self
    ) { call in
      let before = try call.after()?[0] ?? .max
      let found = try await call.read { tx in
        try WebhookEndpoint.all(in: tx).reversed().filter { $0.id < before }.prefix(call.rows).map {
          try WebhookJSON($0, in: tx)
        }
      }
      return Page(found, call) { [Int64($0.id) ?? 0] }
    }
    api.get(
      "webhooks/:id", "getWebhook", "Get an endpoint.", in: .webhooks, needs: .readWebhooks, answers: WebhookJSON.self,
      refuses: [.noEndpoint]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try WebhookJSON.one(id, in: tx) }
    }
    api.get(
      "webhook-types", "listWebhookTypes", "List the events that there are.", in: .webhooks, needs: .readWebhooks,
      answers: WebhookTypesJSON.self
    ) { _ in WebhookTypesJSON(data: types.map { .init(type: $0.name, meaning: $0.meaning) }) }
  }

  private func addActs(to api: API) {
    api.post(
      "webhooks", "addWebhook", "Add an endpoint.",
      "It is told what happens from now on. The secret is shown here, and by a rotation, and nowhere else.",
      in: .webhooks, needs: .manageWebhooks, takes: NewWebhookJSON.self, answers: WebhookWithSecretJSON.self,
      creates: true
    ) { call, new in
      let act = try AddWebhook(url: new.url, types: Set(new.types ?? []), tests: new.tests ?? false).checked(
        known: types)
      // The secret is not among what is kept under the key: it follows from the number.
      let webhook = try await call.perform(act) { id, change in try WebhookJSON.one(id, in: change.tx) }
      return WebhookWithSecretJSON(
        webhook: webhook, secret: keys.secret(of: Int64(webhook.id) ?? 0, generation: 1))
    }
    api.post(
      "webhooks/:id/rotate", "rotateWebhookSecret", "Make a new secret.",
      "The old one signs beside it for 24 hours, unless `atOnce` says that it is known to somebody else.",
      in: .webhooks,
      needs: .manageWebhooks, takes: RotateWebhookJSON.self, answers: WebhookWithSecretJSON.self,
      refuses: [.noEndpoint]
    ) { call, body in
      let id = try call.id()
      let act = RotateWebhookSecret(endpoint: id, atOnce: body.atOnce ?? false)
      let made = try await call.perform(act) { generation, change in
        RotatedWebhook(webhook: try WebhookJSON.one(id, in: change.tx), generation: generation)
      }
      return WebhookWithSecretJSON(
        webhook: made.webhook, secret: keys.secret(of: id, generation: made.generation))
    }
    api.post(
      "webhooks/:id/disable", "disableWebhook", "Send nothing more to an endpoint.",
      "What happens meanwhile is not put aside for it; see resend.", in: .webhooks, needs: .manageWebhooks,
      takes: ReasonJSON.self, answers: WebhookJSON.self, refuses: [.noEndpoint, .alreadyDisabled]
    ) { call, body in try await change(call) { DisableWebhook(endpoint: $0, reason: body.reason) } }
    api.post(
      "webhooks/:id/enable", "enableWebhook", "Go on sending to an endpoint.", "It begins with what waits.",
      in: .webhooks, needs: .manageWebhooks, takes: ReasonJSON.self, answers: WebhookJSON.self,
      refuses: [.noEndpoint, .alreadyEnabled]
    ) { call, body in try await change(call) { EnableWebhook(endpoint: $0, reason: body.reason) } }
    api.post(
      "webhooks/:id/remove", "removeWebhook", "End an endpoint for good.", in: .webhooks, needs: .manageWebhooks,
      takes: ReasonJSON.self, answers: RemovedWebhookJSON.self, refuses: [.noEndpoint]
    ) { call, body in
      let id = try call.id()
      return try await call.perform(RemoveWebhook(endpoint: id, reason: body.reason)) { _, _ in
        RemovedWebhookJSON(id: String(id))
      }
    }
  }

  private func addDeliveries(to api: API) {
    api.list(
      "webhooks/:id/deliveries", "listWebhookDeliveries", "List what was sent to an endpoint, the newest first.",
      "Deliveries are kept for 30 days.", in: .webhooks, needs: .readWebhooks,
      query: ["failed": Schema.flag("Only what was given up.").optional], of: DeliveryJSON.self, refuses: [.noEndpoint]
    ) { call in
      let id = try call.id()
      let before = try call.after()?[0]
      let failed = call.flag("failed") ?? false
      let found = try await call.read { tx in
        guard try WebhookEndpoint.one(id, in: tx) != nil else { throw Refusal.noEndpoint }
        return try Delivery.page(of: id, failedOnly: failed, before: before, limit: call.rows, in: tx).map(
          DeliveryJSON.init)
      }
      return Page(found, call) { [Int64($0.id) ?? 0] }
    }
    api.get(
      "webhook-deliveries/:id", "getWebhookDelivery", "Get a delivery.", in: .webhooks, needs: .readWebhooks,
      answers: DeliveryJSON.self, refuses: [.noDelivery]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try DeliveryJSON.one(id, in: tx) }
    }
    api.post(
      "webhook-deliveries/:id/resend", "resendWebhookDelivery", "Send a delivery once more.",
      "The consumer knows it again by its webhook-id.", in: .webhooks, needs: .manageWebhooks,
      takes: ReasonJSON.self, answers: DeliveryJSON.self, refuses: [.noDelivery, .endpointDisabled]
    ) { call, body in
      let id = try call.id()
      return try await call.perform(ResendDelivery(delivery: id, reason: body.reason)) { _, change in
        try DeliveryJSON.one(id, in: change.tx)
      }
    }
    api.post(
      "webhooks/:id/resend", "resendWebhooks", "Send what an endpoint did not get since a time.",
      "Up to 2,000 events a request: where `next` is answered, ask again with it as `after`.", in: .webhooks,
      needs: .manageWebhooks, takes: ResendJSON.self, answers: ResentJSON.self,
      refuses: [.noEndpoint, .endpointDisabled]
    ) { call, body in
      let act = ResendSince(
        endpoint: try call.id(), since: body.since.instant, delivered: body.delivered ?? false, after: body.after)
      return try await call.perform(act) { page, _ in ResentJSON(count: Int64(page.count), next: page.next) }
    }
  }

  private func change(_ call: APICall, _ command: (Int64) -> some Command) async throws -> WebhookJSON {
    let id = try call.id()
    return try await call.perform(command(id)) { _, change in try WebhookJSON.one(id, in: change.tx) }
  }
}

extension APIEndpoint.Group {
  static let webhooks = Self("Webhooks", "Programs that are told what happens, signed as Standard Webhooks says.")
}
