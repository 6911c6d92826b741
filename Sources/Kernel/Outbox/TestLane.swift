import Store

/// Lanes on which nothing is real: each belongs to one test clock, and no ordinary worker sends on it, weighs what is said on
/// it, or counts it. No payment partner can have such a name: theirs hold letters, digits and `-`.
public enum TestLane {
  public static let prefix = "test/"
  /// Behind every name that begins so: the character after `/`.
  public static let end = "test0"

  public static func isOne(_ lane: String) -> Bool { lane.hasPrefix(prefix) }

  /// A condition that leaves the test lanes out. What is counted, shown as money or raised as an alert asks for it.
  /// - Parameter column: where the lane's name stands: `o.lane`.
  public static func isNot(_ column: StaticString) -> SQL { "\(name: column) NOT LIKE 'test/%'" }
}

/// Whose messages an outbox weighs.
public enum LaneScope: Sendable {
  /// Every lane but the test lanes.
  case real
  /// One lane alone: that of a test clock, whose time is not everybody's.
  case only(String)

  /// - Parameter column: where the lane's name stands.
  func holds(_ column: StaticString) -> SQL {
    switch self {
    case .real: TestLane.isNot(column)
    case .only(let lane): "\(name: column) = \(lane)"
    }
  }
}
