import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Synchronization
import Web

/// The operator's page on which a subscriber chooses the number that pays: CAMARA has no such thing, so this is an interface of
/// our own (`CarrierBilling+MethodPage.swift` says which).
///
/// `POST /method-pages` and `GET /method-pages/{id}` are for the merchant; `GET` and `POST /choose/{id}` for the subscriber's
/// browser. Pages are forgotten when the partner ends.
struct MethodPageAPI {
  let wire: Wire
  let pages: MethodPages

  func add(to routes: RouterGroup<PartnerContext>) {
    routes.post("method-pages", use: make)
    routes.get("method-pages/:page", use: read)
    routes.get("choose/:page", use: show)
    routes.post("choose/:page", use: choose)
  }

  private struct New: Decodable {
    var phoneNumber: String
    var returnUrl: String
    var cancelUrl: String
    var language: String
  }

  private struct Made: Encodable {
    var pageId: String
    var url: String
  }

  private struct State: Encodable {
    var pageId: String
    var status: String
    var phoneNumber: String?
  }

  @Sendable func make(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let new = try await wire.read(New.self, from: request)
    guard RequestChecks.isPhoneNumber(new.phoneNumber) else {
      throw APIError.invalid("phoneNumber must be E.164 with a plus sign.")
    }
    for url in [new.returnUrl, new.cancelUrl] where !url.hasPrefix("https://") && !url.hasPrefix("http://") {
      throw APIError.invalid("returnUrl and cancelUrl must be addresses of the web.")
    }
    let id = pages.add(
      .init(now: new.phoneNumber, back: new.returnUrl, cancel: new.cancelUrl, language: String(new.language.prefix(35)))
    )
    return Wire.json(.created, Made(pageId: id, url: "http://\(request.head.authority ?? "127.0.0.1")/choose/\(id)"))
  }

  @Sendable func read(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let id = context.parameters.get("page") ?? ""
    guard let page = pages.find(id) else { throw Outcome.notFound }
    let status = page.chosen != nil ? "chosen" : page.isCancelled ? "cancelled" : "open"
    return Wire.json(.ok, State(pageId: id, status: status, phoneNumber: page.chosen))
  }

  @Sendable func show(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let id = context.parameters.get("page") ?? ""
    guard let page = pages.find(id) else { throw Outcome.notFound }
    return Wire.bytes(.ok, "text/html; charset=utf-8", Array(page.html(id, error: nil).utf8))
  }

  @Sendable func choose(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let id = context.parameters.get("page") ?? ""
    guard let page = pages.find(id) else { throw Outcome.notFound }
    let body = try await request.body.collect(upTo: 4_096)
    let text = "http://x/?" + String(decoding: body.readableBytesView, as: UTF8.self).replacing("+", with: "%20")
    let fields = URLComponents(string: text)?.queryItems ?? []
    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    guard field("act") != "cancel" else {
      pages.change(id) { $0.isCancelled = true }
      return Response(status: .seeOther, headers: [.location: page.cancel])
    }
    let number = field("number").filter { !$0.isWhitespace }
    guard RequestChecks.isPhoneNumber(number) else {
      let html = page.html(id, error: "A number begins with + and its country, such as +491510000002.")
      return Wire.bytes(.unprocessableContent, "text/html; charset=utf-8", Array(html.utf8))
    }
    pages.change(id) { $0.chosen = number }
    return Response(status: .seeOther, headers: [.location: page.back])
  }
}

/// The pages that are open, the newest of them.
final class MethodPages: Sendable {
  struct Page {
    var now: String
    var back: String
    var cancel: String
    var language: String
    var chosen: String?
    var isCancelled = false
  }

  private static let kept = 10_000
  private let state = Mutex<(pages: [String: Page], order: [String])>(([:], []))

  func add(_ page: Page) -> String {
    let id = UUID().uuidString.lowercased()
    state.withLock { state in
      if state.order.count >= Self.kept { state.pages[state.order.removeFirst()] = nil }
      state.pages[id] = page
      state.order.append(id)
    }
    return id
  }

  func find(_ id: String) -> Page? { state.withLock { $0.pages[id] } }
  func change(_ id: String, _ body: (inout Page) -> Void) {
    state.withLock { state in
      guard var page = state.pages[id] else { return }
      body(&page)
      state.pages[id] = page
    }
  }
}

extension MethodPages.Page {
  func html(_ id: String, error: String?) -> String {
    let wrong = error.map { "<p role=\"alert\"><strong>\(HTMLText.escape($0))</strong></p>" } ?? ""
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>The carrier</title>
      <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
      <link rel="icon" href="data:,">
      <style>body{font:1rem/1.5 sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}
      input,button{font:inherit;padding:.5rem .75rem}input{width:100%;box-sizing:border-box;margin:.25rem 0 1rem}</style>
      </head><body><main><h1>Which number pays?</h1>\(wrong)
      <p>Now it is <bdi>\(HTMLText.escape(now))</bdi>.</p>
      <form method="post" action="/choose/\(HTMLText.escape(id))">
      <label for="number">Phone number</label>
      <input id="number" name="number" type="tel" autocomplete="tel" required>
      <button type="submit" name="act" value="choose">Pay with this number</button>
      <button type="submit" name="act" value="cancel" formnovalidate>Leave it as it is</button>
      </form></main></body></html>
      """
  }
}
