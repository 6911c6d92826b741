import Foundation
import Kernel
import Web
import Words

/// One endpoint, and what was sent to it.
package struct WebhookPage: Sendable {
  static let listed = 50

  package var endpoint: WebhookEndpoint
  package var deliveries: [Delivery]
  package var failedOnly: Bool
  /// The number of the last delivery shown, where there are more.
  package var older: Int64?
  package var mayResend: Bool

  package init(
    endpoint: WebhookEndpoint, deliveries: [Delivery], failedOnly: Bool, older: Int64?, mayResend: Bool
  ) {
    self.endpoint = endpoint
    self.deliveries = deliveries
    self.failedOnly = failedOnly
    self.older = older
    self.mayResend = mayResend
  }

  package func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("webhook", PackageResources.webhook_mustache)

  private struct View: Sendable {
    let layout: Layout
    let home: String
    let path: String
    let address: String
    let state: String
    let tone: String
    let reason: String?
    let failing: Moment?
    let isEverything: Bool
    let types: String
    let hasTests: Bool
    let failedOnly: Bool
    let mayResend: Bool
    let deliveries: [Row]
    let older: String?

    init(_ page: WebhookPage, _ console: Console) {
      let (endpoint, words, time) = (page.endpoint, console.words, console.localTime)
      layout = Layout(endpoint.shownAddress, at: .webhooks, in: console)
      home = Paths.webhooks
      path = Paths.webhook(endpoint.id)
      address = endpoint.shownAddress
      state = words.text(endpoint.shownState)
      tone = endpoint.tone.rawValue
      reason = endpoint.reason
      failing = endpoint.failingSince.map { Moment($0, time.exact($0)) }
      isEverything = endpoint.types.contains(WebhookEndpoint.everything)
      types = endpoint.types.sorted().joined(separator: ", ")
      hasTests = endpoint.tests
      failedOnly = page.failedOnly
      mayResend = page.mayResend
      let proof = console.visitor?.proof ?? ""
      deliveries = page.deliveries.map { Row($0, page.mayResend, proof, words, time) }
      older = page.older.map { "\(Paths.webhook(endpoint.id))?before=\($0)\(page.failedOnly ? "&failed=1" : "")" }
    }
  }

  private struct Row: Sendable {
    let type: String
    let event: String
    let isTest: Bool
    let state: String
    let tone: String
    let attempts: String
    let answer: String
    let made: Moment
    let resend: Resend?

    init(_ delivery: Delivery, _ mayResend: Bool, _ proof: String, _ words: Words, _ time: LocalTime) {
      type = delivery.type
      event = delivery.event
      isTest = delivery.isTest
      (state, tone) = Self.standing(delivery, words, time)
      attempts = words.count(delivery.tries)
      answer = delivery.status.map { "HTTP \($0)" } ?? String((delivery.answer ?? "").prefix(120))
      made = Moment(delivery.madeAt, time.exact(delivery.madeAt))
      resend = mayResend ? Resend(action: Paths.resend(delivery.id), proof: proof, event: delivery.event) : nil
    }

    private static func standing(_ delivery: Delivery, _ words: Words, _ time: LocalTime) -> (String, String) {
      switch delivery.state {
      case .waiting where delivery.tries > 0:
        (words.text(.deliveryNext(time.exact(delivery.dueAt))), Tone.unknown.rawValue)
      case .waiting: (words.text(.deliveryWaits), Tone.waiting.rawValue)
      case .delivered: (words.text(.deliveryDelivered), Tone.settled.rawValue)
      case .failed: (words.text(.deliveryFailed), Tone.refused.rawValue)
      }
    }
  }

  private struct Resend: Sendable {
    let action: String
    let proof: String
    let event: String
  }
}

extension Paths {
  static func webhook(_ id: Int64) -> String { "\(webhooks)/\(id)" }
  static func resend(_ delivery: Int64) -> String { "\(webhooks)/deliveries/\(delivery)/resend" }
}
