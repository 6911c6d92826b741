/// What can go wrong with a database, in the words of whoever has to act on it.
public enum StoreError: Error, Sendable, Equatable {
  public enum Constraint: String, Sendable { case unique, check, foreignKey, notNull }

  /// A rule that the database holds was about to be broken. The transaction did nothing.
  case constraint(Constraint, detail: String)
  /// COMMIT was sent and its answer did not come, or was an error: it may have happened. Read again by key.
  case commitUnknown(String)
  /// Others changed the same rows again and again; nothing was done. Try later.
  case contended(String)
  /// The database cannot be reached or does not exist; nothing was done.
  case unavailable(String)
  /// Every connection was in use for as long as we wait; nothing was done.
  case busy(String)
  /// No room on the disk; nothing was done.
  case full(String)
  /// The database takes no writes (a read-only file, a standby); nothing was done.
  case readOnly(String)
  /// Another process has the SQLite file.
  case inUse(String)
  /// The database was made by a newer program.
  case newer(String)
  /// The database is older than the program: `amends migrate` first.
  case older(String)
  /// The engine says its file is damaged.
  case damaged(String)
  /// A limit of the Store was passed (`statement_timeout`, size).
  case limit(String)
  /// The program's own mistake: a statement that the engine does not take.
  case statement(String, sql: String)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .constraint(let kind, let detail): "a \(kind.rawValue) rule of the database refused this: \(detail)"
    case .commitUnknown(let why): "the database did not say whether it saved this (\(why)); look before repeating it"
    case .contended(let why): "too many others changed the same data at once, nothing was saved: \(why)"
    case .unavailable(let why): "the database cannot be reached: \(why)"
    case .busy(let why): "the database is busy, nothing was saved: \(why)"
    case .full(let why): "the database has no room left, nothing was saved: \(why). Free space on its disk."
    case .readOnly(let why): "the database takes no writes, nothing was saved: \(why)"
    case .inUse(let why): why
    case .newer(let why): why
    case .older(let why): why
    case .damaged(let why): "the database file is damaged: \(why). Stop writing to it and restore a backup."
    case .limit(let why): "a limit was reached, nothing was saved: \(why)"
    case .statement(let why, let sql): sql.isEmpty ? why : "\(why) in: \(sql)"
    }
  }
}
