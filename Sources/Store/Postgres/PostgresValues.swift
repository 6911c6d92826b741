import CLibpq

/// A bound value in PostgreSQL's binary format (the manual's "Frontend/Backend Protocol", Bind; arrays as `array_recv` reads
/// them), with the type's object id from pg_type.
struct Parameter {
  let type: Oid
  let bytes: [UInt8]?
  /// Binary is 1, text is 0.
  var format: Int32 = 1

  private enum Types {
    static let integer: Oid = 20
    static let text: Oid = 25
    static let blob: Oid = 17
    static let integers: Oid = 1016
    static let texts: Oid = 1009
    static let blobs: Oid = 1001
  }

  init(_ bound: Rendered.Bound) {
    switch bound {
    case .value(.null): self.init(type: 0, bytes: nil)
    case .value(.integer(let number)): self.init(type: Types.integer, bytes: bigEndian(number))
    case .value(.text(let text)): self.init(type: Types.text, bytes: Array(text.utf8))
    case .value(.blob(let blob)): self.init(type: Types.blob, bytes: blob)
    case .list(let list) where list.isEmpty:
      // Of no type in particular: the server takes it for an array of whatever it is compared with.
      self.init(type: 0, bytes: Array("{}".utf8))
      format = 0
    case .list(let list):
      let kind: Column.Kind =
        switch list.first {
        case .text: .text
        case .blob: .blob
        default: .integer
        }
      self.init(kind, of: list)
    }
  }

  private init(type: Oid, bytes: [UInt8]?) {
    self.type = type
    self.bytes = bytes
  }

  static func arrays(_ columns: [Column], _ rows: [[SQLValue]]) -> [Parameter] {
    columns.enumerated().map { index, column in Parameter(column.type, of: rows.lazy.map { $0[index] }) }
  }

  private init(_ kind: Column.Kind, of values: some Collection<SQLValue>) {
    let (array, element) =
      switch kind {
      case .integer: (Types.integers, Types.integer)
      case .text: (Types.texts, Types.text)
      case .blob: (Types.blobs, Types.blob)
      }
    var out: [UInt8] = []
    out.reserveCapacity(20 + values.count * 16)
    append(values.isEmpty ? 0 : 1, to: &out)  // dimensions
    append(1, to: &out)  // may hold nulls
    append(Int32(bitPattern: element), to: &out)
    if !values.isEmpty {
      append(Int32(values.count), to: &out)
      append(1, to: &out)  // lower bound
    }
    for value in values {
      switch value {
      case .null: append(-1, to: &out)
      case .integer(let number):
        append(8, to: &out)
        withUnsafeBytes(of: number.bigEndian) { out.append(contentsOf: $0) }
      case .text(let text):
        append(Int32(text.utf8.count), to: &out)
        out.append(contentsOf: text.utf8)
      case .blob(let blob):
        append(Int32(blob.count), to: &out)
        out.append(contentsOf: blob)
      }
    }
    self.init(type: array, bytes: out)
  }
}

private func append(_ number: Int32, to out: inout [UInt8]) {
  withUnsafeBytes(of: number.bigEndian) { out.append(contentsOf: $0) }
}

private func bigEndian(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

/// A result in binary format.
enum PostgresResult {
  static func rows(of result: OpaquePointer) throws -> [Row] {
    let width = PQnfields(result)
    let names = Row.Names((0..<width).map { String(cString: PQfname(result, $0)) })
    let types = (0..<width).map { PQftype(result, $0) }
    return try (0..<PQntuples(result)).map { row in
      Row(names: names, values: try (0..<width).map { try value(result, row, $0, types[Int($0)], names) })
    }
  }

  private static func value(
    _ result: OpaquePointer, _ row: Int32, _ column: Int32, _ type: Oid, _ names: Row.Names
  ) throws -> SQLValue {
    if PQgetisnull(result, row, column) == 1 { return .null }
    let bytes = UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    switch type {
    case 20: return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
    case 23: return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
    case 21: return .integer(Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))))
    case 16: return .integer(Int64(bytes[0]))
    case 17: return .blob(Array(bytes))
    case 25, 1043, 19, 18, 705: return .text(String(decoding: bytes, as: UTF8.self))
    default:
      throw StoreError.statement(
        "column \(names.list[Int(column)]) has PostgreSQL's type \(type); cast it to BIGINT, TEXT or BYTEA", sql: "")
    }
  }
}
