/// An error of PostgreSQL with what it allows: whether nothing happened for certain, and whether to try again.
struct PostgresFailure: Error {
  var reason: StoreError
  /// Nothing was saved, for certain.
  var isCertain: Bool
  /// The connection must not be used any more.
  var isConnectionLost: Bool
  /// Another transaction was in the way.
  var isConflict: Bool

  var isRerunnable: Bool { isCertain && (isConflict || isConnectionLost) }

  /// A transaction that only read has nothing to lose.
  var certain: PostgresFailure {
    var copy = self
    if case .commitUnknown(let why) = reason { copy.reason = .unavailable(why) }
    copy.isCertain = true
    return copy
  }

  /// By SQLSTATE (PostgreSQL 15 manual, appendix A).
  init(state: String, message: String, sql: String) {
    isCertain = true
    isConnectionLost = false
    isConflict = false
    switch state {
    case "23505": reason = .constraint(.unique, detail: message)
    case "23514": reason = .constraint(.check, detail: message)
    case "23503": reason = .constraint(.foreignKey, detail: message)
    case "23502": reason = .constraint(.notNull, detail: message)
    case "40001", "40P01":
      reason = .contended(message)
      isConflict = true
    case "55P03": reason = .contended(message)
    case "57014": reason = .limit(message)
    case "53100": reason = .full(message)
    case "25006":
      // A standby, or a primary that was demoted: a new connection may find the new primary.
      reason = .readOnly(message)
      isConnectionLost = true
    case _ where ["57P01", "57P02", "57P03", "53300"].contains(state) || state.hasPrefix("08"):
      reason = .unavailable(message)
      isConnectionLost = true
    case "3D000":
      reason = .unavailable("\(message) Create it with `createdb`, then run `amends migrate`.")
    case _ where state.hasPrefix("28"): reason = .unavailable(message)
    case "XX001", "XX002": reason = .damaged(message)
    default: reason = .statement(message, sql: sql)
    }
  }

  /// The connection broke, or said nothing for too long, before COMMIT was sent.
  init(lost message: String) {
    reason = .unavailable(message)
    isCertain = true
    isConnectionLost = true
    isConflict = false
  }

  /// COMMIT was sent, and no clear answer came.
  init(commitUnknown message: String) {
    reason = .commitUnknown(message)
    isCertain = false
    isConnectionLost = true
    isConflict = false
  }
}
