import Store

/// What a part can stop at once, so that nobody else is reached, and let go on again.
public protocol Containment: Sendable {
  /// A stable name: `charges.stopPartner`.
  var name: String { get }
  /// What it does: "Stop new charges of one partner".
  var words: String { get }
  /// What goes on working meanwhile: whoever presses the button must know.
  var goesOn: String { get }

  /// What it can be applied to, at most 200.
  func targets(in tx: Transaction) throws -> [ContainmentTarget]
  /// Applying it to what is stopped already changes nothing.
  /// - Returns: whether it was stopped by this.
  func apply(to target: String, reason: String, in change: Change) throws -> Bool
  func undo(on target: String, reason: String, in change: Change) throws
}

public struct ContainmentTarget: Sendable, Equatable {
  public var name: String
  /// For people.
  public var words: String
  public var isStopped: Bool
  /// Why it cannot be applied now; nil: it can. Whoever looks for the button must not believe that it was forgotten.
  public var obstacle: String?

  public init(name: String, words: String, isStopped: Bool, obstacle: String? = nil) {
    self.name = name
    self.words = words
    self.isStopped = isStopped
    self.obstacle = obstacle
  }
}
