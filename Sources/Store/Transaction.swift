/// A running transaction. It lives inside one synchronous closure and is not Sendable, so that nothing can wait in it:
/// a call to a partner inside a transaction does not compile.
public final class Transaction {
  private let connection: any Connection

  init(_ connection: any Connection) { self.connection = connection }

  public var dialect: Dialect { connection.dialect }

  /// Runs a statement and says how many rows it changed.
  @discardableResult
  public func execute(_ sql: SQL) throws -> Int { try connection.execute(sql) }

  /// All rows of a result. The caller's statement carries the LIMIT.
  public func rows(_ sql: SQL) throws -> [Row] { try connection.query(sql) }

  public func row(_ sql: SQL) throws -> Row? { try connection.query(sql).first }

  /// The single integer of a single row, such as a count.
  public func integer(_ sql: SQL) throws -> Int64? {
    guard let row = try row(sql), let value = row.values.first else { return nil }
    if case .integer(let number) = value { return number }
    return nil
  }

  /// What happens to a row whose key is there already.
  public enum Conflict: Sendable {
    case fail, ignore
    /// The other columns are overwritten; `key` names the columns of a unique index.
    case replace(key: [StaticString])
  }

  /// Inserts many rows in one step: one statement for 64 of them on SQLite, one round trip on PostgreSQL.
  /// - Returns: how many were inserted; fewer than given only with `.ignore`.
  @discardableResult
  public func insert(
    into table: StaticString, _ columns: [Column], rows: [[SQLValue]], onConflict: Conflict = .fail
  ) throws -> Int {
    let names = columns.map(\.name).joined(separator: ", ")
    return try connection.bulk(
      Bulk(before: "INSERT INTO \(table) (\(names)) ", after: onConflict.clause(columns), columns: columns), rows)
  }

  /// Changes many rows in one step. `\(column: "x")` in `set` and `condition` is the given row's own value. Each row of the
  /// table may be meant by one of the given rows at most.
  /// - Returns: how many rows were changed.
  @discardableResult
  public func update(
    _ table: StaticString, _ columns: [Column], rows: [[SQLValue]], set: SQL, where condition: SQL
  ) throws -> Int {
    try connection.bulk(try Bulk.update(table, columns, set, condition, dialect), rows)
  }

  /// As `update`, and says which rows were changed: the values of the first column, which is the table's integer key.
  public func updateKeys(
    _ table: StaticString, _ columns: [Column], rows: [[SQLValue]], set: SQL, where condition: SQL
  ) throws -> [Int64] {
    var update = try Bulk.update(table, columns, set, condition, dialect)
    update.after += " RETURNING \(table).\(columns[0].name) AS key"
    return try connection.bulkRows(update, rows).map { try $0.integer("key") }
  }
}

extension Transaction.Conflict {
  fileprivate func clause(_ columns: [Column]) -> String {
    switch self {
    case .fail: return ""
    case .ignore: return " ON CONFLICT DO NOTHING"
    case .replace(let key):
      let keys = key.map { "\($0)" }
      let rest = columns.map(\.name).filter { !keys.contains($0) }.map { "\($0) = excluded.\($0)" }
      return " ON CONFLICT (\(keys.joined(separator: ", "))) DO UPDATE SET \(rest.joined(separator: ", "))"
    }
  }
}

/// A statement for many rows: the rows, as a relation, stand between two halves of its text.
struct Bulk {
  var before: String
  var after: String
  var columns: [Column]
  /// What the text binds itself. These come first, the rows' values after them.
  var bound: [Rendered.Bound] = []

  /// `WITH r (…) AS (the rows) UPDATE table SET … FROM r WHERE …`
  static func update(
    _ table: StaticString, _ columns: [Column], _ set: SQL, _ condition: SQL, _ dialect: Dialect
  ) throws -> Bulk {
    let names = columns.map(\.name).joined(separator: ", ")
    let sql: SQL = " UPDATE \(raw: "\(table)") SET \(set) FROM r WHERE \(condition)"
    let rendered = try sql.rendered(for: dialect, columns: columns)
    return Bulk(
      before: "WITH r (\(names)) AS (", after: ")" + rendered.text, columns: columns, bound: rendered.values)
  }

  /// The whole text, for so many rows at once.
  func text(_ dialect: Dialect, rows: Int) -> String {
    before + dialect.relation(columns, rows: rows, after: bound.count) + after
  }
}

extension SQL.Interpolation {
  /// Text that the Store itself put together from static strings; not visible outside.
  mutating func appendInterpolation(raw: String) { if !raw.isEmpty { parts.append(.text(raw)) } }
}

/// What an engine gives a transaction.
protocol Connection: AnyObject {
  var dialect: Dialect { get }
  func execute(_ sql: SQL) throws -> Int
  func query(_ sql: SQL) throws -> [Row]
  /// - Returns: how many rows were inserted or changed.
  func bulk(_ statement: Bulk, _ rows: [[SQLValue]]) throws -> Int
  /// As `bulk`, and gives what the statement returns.
  func bulkRows(_ statement: Bulk, _ rows: [[SQLValue]]) throws -> [Row]
}
