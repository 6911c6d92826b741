/// A statement. Interpolation binds values and never pastes them:
///
///     "SELECT name FROM customer WHERE id = \(id)"
///
/// What differs between the engines is a `Dialect.Word`: `\(.skipLocked)`.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
  enum Part: Sendable {
    case text(String)
    case value(SQLValue)
    case list([SQLValue])
    case word(Dialect.Word)
    /// A column of the row at hand, in a statement that runs for many rows.
    case column(String)
  }

  var parts: [Part]

  public init(stringLiteral value: String) { parts = [.text(value)] }
  public init(stringInterpolation: Interpolation) { parts = stringInterpolation.parts }

  public struct Interpolation: StringInterpolationProtocol {
    var parts: [Part] = []

    public init(literalCapacity: Int, interpolationCount: Int) { parts.reserveCapacity(interpolationCount * 2 + 1) }
    public mutating func appendLiteral(_ literal: String) { if !literal.isEmpty { parts.append(.text(literal)) } }

    public mutating func appendInterpolation(_ value: some SQLConvertible) { parts.append(.value(value.sqlValue)) }
    public mutating func appendInterpolation(_ value: (some SQLConvertible)?) {
      parts.append(.value(value?.sqlValue ?? .null))
    }
    public mutating func appendInterpolation(_ sql: SQL) { parts += sql.parts }
    public mutating func appendInterpolation(_ word: Dialect.Word) { parts.append(.word(word)) }

    /// `WHERE id \(in: ids)`: one bound value, however long the list.
    public mutating func appendInterpolation(in list: some Sequence<some SQLConvertible>) {
      parts.append(.list(list.map(\.sqlValue)))
    }

    /// In a statement that runs for many rows, the named column of the row at hand.
    public mutating func appendInterpolation(column: StaticString) { parts.append(.column("\(column)")) }

    /// A name that the program itself wrote: a table, a column. `StaticString`, so that no input can get here.
    public mutating func appendInterpolation(name: StaticString) { parts.append(.text("\(name)")) }
  }
}

/// A statement as an engine takes it: its text and its bound values.
struct Rendered {
  var text = ""
  var values: [Bound] = []

  enum Bound {
    case value(SQLValue)
    case list([SQLValue])
  }
}

extension SQL {
  func rendered(for dialect: Dialect, columns: [Column] = []) throws(StoreError) -> Rendered {
    var out = Rendered()
    for part in parts {
      switch part {
      case .text(let text): out.text += text
      case .word(let word): out.text += dialect.spelling(of: word)
      case .value(let value):
        out.values.append(.value(value))
        out.text += dialect.placeholder(out.values.count)
      case .list(let list):
        out.values.append(.list(list))
        out.text += dialect.membership(dialect.placeholder(out.values.count))
      case .column(let name):
        guard columns.contains(where: { $0.name == name }) else {
          throw StoreError.statement("no column \(name) among the rows", sql: out.text)
        }
        out.text += "r.\(name)"
      }
    }
    return out
  }
}
