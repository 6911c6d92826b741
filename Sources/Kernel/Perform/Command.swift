import Store

/// One act: its input, who may do it, and what it does. One file each, named by its verb.
public protocol Command: Codable, Sendable {
  associatedtype Output: Codable & Sendable

  /// A stable name, part of the idempotency check.
  static var name: String { get }
  static var allowed: Set<Actor.Role> { get }

  /// When it happens: what concerns a test customer happens at the time of their clock. `nil`: now.
  func moment(in tx: Transaction) throws -> Instant?

  /// Changes state, records facts and enqueues effects through `change`. May run again after a conflict.
  func run(in change: Change) throws -> Output
}

extension Command {
  public func moment(in tx: Transaction) throws -> Instant? { nil }
}
