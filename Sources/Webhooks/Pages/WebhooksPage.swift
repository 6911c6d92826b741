import Foundation
import Kernel
import Web
import Words

/// Every endpoint, and what it is owed.
package struct WebhooksPage: Sendable {
  package struct Endpoint: Sendable {
    package var endpoint: WebhookEndpoint
    package var waiting: Int64
    package var failed: Int64

    package init(endpoint: WebhookEndpoint, waiting: Int64, failed: Int64) {
      self.endpoint = endpoint
      self.waiting = waiting
      self.failed = failed
    }
  }

  package var endpoints: [Endpoint]

  package init(endpoints: [Endpoint]) { self.endpoints = endpoints }

  package func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("webhooks", PackageResources.webhooks_mustache)

  private struct View: Sendable {
    let layout: Layout
    let endpoints: [Row]

    init(_ page: WebhooksPage, _ console: Console) {
      layout = Layout(console.words.text(.placeWebhooks), at: .webhooks, in: console)
      endpoints = page.endpoints.map { Row($0, console.words) }
    }
  }

  private struct Row: Sendable {
    let href: String
    let address: String
    let state: String
    let tone: String
    let waiting: String
    let givenUp: String

    init(_ row: Endpoint, _ words: Words) {
      href = Paths.webhook(row.endpoint.id)
      address = row.endpoint.shownAddress
      state = words.text(row.endpoint.shownState)
      tone = row.endpoint.tone.rawValue
      waiting = words.text(counted: row.waiting)
      givenUp = words.text(counted: row.failed)
    }
  }
}

extension WebhookEndpoint {
  /// Without its query: a token of the consumer's may stand there.
  var shownAddress: String { String(url.prefix { $0 != "?" }) }

  var shownState: Message {
    switch state {
    case .enabled: failures > 0 ? .webhookFailing : .webhookEnabled
    case .disabled, .removed: .webhookDisabled
    case .failed: .webhookFailed
    }
  }

  var tone: Tone {
    switch state {
    case .enabled: failures > 0 ? .unknown : .settled
    case .disabled, .removed: .held
    case .failed: .refused
    }
  }
}

extension Words {
  /// Counted only so far.
  fileprivate func text(counted count: Int64) -> String {
    count < Delivery.countLimit ? self.count(count) : "≥ " + self.count(count)
  }
}
