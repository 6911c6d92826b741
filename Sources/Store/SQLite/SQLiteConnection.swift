import GRDB
import GRDBSQLite

/// One SQLite connection, for as long as GRDB lends it. Statements are prepared once a connection (GRDB's cache) and
/// bound and stepped through SQLite's own interface: the row path of a batch allocates nothing but its values.
final class SQLiteConnection: Connection {
  private let db: Database
  var dialect: Dialect { .sqlite }

  init(_ db: Database) { self.db = db }

  var isInTransaction: Bool { sqlite3_get_autocommit(db.sqliteConnection) == 0 }

  func command(_ text: String) throws(StoreError) {
    let statement = try prepare(text)
    try step(statement, text) { _ in }
  }

  func execute(_ sql: SQL) throws -> Int {
    let rendered = try sql.rendered(for: .sqlite)
    let statement = try prepare(rendered.text)
    bind(rendered.values, from: 1, to: statement)
    let before = sqlite3_total_changes(db.sqliteConnection)
    try step(statement, rendered.text) { _ in }
    return Int(sqlite3_total_changes(db.sqliteConnection) - before)
  }

  func query(_ sql: SQL) throws -> [Row] {
    let rendered = try sql.rendered(for: .sqlite)
    let statement = try prepare(rendered.text)
    bind(rendered.values, from: 1, to: statement)
    let names = names(of: statement)
    var rows: [Row] = []
    try step(statement, rendered.text) { rows.append(row($0, names)) }
    return rows
  }

  func bulk(_ statement: Bulk, _ rows: [[SQLValue]]) throws -> Int {
    let before = sqlite3_total_changes(db.sqliteConnection)
    try bulk(statement, rows) { _ in }
    return Int(sqlite3_total_changes(db.sqliteConnection) - before)
  }

  func bulkRows(_ statement: Bulk, _ rows: [[SQLValue]]) throws -> [Row] {
    var names: Row.Names?
    var result: [Row] = []
    try bulk(statement, rows) { prepared in
      let known = names ?? self.names(of: prepared)
      names = known
      result.append(row(prepared, known))
    }
    return result
  }

  /// So many rows go into one statement: to begin and end one costs more than a row does. Few sizes, so that few
  /// statements are prepared.
  private static let sizes = [64, 8, 1]

  private func bulk(_ statement: Bulk, _ rows: [[SQLValue]], _ each: (OpaquePointer) -> Void) throws {
    var rest = rows[...]
    for size in Self.sizes where rest.count >= size {
      let text = statement.text(.sqlite, rows: size)
      let prepared = try prepare(text)
      bind(statement.bound, from: 1, to: prepared)
      while rest.count >= size {
        var index = Int32(statement.bound.count)
        for row in rest.prefix(size) {
          for value in row {
            index += 1
            bind(value, at: index, to: prepared)
          }
        }
        try step(prepared, text, keepBindings: true, each)
        rest = rest.dropFirst(size)
      }
      sqlite3_clear_bindings(prepared)
    }
  }

  private func prepare(_ text: String) throws(StoreError) -> OpaquePointer {
    do {
      return try db.cachedStatement(sql: text).sqliteStatement
    } catch let error as DatabaseError {
      throw Self.translate(error, path: nil)
    } catch { throw .statement("\(error)", sql: text) }
  }

