/// Who does something: a person, the program itself, or a partner. Stands in every fact.
public struct Actor: Sendable, Hashable {
  public enum Role: String, Sendable, CaseIterable {
    /// Runs the service: a person with that role, or whoever has the machine and uses the command line (`operator:cli`).
    case `operator`
    /// People with an account, by the role that it has at that moment.
    case finance, support, auditor, administrator, subscriber
    /// The program's own steps.
    case system
    /// Somebody outside, by a verified message.
    case partner
  }

  public let role: Role
  /// A stable name, never a mail address: `operator:cli`, `system:renewals`; of a person the number of the account:
  /// `finance:65540`.
  public let name: String

  public init(_ role: Role, _ name: String) {
    self.role = role
    self.name = name
  }

  public static func system(_ step: String) -> Actor { .init(.system, step) }

  public var description: String { "\(role.rawValue):\(name)" }

  /// Whether this is whom an earlier act names by its `description`: somebody who has another role by now is the same person.
  public func isWhoever(_ description: String) -> Bool {
    description.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).last.map(String.init) == name
  }
}

/// The domain says no, in its own words. Not a failure: nothing changed, and nobody has to look.
public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    /// The input cannot be right, whatever the state.
    case invalid
    /// There is no such thing.
    case missing
    /// The state does not allow it now.
    case conflict
    /// This actor may not.
    case forbidden
    /// A limit is reached.
    case limit
  }

  public let kind: Kind
  /// A stable word for programs: `alreadyCancelled`.
  public let code: String
  /// A sentence for people that says what to do.
  public let message: String

  public init(_ kind: Kind, _ code: String, _ message: String) {
    self.kind = kind
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
