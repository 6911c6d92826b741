/// Something that happened. A part's facts are types; the journal keeps their kind, their subject and a small body.
public protocol Fact: Sendable {
  /// A stable name: `chargeSettled`.
  static var kind: String { get }
  /// Whose history this belongs to: `customer:42`.
  var subject: String { get }
  var body: FactBody { get }
}

/// How a fact is named to people: `0.812` is fact 812 of epoch 0. Both parts are the key it is found by.
public struct FactNumber: Sendable, Hashable, CustomStringConvertible {
  public let epoch: Int64
  public let id: Int64

  public init(epoch: Int64, id: Int64) {
    self.epoch = epoch
    self.id = id
  }

  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
    guard parts.count == 2, let epoch = parts[0], let id = parts[1], epoch >= 0, id >= 0 else { return nil }
    self.init(epoch: epoch, id: id)
  }

  public var description: String { "\(epoch).\(id)" }
}

/// The body of a fact as canonical JSON: keys in the order of the alphabet, no white space, integers and strings only.
/// Written by hand because tens of thousands are made a second and `JSONEncoder` takes most of that time.
public struct FactBody: Sendable, ExpressibleByDictionaryLiteral {
  public enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case text(String)
    case number(Int64)
    case none

    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .number(value) }
    public init(_ text: String?) { self = text.map(Value.text) ?? .none }
  }

  let fields: [(String, Value)]

  public init(dictionaryLiteral elements: (String, Value)...) { fields = elements.sorted { $0.0 < $1.0 } }

  public var json: String {
    var out: [UInt8] = [UInt8(ascii: "{")]
    out.reserveCapacity(96)
    for (key, value) in fields {
      if case .none = value { continue }
      if out.count > 1 { out.append(UInt8(ascii: ",")) }
      Self.quote(key, into: &out)
      out.append(UInt8(ascii: ":"))
      switch value {
      case .text(let text): Self.quote(text, into: &out)
      case .number(let number): out.append(contentsOf: String(number).utf8)
      case .none: break
      }
    }
    out.append(UInt8(ascii: "}"))
    return String(decoding: out, as: UTF8.self)
  }

  private static let hex = Array("0123456789abcdef".utf8)

  private static func quote(_ text: String, into out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 0..<0x20: out += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
