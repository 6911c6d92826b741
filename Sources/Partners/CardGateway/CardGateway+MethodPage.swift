import Billing
import Kernel

/// Stripe's page for a new payment method: a Checkout Session of mode `setup`
/// (docs.stripe.com/payments/save-and-reuse?ui=checkout). The card's number never reaches us; we fetch the token ourselves.
extension CardGateway: HostsMethodPages {
  public func openMethodPage(_ request: MethodPageRequest) async -> MethodPageOpening {
    // Without a customer of Stripe's the new card could not be charged later.
    guard let customer = request.customer else { return .failed("the payment method belongs to no customer of Stripe") }
    var form = Form()
    form.add("mode", "setup")
    form.add("customer", customer)
    form.add("payment_method_types[]", "card")
    form.add("locale", Self.locales.contains(request.language) ? request.language : "auto")
    form.add("success_url", request.back)
    form.add("cancel_url", request.cancel)
    let call = WireRequest(
      method: "POST", url: base + "/v1/checkout/sessions",
      headers: headers + [.init("Content-Type", "application/x-www-form-urlencoded")], body: form.bytes)
    guard case .answer(let answer) = await http.send(call, lane: lane, timeout: MethodPages.timeout) else {
      return .failed("Stripe did not answer")
    }
    guard answer.status == 200, let session = PartnerJSON.answer(Session.self, answer.body), let url = session.url
    else {
      return .failed("Stripe answered with HTTP \(answer.status)")
    }
    return .opened(page: session.id, url: url)
  }

  public func chosenMethod(on page: String) async -> ChosenMethod {
    let url = base + "/v1/checkout/sessions/\(Form.encode(page))?expand%5B%5D=setup_intent.payment_method"
    let call = WireRequest(method: "GET", url: url, headers: headers)
    guard case .answer(let answer) = await http.send(call, lane: lane, timeout: MethodPages.timeout) else {
      return .unknown("Stripe did not answer")
    }
    guard answer.status == 200, let session = PartnerJSON.answer(Session.self, answer.body), session.id == page else {
      return .unknown("Stripe answered with HTTP \(answer.status)")
    }
    guard session.status == "complete" else { return .nothing }
    guard let setup = session.setup_intent, setup.status == "succeeded", let method = setup.payment_method else {
      return .unknown("the session is complete, and holds no payment method")
    }
    return .chosen(token: method.id, customer: session.customer, label: method.label)
  }

  /// Those of our languages that Stripe's page speaks.
  private static let locales: Set<String> = ["de", "en", "ja"]

  private struct Session: Decodable {
    var id: String
    var status: String?
    var url: String?
    var customer: String?
    var setup_intent: Setup?

    struct Setup: Decodable {
      var status: String
      var payment_method: Method?
    }

    struct Method: Decodable {
      var id: String
      var type: String?
      var card: Card?

      /// "Visa 4242": the same in every language.
      var label: String {
        guard let card else { return type ?? "card" }
        let brand = (card.brand ?? "card").prefix(20)
        return brand.prefix(1).uppercased() + brand.dropFirst() + " " + (card.last4 ?? "").prefix(4)
      }
    }

    struct Card: Decodable {
      var brand: String?
      var last4: String?
    }
  }
}

enum MethodPages {
  /// Somebody waits for it.
  static let timeout = Span.seconds(10)
}

extension PartnerConfiguration {
  /// Scheme, host and port of an address that was checked.
  static func origin(of url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return parts.prefix(3).joined(separator: "/")
  }

  /// Where the partner's pages for subscribers are.
  func methodPageOrigin(or standard: String) throws(ConfigurationError) -> String {
    guard let methodPageOrigin else { return standard }
    try checkURL(methodPageOrigin, "methodPageOrigin")
    guard Self.origin(of: methodPageOrigin) == methodPageOrigin else {
      throw ConfigurationError("methodPageOrigin is not of the form https://host")
    }
    return methodPageOrigin
  }
}