  private func bind(_ values: [Rendered.Bound], from first: Int, to statement: OpaquePointer) {
    for (offset, value) in values.enumerated() {
      let index = Int32(first + offset)
      switch value {
      case .value(let value): bind(value, at: index, to: statement)
      case .list(let list): bind(.text(Self.json(list)), at: index, to: statement)
      }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32, to statement: OpaquePointer) {
    // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: sqlite3_bind_null(statement, index)
    case .integer(let number): sqlite3_bind_int64(statement, index, number)
    case .text(var text):
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          _ = sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), transient)
        }
      }
    case .blob(let bytes): sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), transient)
    }
  }

  private func step(
    _ statement: OpaquePointer, _ text: String, keepBindings: Bool = false, _ each: (OpaquePointer) -> Void
  ) throws(StoreError) {
    var code = sqlite3_step(statement)
    while code == SQLITE_ROW {
      each(statement)
      code = sqlite3_step(statement)
    }
    let extended = sqlite3_extended_errcode(db.sqliteConnection)
    let message = code == SQLITE_DONE ? "" : String(cString: sqlite3_errmsg(db.sqliteConnection))
    sqlite3_reset(statement)
    if !keepBindings { sqlite3_clear_bindings(statement) }
    if code != SQLITE_DONE { throw Self.error(code: extended, message: message, sql: text) }
  }

  private func names(of statement: OpaquePointer) -> Row.Names {
    Row.Names((0..<sqlite3_column_count(statement)).map { String(cString: sqlite3_column_name(statement, $0)) })
  }

  private func row(_ statement: OpaquePointer, _ names: Row.Names) -> Row {
    let values = (0..<Int32(names.list.count)).map { index -> SQLValue in
      switch sqlite3_column_type(statement, index) {
      case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
      case SQLITE_TEXT:
        let count = Int(sqlite3_column_bytes(statement, index))
        let bytes = UnsafeBufferPointer(start: sqlite3_column_text(statement, index), count: count)
        return .text(String(decoding: bytes, as: UTF8.self))
      case SQLITE_BLOB:
        let count = Int(sqlite3_column_bytes(statement, index))
        guard let start = sqlite3_column_blob(statement, index) else { return .blob([]) }
        return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
      case SQLITE_FLOAT: return .text(String(sqlite3_column_double(statement, index)))
      default: return .null
      }
    }
    return Row(names: names, values: values)
  }

  /// A list as one bound value, read by `json_each`.
  private static func json(_ list: [SQLValue]) -> String {
    let elements = list.map { value -> String in
      switch value {
      case .integer(let number): return String(number)
      case .text(let text): return quoted(text)
      case .null: return "null"
      case .blob: preconditionFailure("SQLite's JSON has no blobs: compare blobs one at a time")
      }
    }
    return "[\(elements.joined(separator: ","))]"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  /// A read on the connection that writes: whatever it changes is undone and refused. (`PRAGMA query_only` would do that too,
  /// but setting it throws away every prepared statement.)
  func looking<T>(_ body: (Transaction) throws -> T) throws -> T {
    try command("BEGIN")
    defer { try? command("ROLLBACK") }
    let before = sqlite3_total_changes(db.sqliteConnection)
    let value = try body(Transaction(self))
    guard sqlite3_total_changes(db.sqliteConnection) == before else {
      throw StoreError.readOnly("a read tried to write")
    }
    return value
  }

  /// One read transaction, on whatever connection GRDB gave.
  static func reading<T>(_ access: Result<Database, any Error>, _ body: (Transaction) throws -> T) -> Result<
    T, any Error
  > {
    Result {
      do { return try body(Transaction(SQLiteConnection(try access.get()))) } catch let error as DatabaseError {
        throw translate(error, path: nil)
      }
    }
  }

  static func translate(_ error: DatabaseError, path: String?) -> StoreError {
    self.error(
      code: error.extendedResultCode.rawValue, message: (path.map { "\($0): " } ?? "") + (error.message ?? "\(error)"),
      sql: error.sql ?? "")
  }

  /// Result codes as sqlite.org/rescode.html lists them.
  static func error(code: Int32, message: String, sql: String) -> StoreError {
    switch code {
    case SQLITE_CONSTRAINT | (8 << 8), SQLITE_CONSTRAINT | (6 << 8), SQLITE_CONSTRAINT | (10 << 8):
      return .constraint(.unique, detail: message)
    case SQLITE_CONSTRAINT | (1 << 8): return .constraint(.check, detail: message)
    case SQLITE_CONSTRAINT | (3 << 8): return .constraint(.foreignKey, detail: message)
    case SQLITE_CONSTRAINT | (5 << 8): return .constraint(.notNull, detail: message)
    default: break
    }
    switch code & 0xff {
    case SQLITE_FULL: return .full(message)
    case SQLITE_READONLY: return .readOnly(message)
    case SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_PERM: return .unavailable(message)
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .damaged(message)
    case SQLITE_BUSY, SQLITE_LOCKED: return .contended(message)
    case SQLITE_TOOBIG, SQLITE_NOMEM: return .limit(message)
    default: return .statement(message, sql: sql)
    }
  }
}
