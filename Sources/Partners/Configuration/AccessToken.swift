import Kernel
import Synchronization

/// A bearer token of ours at a partner. Operators' tokens live for about an hour (OAuth 2.0): what fetches them puts
/// them into a file, which is read again here, every ten seconds at most. An environment variable is read once.
final class AccessToken: Sendable {
  private struct Held {
    var secret: Secret
    var readAt: ContinuousClock.Instant
  }

  private static let rereadAfter = Duration.seconds(10)

  private let source: SecretSource
  private let held: Mutex<Held>

  init(_ source: SecretSource, environment: [String: String]) throws(ConfigurationError) {
    self.source = source
    held = Mutex(Held(secret: try source.load(environment), readAt: .now))
  }

  /// The newest token that could be read: a file that is just being replaced leaves the one before.
  var current: Secret {
    guard case .file = source else { return held.withLock { $0.secret } }
    return held.withLock { held in
      if held.readAt.duration(to: .now) >= Self.rereadAfter {
        if let secret = try? source.load([:]) { held.secret = secret }
        held.readAt = .now
      }
      return held.secret
    }
  }
}
