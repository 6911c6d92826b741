import Foundation
import Kernel
import Store

/// Slows guessing down. Tries are counted before any work is done, so that many at once are many. After the free ones each try
/// makes the next wait twice as long, a quarter of an hour at most.
///
/// What is counted is an account *from one network*, so that nobody can lock somebody else out by guessing: they only lock
/// themselves out. A browser that signed in to the account before has a count of its own, for those who share a network.
struct Throttle {
  struct Bucket {
    let name: String
    let free: Int64
  }

  static let longest = Span.minutes(15)
  /// Without a try for so long, all are free again.
  static let forgets = Span.hours(1)

  let key: AccessKey

  func account(_ mail: String, from network: String) -> Bucket { bucket("account", mail + "\n" + network, free: 5) }
  func network(_ network: String) -> Bucket { bucket("network", network, free: 30) }
  func device(_ digest: [UInt8]) -> Bucket { bucket("device", Data(digest).base64URL, free: 10) }
  func factor(_ account: Int64, from network: String) -> Bucket { bucket("factor", "\(account)\n\(network)", free: 5) }
  /// Whoever comes here has the password: a limit for the account itself locks out nobody but them.
  func factor(_ account: Int64) -> Bucket { bucket("factorInAll", "\(account)", free: 50) }
  func mails(_ mail: String) -> Bucket { bucket("mails", mail, free: 3) }
  func mails(from network: String) -> Bucket { bucket("mailsNetwork", network, free: 10) }
  func organisation(from network: String) -> Bucket { bucket("organisation", network, free: 30) }
  func refused(_ mail: String) -> Bucket { bucket("refused", mail, free: .max) }

  func bucket(_ kind: String, _ what: String, free: Int64) -> Bucket {
    Bucket(name: Data(key.mark(.attempts, kind + "\n" + what)).base64URL, free: free)
  }

  /// Takes one try out of each.
  /// - Returns: nil: it may be tried; or how long to wait. A try that has to wait does not count.
  static func take(_ buckets: [Bucket], in change: Change) throws -> Span? {
    let now = change.now
    try change.tx.execute(
      """
      DELETE FROM account_attempt WHERE bucket IN (
        SELECT bucket FROM account_attempt WHERE at < \(now - .days(1)) ORDER BY at LIMIT 20)
      """)
    // In one order, so that two at once wait for each other instead of for ever.
    let buckets = buckets.sorted { $0.name < $1.name }
    var next: [(Bucket, tries: Int64)] = []
    var wait: Span?
    for bucket in buckets {
      let (tries, until) = try held(bucket, in: change)
      if until > now { wait = max(wait ?? until - now, until - now) }
      next.append((bucket, tries + 1))
    }
    if let wait { return wait }
    for (bucket, tries) in next {
      let over = tries - bucket.free
      let pause = over > 0 ? min(longest, .seconds(1 << min(over, 20))) : .seconds(0)
      try change.tx.execute(
        """
        UPDATE account_attempt SET tries = \(tries), at = \(now), until = \(now + pause) WHERE bucket = \(bucket.name)
        """)
    }
    return nil
  }

  /// - Returns: how many tries, with this one.
  static func count(_ bucket: Bucket, in change: Change) throws -> Int64 {
    let tries = try held(bucket, in: change).tries + 1
    try change.tx.execute(
      "UPDATE account_attempt SET tries = \(tries), at = \(change.now) WHERE bucket = \(bucket.name)")
    return tries
  }

  /// It was the right one.
  static func clear(_ buckets: [Bucket], in change: Change) throws {
    try change.tx.execute("DELETE FROM account_attempt WHERE bucket \(in: buckets.map(\.name))")
  }

  /// Gives one try back: a success says nothing about the others who come from there.
  static func giveBack(_ bucket: Bucket, in change: Change) throws {
    try change.tx.execute("UPDATE account_attempt SET tries = tries - 1 WHERE bucket = \(bucket.name) AND tries > 0")
  }

  private static func held(_ bucket: Bucket, in change: Change) throws -> (tries: Int64, until: Instant) {
    try change.tx.execute(
      """
      INSERT INTO account_attempt (bucket, tries, at, until) VALUES (\(bucket.name), 0, \(change.now), 0)
      ON CONFLICT DO NOTHING
      """)
    let row = try change.tx.row(
      "SELECT tries, at, until FROM account_attempt WHERE bucket = \(bucket.name) \(.forUpdate)")
    guard let row else { return (0, Instant(microseconds: 0)) }
    let isOld = try row.instant("at") < change.now - forgets
    return (isOld ? 0 : try row.integer("tries"), try row.instant("until"))
  }
}
