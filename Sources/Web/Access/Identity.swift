import Hummingbird
import Kernel
import Words

/// Who asks, as far as this request may know.
package struct Identity: Sendable {
  package enum Means: Sendable, Equatable {
    /// A browser, by the session's number. Its forms carry `proof` back.
    case session(Int64, proof: String)
    /// A program, by the token's number.
    case token(Int64)
  }

  package let account: Int64
  package let name: String
  package let role: Role
  /// What may be done now: of a token its scopes, before the second factor nothing but that.
  package let rights: Set<Right>
  package let means: Means
  /// Of a subscriber: who they are as a customer, and all that they may see. Nil for everybody else.
  package let customer: Int64?
  /// What they chose once, on whatever machine.
  package var language: LanguageTag?

  /// - Parameter account: 0 for a subscriber who came in by a link.
  package init(
    account: Int64, name: String, role: Role, rights: Set<Right>, means: Means, customer: Int64? = nil
  ) {
    self.customer = customer
    self.account = account
    self.name = name
    self.role = role
    self.rights = rights
    self.means = means
  }

  /// As the journal names them: by the account; subscribers by who they are as customers, however they came in.
  package var actor: Actor { role.actor(customer ?? account) }

  /// Whose subscriptions they may see, behind a door that needs `ownSubscription`.
  package func subscriber() throws -> Int64 {
    guard let customer else { throw NobodysPage() }
    return customer
  }

  package var session: Int64? { if case .session(let id, _) = means { id } else { nil } }
  package var proof: String { if case .session(_, let proof) = means { proof } else { "" } }
  package var isWaitingForSecondStep: Bool { rights == [.secondStep] }
}

extension Role {
  package func actor(_ account: Int64) -> Actor {
    let role: Actor.Role =
      switch self {
      case .operator: .operator
      case .finance: .finance
      case .support: .support
      case .auditor: .auditor
      case .administrator: .administrator
      case .subscriber: .subscriber
      }
    return Actor(role, String(account))
  }
}

/// What a request brings to show who it is from.
package enum Credential: Sendable {
  case session(String)
  case token(String)
  /// Of a subscriber who came in by a link.
  case own(String)
}

/// An account with the role subscriber that is not bound to one: there is no page that would be theirs.
struct NobodysPage: HTTPResponseError {
  func response(from request: Request, context: some RequestContext) throws -> Response {
    try HTTPError(.forbidden).response(from: request, context: context)
  }

  var status: HTTPResponse.Status { .forbidden }
}
