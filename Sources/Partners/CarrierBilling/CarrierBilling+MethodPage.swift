import Billing
import Kernel

/// An operator's page on which a subscriber chooses the number that pays. CAMARA has no interface for it: this one is ours, and
/// an operator must offer it (`methodPagesPath` in its configuration).
///
/// `POST {base}/{path}` with `{"phoneNumber", "returnUrl", "cancelUrl", "language"}` is answered 201 with `{"pageId", "url"}`;
/// `GET {base}/{path}/{pageId}` with `{"pageId", "status", "phoneNumber"}`, where the status is `open`, `chosen` or `cancelled`.
extension CarrierBilling: HostsMethodPages {
  public func openMethodPage(_ request: MethodPageRequest) async -> MethodPageOpening {
    guard let methodPages else { return .failed("the operator has no such page") }
    let page = NewPage(
      phoneNumber: request.method, returnUrl: request.back, cancelUrl: request.cancel, language: request.language)
    guard let body = try? PartnerJSON.encode(page) else { return .failed("the request cannot be written as JSON") }
    let call = WireRequest(
      method: "POST", url: methodPages, headers: pageHeaders + [.init("Content-Type", "application/json")], body: body)
    guard case .answer(let answer) = await http.send(call, lane: lane, timeout: MethodPages.timeout) else {
      return .failed("the operator did not answer")
    }
    guard answer.status == 201, let made = PartnerJSON.answer(MadePage.self, answer.body) else {
      return .failed("the operator answered with HTTP \(answer.status)")
    }
    return .opened(page: made.pageId, url: made.url)
  }

  public func chosenMethod(on page: String) async -> ChosenMethod {
    guard let methodPages else { return .unknown("the operator has no such page") }
    let call = WireRequest(method: "GET", url: methodPages + "/" + Form.encode(page), headers: pageHeaders)
    guard case .answer(let answer) = await http.send(call, lane: lane, timeout: MethodPages.timeout) else {
      return .unknown("the operator did not answer")
    }
    guard answer.status == 200, let chosen = PartnerJSON.answer(PageState.self, answer.body), chosen.pageId == page
    else { return .unknown("the operator answered with HTTP \(answer.status)") }
    switch chosen.status {
    case "open", "cancelled": return .nothing
    case "chosen":
      guard let number = chosen.phoneNumber, Self.isPhoneNumber(number) else {
        return .unknown("what was chosen is no phone number")
      }
      return .chosen(token: number, customer: nil, label: Self.label(number))
    default: return .unknown("the operator's status \(chosen.status.prefix(20)) is not known")
    }
  }

  /// Its owner knows it, and nobody who looks over their shoulder: "+49 ••• 0001". It begins with a mark (U+200E): without a
  /// letter nothing else says which way it runs, and in Arabic it would be turned around.
  private static func label(_ number: String) -> String { "\u{200E}\(number.prefix(3)) ••• \(number.suffix(4))" }

  private var pageHeaders: [WireRequest.Header] {
    [
      .init("Authorization", "Bearer \(accessToken.current.text)"), .init("Accept", "application/json"),
      .init("User-Agent", "amends"),
    ]
  }

  private struct NewPage: Encodable {
    var phoneNumber: String
    var returnUrl: String
    var cancelUrl: String
    var language: String
  }

  private struct MadePage: Decodable {
    var pageId: String
    var url: String
  }

  private struct PageState: Decodable {
    var pageId: String
    var status: String
    var phoneNumber: String?
  }
}
