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
  /// What they chose once, on whatever machine.
  package var language: LanguageTag?

  package init(account: Int64, name: String, role: Role, rights: Set<Right>, means: Means) {
    self.account = account
    self.name = name
    self.role = role
    self.rights = rights
    self.means = means
  }

  /// As the journal names them.
  package var actor: Actor { role.actor(account) }

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
}
