import HTTPTypes
import Kernel
import Synchronization

/// How often somebody may ask the API: so many requests a minute for each token, and for each network that shows none. In
/// memory, for this process alone, and bounded: two numbers for each client of the minute.
///
/// The fields are those of draft-ietf-httpapi-ratelimit-headers-11.
package final class RateLimits: Sendable {
  /// Clients of one minute that are told apart. Beyond, they share one count: memory has an end, and so has patience.
  static let clients = 20_000
  static let window: Int64 = 60

  private struct Minute {
    var number: Int64 = 0
    var counts: [String: Int] = [:]
  }

  private let perMinute: Int
  private let now: @Sendable () -> Instant
  private let minute = Mutex(Minute())

  /// - Parameter perMinute: requests of one token. A network gets a fifth of it, for what anybody may ask for and for requests
  ///   with a token that is none.
  package init(perMinute: Int = 600, now: @escaping @Sendable () -> Instant) {
    self.perMinute = perMinute
    self.now = now
  }

  /// Where a client stands.
  struct Standing: Sendable {
    let policy: String
    let quota: Int
    let used: Int
    /// Seconds until the count begins anew.
    let wait: Int64

    var isOver: Bool { used > quota }

    var fields: HTTPFields {
      var fields = HTTPFields()
      fields[.rateLimitPolicy] = "\"\(policy)\";q=\(quota);w=\(RateLimits.window)"
      fields[.rateLimit] = "\"\(policy)\";r=\(max(0, quota - used));t=\(wait)"
      return fields
    }

    /// - Throws: 429 where it has asked too often.
    func hold() throws(APIProblem) {
      guard isOver else { return }
      var problem = APIProblem(
        .tooManyRequests, "quotaExceeded", "More than \(quota) requests came in one minute. Wait \(wait) seconds.")
      problem.policies = [policy]
      problem.headers[.retryAfter] = String(wait)
      throw problem
    }
  }

  /// Counts one request of somebody who is known, or of a network that is not.
  func count(_ identity: Identity?, from network: ClientNetwork) -> Standing {
    switch identity?.means {
    case .token(let id): add("t\(id)", "token", perMinute)
    case .session(let id, _): add("s\(id)", "token", perMinute)
    case nil: add("n\(network.text)", "network", max(1, perMinute / 5))
    }
  }

  /// How many clients are remembered.
  var size: Int { minute.withLock { $0.counts.count } }

  private func add(_ client: String, _ policy: String, _ quota: Int) -> Standing {
    let seconds = now().seconds
    let used = minute.withLock { minute in
      let number = seconds / Self.window
      if minute.number != number { minute = Minute(number: number) }
      let known = minute.counts[client] != nil || minute.counts.count < Self.clients
      let key = known ? client : "others"
      minute.counts[key, default: 0] += 1
      return minute.counts[key, default: 0]
    }
    return Standing(policy: policy, quota: quota, used: used, wait: Self.window - seconds % Self.window)
  }
}

extension HTTPField.Name {
  // Tokens, so that there is one of each.
  static let rateLimit = known("RateLimit")
  static let rateLimitPolicy = known("RateLimit-Policy")
  static let idempotencyKey = known("Idempotency-Key")
}
