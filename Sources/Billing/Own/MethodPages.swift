import Kernel

/// A partner that has a page of its own where a subscriber chooses how they pay from now on. What is entered there stays with
/// the partner; we fetch a token for it ourselves, never by way of the browser.
public protocol HostsMethodPages: Counterpart {
  /// Where its pages are: `https://checkout.stripe.com`. A subscriber is sent nowhere else. nil: it has none after all.
  var methodPageOrigin: String? { get }
  /// Makes a page for one subscriber. Nothing is changed by it, so that it may be made again.
  func openMethodPage(_ request: MethodPageRequest) async -> MethodPageOpening
  /// What was chosen there.
  /// - Parameter page: as `openMethodPage` named it.
  func chosenMethod(on page: String) async -> ChosenMethod
}

public struct MethodPageRequest: Sendable {
  /// The partner's tokens of the method that is used now.
  public var method: String
  public var customer: String?
  public var currency: String
  /// BCP 47.
  public var language: String
  /// Where the partner sends the browser when something was chosen, and where when not.
  public var back: String
  public var cancel: String

  public init(
    method: String, customer: String?, currency: String, language: String, back: String, cancel: String
  ) {
    self.method = method
    self.customer = customer
    self.currency = currency
    self.language = language
    self.back = back
    self.cancel = cancel
  }
}

public enum MethodPageOpening: Sendable, Equatable {
  /// - Parameter page: the partner's own name for it.
  case opened(page: String, url: String)
  /// There is none, for a reason that is not for the subscriber.
  case failed(String)
}

public enum ChosenMethod: Sendable, Equatable {
  /// - Parameter label: what its owner knows it by: "Visa 4242".
  case chosen(token: String, customer: String?, label: String)
  /// Nothing was chosen, or not yet.
  case nothing
  case unknown(String)
}
