/// One row of a result. Columns are read by name or by position; a wrong type is an error, never a default.
public struct Row: Sendable {
  /// The names of a result's columns, shared by its rows.
  final class Names: Sendable {
    let list: [String]
    let index: [String: Int]

    init(_ list: [String]) {
      self.list = list
      index = Dictionary(list.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  let names: Names
  public let values: [SQLValue]

  public func integer(_ name: String) throws(StoreError) -> Int64 {
    guard case .integer(let value) = try value(name) else { throw mismatch(name, "an integer") }
    return value
  }

  public func integerOrNull(_ name: String) throws(StoreError) -> Int64? {
    switch try value(name) {
    case .integer(let value): return value
    case .null: return nil
    default: throw mismatch(name, "an integer")
    }
  }

  public func int(_ name: String) throws(StoreError) -> Int { Int(try integer(name)) }
  public func bool(_ name: String) throws(StoreError) -> Bool { try integer(name) != 0 }

  public func text(_ name: String) throws(StoreError) -> String {
    guard case .text(let value) = try value(name) else { throw mismatch(name, "text") }
    return value
  }

  public func textOrNull(_ name: String) throws(StoreError) -> String? {
    switch try value(name) {
    case .text(let value): return value
    case .null: return nil
    default: throw mismatch(name, "text")
    }
  }

  public func blob(_ name: String) throws(StoreError) -> [UInt8] {
    guard case .blob(let value) = try value(name) else { throw mismatch(name, "a blob") }
    return value
  }

  public func blobOrNull(_ name: String) throws(StoreError) -> [UInt8]? {
    switch try value(name) {
    case .blob(let value): return value
    case .null: return nil
    default: throw mismatch(name, "a blob")
    }
  }

  public func value(_ name: String) throws(StoreError) -> SQLValue {
    guard let index = names.index[name] else {
      throw .statement("the result has no column \(name), only \(names.list.joined(separator: ", "))", sql: "")
    }
    return values[index]
  }

  private func mismatch(_ name: String, _ expected: String) -> StoreError {
    let found =
      switch names.index[name].map({ values[$0] }) {
      case .integer: "an integer"
      case .text: "text"
      case .blob: "a blob"
      case .null, nil: "null"
      }
    return .statement("column \(name) holds \(found), not \(expected)", sql: "")
  }
}
