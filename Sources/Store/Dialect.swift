/// The one place that knows how the engines' SQL differs.
public enum Dialect: Sendable {
  case sqlite
  case postgres

  /// Words that each engine spells its own way.
  public enum Word: Sendable {
    /// After a SELECT: take rows that nobody else holds. SQLite has one writer, so nobody else can.
    case skipLocked
    /// After a SELECT: hold the rows until the transaction ends.
    case forUpdate
    /// After a SELECT: nobody else may hold the rows for update until the transaction ends; others may hold them so too.
    case forShare
    /// The transaction's own number, which grows in the order in which transactions began.
    case epoch
    /// Every transaction with a smaller `epoch` has ended: what it wrote is seen, and nothing more will appear below.
    case horizon
    /// No transaction has had this `epoch` or a larger one yet.
    case nextEpoch
    /// The greatest of two scalars.
    case greatest
    /// The smallest of two scalars.
    case least
  }

  func spelling(of word: Word) -> String {
    switch (self, word) {
    case (.sqlite, .skipLocked), (.sqlite, .forUpdate), (.sqlite, .forShare): ""
    case (.postgres, .skipLocked): "FOR UPDATE SKIP LOCKED"
    case (.postgres, .forUpdate): "FOR UPDATE"
    case (.postgres, .forShare): "FOR KEY SHARE"
    case (.sqlite, .epoch): "0"
    case (.postgres, .epoch): "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"
    case (.sqlite, .horizon): "9223372036854775807"
    case (.postgres, .horizon): "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)"
    case (.sqlite, .nextEpoch): "1"
    case (.postgres, .nextEpoch): "CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)"
    case (.sqlite, .greatest): "max"
    case (.postgres, .greatest): "greatest"
    case (.sqlite, .least): "min"
    case (.postgres, .least): "least"
    }
  }

  func placeholder(_ n: Int) -> String { self == .sqlite ? "?\(n)" : "$\(n)" }

  func membership(_ placeholder: String) -> String {
    self == .sqlite ? "IN (SELECT value FROM json_each(\(placeholder)))" : "= ANY(\(placeholder))"
  }

  /// Given rows as a relation. PostgreSQL takes one array a column, however many rows there are; SQLite every value.
  func relation(_ columns: [Column], rows: Int, after bound: Int) -> String {
    switch self {
    case .postgres:
      let arrays = columns.enumerated().map { "$\(bound + $0 + 1)::\($1.type.postgresName)[]" }
      return "SELECT * FROM unnest(\(arrays.joined(separator: ", ")))"
    case .sqlite:
      let values = (0..<rows).map { row in
        "(\((1...columns.count).map { "?\(bound + row * columns.count + $0)" }.joined(separator: ",")))"
      }
      return "VALUES \(values.joined(separator: ","))"
    }
  }

  /// Turns a migration's statement into the engine's own: parts write INTEGER, TEXT, BLOB.
  func definition(_ statement: String) -> String {
    guard self == .postgres else { return statement }
    return
      statement
      .replacing(#/\bINTEGER\b/#, with: "BIGINT")
      .replacing(#/\bBLOB\b/#, with: "BYTEA")
      .replacing("WITHOUT ROWID", with: "")
  }
}

/// A column of rows that go into one statement together.
public struct Column: Sendable {
  enum Kind: Sendable {
    case integer, text, blob

    var postgresName: String {
      switch self {
      case .integer: "bigint"
      case .text: "text"
      case .blob: "bytea"
      }
    }
  }

  let name: String
  let type: Kind

  public static func integer(_ name: StaticString) -> Column { .init(name: "\(name)", type: .integer) }
  public static func text(_ name: StaticString) -> Column { .init(name: "\(name)", type: .text) }
  public static func blob(_ name: StaticString) -> Column { .init(name: "\(name)", type: .blob) }
}
