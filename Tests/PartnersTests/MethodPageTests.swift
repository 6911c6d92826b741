import Billing
import Foundation
import Kernel
import Testing

@testable import Partners

@Suite("Partners’ pages for a new payment method", .timeLimit(.minutes(10)))
struct MethodPageTests {
  private static let request = MethodPageRequest(
    method: "+491510000001", customer: "cus_1", currency: "EUR", language: "de", back: "https://b.example/my/method/s1",
    cancel: "https://b.example/my/method/s1")

  private func ask<T: Sendable>(
    _ configuration: (String) -> PartnerConfiguration, _ action: WireServer.Action,
    _ body: @escaping @Sendable (any HostsMethodPages) async -> T
  ) async throws -> (T, [WireServer.Request]) {
    try await WireServer.with({ _ in action }) { server in
      let answer = try await Fixture.adapter(configuration(server.base)) { adapter in
        await body(try #require(adapter as? any HostsMethodPages))
      }
      return (answer, server.requests)
    }
  }

  private static func carrier(_ base: String) -> PartnerConfiguration {
    var configuration = Fixture.camara(base)
    configuration.methodPagesPath = "method-pages"
    return configuration
  }

  @Test("Stripe is asked for a Checkout Session that sets up a card for its customer")
  func stripe() async throws {
    let (opening, requests) = try await ask(
      { Fixture.stripe($0) }, .answer(200, #"{"id":"cs_1","url":"https://checkout.stripe.com/c/cs_1"}"#)
    ) { await $0.openMethodPage(Self.request) }
    #expect(opening == .opened(page: "cs_1", url: "https://checkout.stripe.com/c/cs_1"))
    let request = try #require(requests.first)
    #expect(request.method == "POST" && request.target == "/v1/checkout/sessions")
    #expect(
      request.body == "mode=setup&customer=cus_1&payment_method_types%5B%5D=card&locale=de&"
        + "success_url=https%3A%2F%2Fb.example%2Fmy%2Fmethod%2Fs1&cancel_url=https%3A%2F%2Fb.example%2Fmy%2Fmethod%2Fs1"
    )
    var nobody = Self.request
    nobody.customer = nil
    let (refused, none) = try await ask({ Fixture.stripe($0) }, .close) { [nobody] in await $0.openMethodPage(nobody) }
    guard case .failed = refused else { return #expect(Bool(false), "\(refused)") }
    #expect(none.isEmpty)
  }

  @Test(
    "What was chosen there is read from the session, and nothing from less",
    arguments: [
      (
        #"{"id":"cs_1","status":"complete","customer":"cus_1","setup_intent":{"status":"succeeded","payment_method":"#
          + #"{"id":"pm_9","type":"card","card":{"brand":"visa","last4":"4242"}}}}"#,
        ChosenMethod.chosen(token: "pm_9", customer: "cus_1", label: "Visa 4242")
      ),
      (#"{"id":"cs_1","status":"open"}"#, .nothing), (#"{"id":"cs_1","status":"expired"}"#, .nothing),
    ])
  func session(body: String, expected: ChosenMethod) async throws {
    let (chosen, requests) = try await ask({ Fixture.stripe($0) }, .answer(200, body)) {
      await $0.chosenMethod(on: "cs_1")
    }
    #expect(chosen == expected)
    #expect(requests.first?.target == "/v1/checkout/sessions/cs_1?expand%5B%5D=setup_intent.payment_method")
  }

  @Test(
    "An answer that cannot be relied on is none",
    arguments: [
      WireServer.Action.answer(500, "{}"), .answer(200, "<html>"),
      .answer(200, #"{"id":"cs_other","status":"complete"}"#),
      .answer(200, #"{"id":"cs_1","status":"complete","setup_intent":{"status":"requires_action"}}"#), .reset, .close,
    ])
  func broken(action: WireServer.Action) async throws {
    let (chosen, _) = try await ask({ Fixture.stripe($0) }, action) { await $0.chosenMethod(on: "cs_1") }
    guard case .unknown = chosen else { return #expect(Bool(false), "\(chosen)") }
    let (carrier, _) = try await ask(Self.carrier, action) { await $0.chosenMethod(on: "cs_1") }
    guard case .unknown = carrier else { return #expect(Bool(false), "\(carrier)") }
    if case .answer(200, _) = action { return }
    let (opening, _) = try await ask({ Fixture.stripe($0) }, action) { await $0.openMethodPage(Self.request) }
    guard case .failed = opening else { return #expect(Bool(false), "\(opening)") }
  }

  @Test("An operator is asked for a page for the number that pays now")
  func carrier() async throws {
    let (opening, requests) = try await ask(
      Self.carrier, .answer(201, #"{"pageId":"p1","url":"https://pay.example/choose/p1"}"#)
    ) { await $0.openMethodPage(Self.request) }
    #expect(opening == .opened(page: "p1", url: "https://pay.example/choose/p1"))
    #expect(requests.first?.target == "/method-pages")
    #expect(
      requests.first?.body
        == #"{"cancelUrl":"https://b.example/my/method/s1","language":"de","phoneNumber":"+491510000001","#
        + #""returnUrl":"https://b.example/my/method/s1"}"#)
    #expect(requests.first?.headers["authorization"] == "Bearer sk_test_12345")
    for (body, expected) in [
      (#"{"pageId":"p1","status":"open"}"#, ChosenMethod.nothing), (#"{"pageId":"p1","status":"cancelled"}"#, .nothing),
      (
        #"{"pageId":"p1","status":"chosen","phoneNumber":"+491520000042"}"#,
        .chosen(token: "+491520000042", customer: nil, label: "\u{200E}+49 ••• 0042")
      ),
    ] {
      let (chosen, _) = try await ask(Self.carrier, .answer(200, body)) { await $0.chosenMethod(on: "p1") }
      #expect(chosen == expected)
    }
    for body in [
      #"{"pageId":"p1","status":"chosen","phoneNumber":"0042"}"#, #"{"pageId":"p1","status":"chosen"}"#,
      #"{"pageId":"p2","status":"open"}"#, #"{"pageId":"p1","status":"new"}"#,
    ] {
      let (chosen, _) = try await ask(Self.carrier, .answer(200, body)) { await $0.chosenMethod(on: "p1") }
      guard case .unknown = chosen else { return #expect(Bool(false), "\(body)") }
    }
  }

  @Test("Who has such pages says where they are; who has none says so")
  func origins() async throws {
    func origin(_ configuration: PartnerConfiguration) async throws -> String? {
      try await Fixture.adapter(configuration) { ($0 as? any HostsMethodPages)?.methodPageOrigin }
    }
    #expect(try await origin(Fixture.stripe("https://api.stripe.com")) == "https://checkout.stripe.com")
    #expect(try await origin(Fixture.stripe("http://127.0.0.1:8420")) == "http://127.0.0.1:8420")
    #expect(try await origin(Fixture.camara("https://api.example/x")) == nil)
    #expect(try await origin(Self.carrier("https://api.example/x")) == "https://api.example")
    #expect(try await origin(Fixture.debit("https://api.example")) == nil)
    var moved = Self.carrier("https://api.example/x")
    moved.methodPageOrigin = "https://pay.example"
    #expect(try await origin(moved) == "https://pay.example")
    moved.methodPageOrigin = "https://pay.example/path"
    await #expect(throws: ConfigurationError.self) { _ = try await origin(moved) }
    var debit = Fixture.debit("https://api.example")
    debit.methodPagesPath = "x"
    await #expect(throws: ConfigurationError.self) { _ = try await origin(debit) }
  }
}
