import Kernel
import Store

/// A clock of its own for customers that are not real: it stands still until somebody advances it, and never goes back. Charges
/// of its customers go to a partner inside this program (`TestPartner`), on a lane that no worker sends on.
package struct TestClock: Sendable, Equatable {
  package var id: Int64
  package var name: String
  package var now: Instant
  /// Where it is being moved to, or was when it stopped on the way.
  package var target: Instant?
  package var madeAt: Instant

  package static let most: Int64 = 1_000
  package static let mostCustomers: Int64 = 100
  /// What a test customer's payment method may call its partner; the lane's name is the clock's business.
  package static let partner = "test"

  static let columns: StaticString = "id, name, now, target, made_at"

  init(_ row: Row) throws {
    id = try row.integer("id")
    name = try row.text("name")
    now = try row.instant("now")
    target = try row.instantOrNull("target")
    madeAt = try row.instant("made_at")
  }

  package var lane: String { Self.lane(of: id) }
  static func lane(of clock: Int64) -> String { TestLane.prefix + String(clock) }

  package static func one(_ id: Int64, in tx: Transaction) throws -> TestClock? {
    try tx.row("SELECT \(name: columns) FROM test_clock WHERE id = \(id)").map(TestClock.init)
  }

  /// The newest first.
  /// - Parameter before: a clock's number; `nil`: from the newest on.
  package static func page(before: Int64?, limit: Int, in tx: Transaction) throws -> [TestClock] {
    try tx.rows(
      "SELECT \(name: columns) FROM test_clock WHERE id < \(before ?? .max) ORDER BY id DESC LIMIT \(limit)"
    ).map(TestClock.init)
  }

  // MARK: The time of those who live by one

  /// `nil`: a real customer, or none.
  static func now(ofCustomer id: Int64, in tx: Transaction) throws -> Instant? {
    try tx.row("SELECT t.now FROM customer AS c JOIN test_clock AS t ON t.id = c.clock WHERE c.id = \(id)")?
      .instant("now")
  }

  static func now(ofSubscription id: Int64, in tx: Transaction) throws -> Instant? {
    try tx.row("SELECT t.now FROM subscription AS s JOIN test_clock AS t ON t.id = s.clock WHERE s.id = \(id)")?
      .instant("now")
  }

  static func now(ofCapture id: Int64, in tx: Transaction) throws -> Instant? {
    try tx.row(
      """
      SELECT t.now FROM capture AS p JOIN customer AS c ON c.id = p.customer JOIN test_clock AS t ON t.id = c.clock
      WHERE p.id = \(id)
      """)?.instant("now")
  }

  // MARK: What keeps the two worlds apart

  /// The method as it is kept: a test customer pays on the clock's lane with a test token, and a real one never does.
  static func method(_ method: NewMethod, clock: Int64?) throws(Refusal) -> NewMethod {
    guard let clock else {
      guard !TestLane.isOne(method.lane) else {
        throw Refusal(.invalid, "testLane", "Only customers of a test clock pay through \(method.lane).")
      }
      return method
    }
    guard [partner, lane(of: clock)].contains(method.lane) else {
      throw Refusal(
        .invalid, "testPartnerOnly",
        "A customer of a test clock pays through the partner “\(partner)”, never a real one.")
    }
    guard TestToken(rawValue: method.token) != nil else {
      throw Refusal(
        .invalid, "noTestToken",
        "The test partner knows the tokens \(TestToken.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    var own = method
    own.lane = lane(of: clock)
    return own
  }

  /// Whether so many more may live by it.
  static func checkRoom(for more: Int64, on clock: Int64, in change: Change) throws {
    guard try change.tx.row("SELECT id FROM test_clock WHERE id = \(clock) \(.forUpdate)") != nil else {
      throw Refusal.noClock
    }
    let count = try change.tx.integer("SELECT count(*) FROM customer WHERE clock = \(clock)") ?? 0
    guard count + more <= mostCustomers else {
      throw Refusal(.limit, "clockFull", "A test clock has \(mostCustomers) customers at most; make another clock.")
    }
  }
}

/// How the test partner behaves, by the token of the payment method.
package enum TestToken: String, Sendable, CaseIterable {
  /// Charges at once.
  case ok = "tok_ok"
  /// Refuses every charge: dunning runs to its end.
  case declined = "tok_declined"
  /// Refuses the first attempt of every period, and takes the second.
  case declinedOnce = "tok_declined_once"
  /// Charges, and answers nothing: it is found out by asking.
  case unknownThenPaid = "tok_unknown_then_paid"
  /// Says "later", and charges six hours on.
  case lateNotification = "tok_late_notification"
  /// Charges, and ten minutes later says that it charged once more: the surplus is given back.
  case chargedTwice = "tok_charged_twice"
}
