import Kernel
import Store

/// Everything that webhooks bring, top to bottom.
package enum WebhooksModule {
  package static let migrations = WebhooksSchema.migrations
  package static let checks = WebhookChecks.all

  /// A worker's steps.
  package static func steps(_ courier: Courier, announcers: [Announcer]) -> [Step] {
    let announce = Announce(kernel: courier.kernel, announcers: announcers)
    let forget = ForgetWebhooks(kernel: courier.kernel)
    return [
      Step("announce", idle: .seconds(1)) { try await announce.run() },
      Step("forget webhooks", idle: .minutes(10)) { try await forget.run() },
    ]
      + (1...Courier.slots).map { slot in
        Step("deliver webhooks \(slot)", idle: .seconds(1)) { try await courier.run() }
      }
  }
}
