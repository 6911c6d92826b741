import Store

/// How the service stands at this moment, in figures: what a person or a machine that watches it asks for. Every figure runs
/// along an index, and what could be very many is counted up to `most` only.
public struct Standing: Sendable, Equatable {
  public struct Lane: Sendable, Equatable {
    public var name: String
    public var isStopped: Bool
    /// `closed`, `open`, `halfOpen`.
    public var breaker: String
    /// Prepared and due by now.
    public var due = 0
    /// Sent, without an end: by state.
    public var open: [String: Int] = [:]
    /// UNKNOWN, by how long ago they were sent.
    public var unknown: [Age: Int] = [:]
  }

  /// Ages that call for something else each: wait, look, act.
  public enum Age: String, Sendable, CaseIterable {
    case minute = "under_1m"
    case quarter = "1m_to_15m"
    case hour = "15m_to_1h"
    case day = "1h_to_1d"
    case older = "over_1d"
  }

  public var lanes: [Lane] = []
  /// Effects that wait for a person, and those of them whose date is over.
  public var parked = 0
  public var overdue = 0
  /// Open alerts by name.
  public var alerts: [String: Int] = [:]
  /// Evidence that is not weighed yet, by state: `new`, `waiting`, `stuck`.
  public var inbox: [String: Int] = [:]
  public var unsealed = 0
  /// Since when the oldest fact has waited to be sealed.
  public var oldestUnsealed: Instant?

  /// Nothing is counted beyond: the figure then means "this many or more".
  public static let most: Int64 = 100_000

  public static func read(in tx: Transaction, now: Instant) throws -> Standing {
    var standing = Standing()
    for row in try tx.rows(
      "SELECT name, switch, breaker FROM lane WHERE \(TestLane.isNot("name")) ORDER BY name LIMIT 100")
    {
      standing.lanes.append(try lane(row, in: tx, now))
    }
    standing.parked = try count(
      "SELECT 1 FROM effect WHERE owner IS NOT NULL AND ended_at IS NULL AND \(TestLane.isNot("lane"))", in: tx)
    standing.overdue = try count(
      """
      SELECT 1 FROM effect WHERE owner IS NOT NULL AND ended_at IS NULL AND deadline <= \(now)
        AND \(TestLane.isNot("lane"))
      """, in: tx)
    for row in try tx.rows(
      "SELECT name, count(*) AS n FROM alert WHERE cleared_at IS NULL GROUP BY name ORDER BY name LIMIT 100")
    {
      standing.alerts[try row.text("name")] = try row.int("n")
    }
    // The condition is said twice because SQLite takes a partial index only for the words that it was made with.
    standing.inbox["new"] = try count(
      "SELECT 1 FROM evidence WHERE state = 'new' AND state IN ('new', 'waiting') AND \(TestLane.isNot("lane"))", in: tx
    )
    standing.inbox["waiting"] = try count(
      "SELECT 1 FROM evidence WHERE state = 'waiting' AND state IN ('new', 'waiting') AND \(TestLane.isNot("lane"))",
      in: tx)
    standing.inbox["stuck"] = try count(
      "SELECT 1 FROM evidence WHERE state = 'stuck' AND \(TestLane.isNot("lane"))", in: tx)
    let after = try Self.unsealed(in: tx)
    standing.unsealed = try count("SELECT 1 \(after)", in: tx)
    standing.oldestUnsealed = try oldestUnsealed(in: tx)
    return standing
  }

  /// Since when the oldest fact has waited to be sealed; nil: none waits.
  public static func oldestUnsealed(in tx: Transaction) throws -> Instant? {
    try tx.row("SELECT at \(try unsealed(in: tx)) ORDER BY epoch, id LIMIT 1")?.instant("at")
  }

  private static func unsealed(in tx: Transaction) throws -> SQL {
    guard let head = try tx.row("SELECT epoch, id FROM journal_head WHERE one = 1") else { return "FROM fact" }
    return "FROM fact WHERE (epoch, id) > (\(try head.integer("epoch")), \(try head.integer("id")))"
  }

  private static func lane(_ row: Row, in tx: Transaction, _ now: Instant) throws -> Lane {
    let name = try row.text("name")
    var lane = Lane(
      name: name, isStopped: try row.text("switch") == "off", breaker: try row.text("breaker"))
    lane.due = try count(
      "SELECT 1 FROM effect WHERE lane = \(name) AND state = 'prepared' AND due_at <= \(now)", in: tx)
    for row in try tx.rows(
      """
      SELECT state, count(*) AS n FROM (
        SELECT state FROM effect WHERE lane = \(name) AND state IN ('sent', 'unknown', 'pending') LIMIT \(most)) AS open
      GROUP BY state
      """)
    { lane.open[try row.text("state")] = try row.int("n") }
    if lane.open["unknown"] != nil {
      for row in try tx.rows(
        """
        SELECT \(Self.age(now)) AS age, count(*) AS n FROM (
          SELECT sent_at FROM effect WHERE lane = \(name) AND state IN ('sent', 'unknown', 'pending')
            AND state = 'unknown' LIMIT \(most)) AS u
        GROUP BY age
        """)
      {
        lane.unknown[Age.allCases[try row.int("age")]] = try row.int("n")
      }
    }
    return lane
  }

  /// The place of an age among all ages.
  private static func age(_ now: Instant) -> SQL {
    """
    CASE WHEN sent_at > \(now - .minutes(1)) THEN 0 WHEN sent_at > \(now - .minutes(15)) THEN 1
      WHEN sent_at > \(now - .hours(1)) THEN 2 WHEN sent_at > \(now - .days(1)) THEN 3 ELSE 4 END
    """
  }

  private static func count(_ rows: SQL, in tx: Transaction) throws -> Int {
    Int(try tx.integer("SELECT count(*) FROM (\(rows) LIMIT \(most)) AS c") ?? 0)
  }
}
