/// What became of an alert, for whoever tells its owners. Handed over within the change that wrote it down.
public struct AlertNews: Sendable, Equatable {
  public enum State: String, Sendable {
    case raised
    /// Nobody mended it in time.
    case escalated
  }

  public var state: State
  /// The check's: `partnerDown`.
  public var name: String
  /// What it is about: `lane:carrier`.
  public var about: String
  /// A sentence with the figures, in English.
  public var message: String
  /// Whose it is now: `payments`, `head of payments`.
  public var owner: String
  public var at: Instant

  public init(_ state: State, name: String, about: String, message: String, owner: String, at: Instant) {
    self.state = state
    self.name = name
    self.about = about
    self.message = message
    self.owner = owner
    self.at = at
  }
}

/// Called in the change that raises or escalates: what it writes is saved with the alert, or not at all. It must not fail for a
/// reason of its own, such as an address that is none: the alert would be lost with it.
public typealias TellOfAlert = @Sendable (AlertNews, Change) throws -> Void
