import Foundation
import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Web
@testable import Webhooks

@Suite("The pages of webhooks")
struct PageTests {
  private func console(_ language: Language, rights: Set<Right> = [.readWebhooks, .manageWebhooks]) -> Console {
    Console(
      service: "Reading Club", zone: .gmt, now: Instant(seconds: 1_772_355_600), journal: nil, version: "t",
      visitor: Identity(
        account: 7, name: "Ada", role: .operator, rights: rights, means: .session(1, proof: "proof-of-form")),
      words: Words(LanguageTag(language)))
  }

  /// An endpoint that takes nothing and has an address that is not to be shown whole, and its deliveries.
  private func pages() async throws -> (list: WebhooksPage, one: WebhookPage) {
    let wire = WebhookWire { _ in WebhookSession { _ in .answered(status: 500, start: "<b>no</b>") } }
    var found: (WebhooksPage, WebhookPage)?
    try await Station.open(on: .sqlite, wire: wire) { station in
      let id = try await station.add("https://shop.example/%3Cscript%3E?token=hush", types: ["thing.odd"], tests: true)
      try await station.happen(1...3, isTest: true)
      try await station.settle()
      let endpoint = try await station.endpoint(id)
      let deliveries = try await station.deliveries(id)
      found = (
        WebhooksPage(endpoints: [.init(endpoint: endpoint, waiting: 2, failed: 10_000)]),
        WebhookPage(
          endpoint: endpoint, deliveries: deliveries, failedOnly: false, older: 5, mayResend: true)
      )
    }
    return try #require(found)
  }

  @Test("stand in every language, with everything they show", arguments: Language.allCases)
  func languages(language: Language) async throws {
    let (list, one) = try await pages()
    let words = Words(LanguageTag(language))
    for html in [list.html(in: console(language)), one.html(in: console(language))] {
      #expect(html.contains(#"lang="\#(language.tag)""#) && html.contains("https://shop.example/%3Cscript%3E"))
      #expect(!html.contains("hush") && !html.contains("{{") && html.contains(words.text(.webhookFailing)))
    }
    let page = one.html(in: console(language))
    #expect(page.contains("HTTP 500") && page.contains("thing.odd") && page.contains("proof-of-form"))
    #expect(page.contains(#"action="/webhooks/deliveries/"#) && page.contains("evt_0_"))
    #expect(list.html(in: console(language)).contains("≥"))
    #expect(WebhooksPage(endpoints: []).html(in: console(language)).contains("amends webhook add"))
  }

  @Test("offer to send again only to those who may")
  func rights() async throws {
    var (_, one) = try await pages()
    one.mayResend = false
    #expect(!one.html(in: console(.english, rights: [.readWebhooks])).contains("/resend"))
  }
}
