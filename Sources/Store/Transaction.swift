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

  public enum Conflict: Sendable { case fail, ignore }

  /// Inserts many rows in one step: one prepared statement on SQLite, one round trip on PostgreSQL.
  /// - Returns: how many were inserted; fewer than given only with `.ignore`.
  @discardableResult
  public func insert(
    into table: StaticString, _ columns: [Column], rows: [[SQLValue]], onConflict: Conflict = .fail
  ) throws -> Int {
    guard !rows.isEmpty else { return 0 }
    let names = columns.map(\.name).joined(separator: ", ")
    let conflict = onConflict == .ignore ? " ON CONFLICT DO NOTHING" : ""
    let text =
      switch dialect {
      case .sqlite:
        "INSERT INTO \(table) (\(names)) VALUES (\((1...columns.count).map { "?\($0)" }.joined(separator: ", ")))"
      case .postgres:
        "INSERT INTO \(table) (\(names)) SELECT * FROM \(dialect.relation(columns))"
      }
    return try connection.bulk(text + conflict, columns, rows, extra: [])
  }

  /// Changes many rows in one step. `\(column: "x")` in `set` and `condition` is the given row's own value.
  /// - Returns: how many rows were changed.
  @discardableResult
  public func update(
    _ table: StaticString, _ columns: [Column], rows: [[SQLValue]], set: SQL, where condition: SQL
  ) throws -> Int {
    guard !rows.isEmpty else { return 0 }
    let statement = try updateStatement(table, columns, set, condition)
    return try connection.bulk(statement.text, columns, rows, extra: statement.values)
  }

  /// As `update`, and gives back the changed rows.
  public func update(
    _ table: StaticString, _ columns: [Column], rows: [[SQLValue]], set: SQL, where condition: SQL,
    returning: StaticString
  ) throws -> [Row] {
    guard !rows.isEmpty else { return [] }
    let statement = try updateStatement(table, columns, set, condition)
    return try connection.bulkReturning(
      statement.text + " RETURNING \(returning)", columns, rows, extra: statement.values)
  }

  private func updateStatement(
    _ table: StaticString, _ columns: [Column], _ set: SQL, _ condition: SQL
  ) throws -> Rendered {
    let rows = dialect == .postgres ? " FROM \(dialect.relation(columns)) AS r(\(names(columns)))" : ""
    let sql: SQL = "UPDATE \(raw: "\(table)") SET \(set)\(raw: rows) WHERE \(condition)"
    return try sql.rendered(for: dialect, columns: columns)
  }

  private func names(_ columns: [Column]) -> String { columns.map(\.name).joined(separator: ", ") }
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
  func bulk(_ text: String, _ columns: [Column], _ rows: [[SQLValue]], extra: [Rendered.Bound]) throws -> Int
  func bulkReturning(_ text: String, _ columns: [Column], _ rows: [[SQLValue]], extra: [Rendered.Bound]) throws -> [Row]
}
