import Foundation

/// A JSON document as it came or goes, before a type is made of it.
package enum JSON: Sendable, Equatable {
  case null
  case flag(Bool)
  case integer(Int64)
  /// Not a whole number, or one beyond 64 bits. Nothing in this API is one.
  case real(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])

  /// Deeper than anything this API takes, and far from what a thread's stack bears.
  package static let depth = 32

  /// What is not JSON at all.
  package struct Unreadable: Error, Sendable { package let why: String }

  /// Reads a whole document.
  package init(reading bytes: [UInt8]) throws(Unreadable) {
    guard Self.isShallow(bytes) else { throw Unreadable(why: "It is nested deeper than \(Self.depth) levels.") }
    // A decoder would also take UTF-16 and UTF-32, and tell them by their zeros.
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil,
      let value = try? JSONDecoder().decode(JSON.self, from: Data(bytes))
    else {
      throw Unreadable(why: "It is no JSON (RFC 8259) in UTF-8.")
    }
    self = value
  }

  /// Counted before anything is made of it: a decoder goes down level by level.
  private static func isShallow(_ bytes: [UInt8]) -> Bool {
    var level = 0
    var inText = false
    var escaped = false
    for byte in bytes {
      if inText {
        if escaped { escaped = false } else if byte == 0x5C { escaped = true } else if byte == 0x22 { inText = false }
        continue
      }
      switch byte {
      case 0x22: inText = true
      case 0x5B, 0x7B:
        level += 1
        if level > depth { return false }
      case 0x5D, 0x7D: level -= 1
      default: break
      }
    }
    return true
  }

  package func encoded() throws -> [UInt8] { try Self.bytes(of: self) }

  /// The one way in which this API writes JSON: members in the order of the alphabet, so that the same is always the same.
  package static func bytes(of value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }

  package subscript(_ name: String) -> JSON? { if case .object(let members) = self { members[name] } else { nil } }
}

extension JSON: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if let real = try? value.decode(Double.self) {
      self = .real(real)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if var list = try? decoder.unkeyedContainer() {
      var items: [JSON] = []
      while !list.isAtEnd { items.append(try list.decode(JSON.self)) }
      self = .list(items)
    } else {
      self = .object(try value.decode([String: JSON].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .flag(let flag): try value.encode(flag)
    case .integer(let integer): try value.encode(integer)
    case .real(let real): try value.encode(real)
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .object(let members): try value.encode(members)
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .flag(value) }
  package init(arrayLiteral elements: JSON...) { self = .list(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}
