import Crypto
import Foundation

/// Why a checkpoint is not believed.
public enum CheckpointProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// Not a checkpoint in the form of the standard; the text says where.
  case unreadable(String)
  /// Well formed, but without a signature by the key it was checked against.
  case notSignedByKey
  /// Signed with the key's name and id, but the signature does not fit the text.
  case badSignature

  public var description: String {
    switch self {
    case .unreadable(let why): "The checkpoint cannot be read: \(why)."
    case .notSignedByKey: "The checkpoint is not signed by this key."
    case .badSignature: "The checkpoint's signature does not fit its text: one of them was altered."
    }
  }
}

/// The seal over the log at one size: a C2SP tlog-checkpoint, which is a C2SP signed note, with an Ed25519 signature by
/// the key whose name is the origin. The time is in an extension line, `time <µs since 1970>`: the signature covers it.
public struct Checkpoint: Hashable, Sendable {
  /// Which log this is, such as `example.com/journal`.
  public let origin: String
  public let size: Int64
  public let root: MerkleHash
  public let time: Instant

  /// Refuses an origin that cannot be a key's name: 1 to 255 bytes, no space, no plus, no control character.
  public init(origin: String, size: Int64, root: MerkleHash, time: Instant) throws(CheckpointProblem) {
    let fits = origin.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 }
    guard fits, (1...255).contains(origin.utf8.count) else {
      throw .unreadable("an origin is 1 to 255 bytes without spaces, plus signs or control characters")
    }
    guard size >= 0, time.microseconds >= 0 else { throw .unreadable("size and time are not negative") }
    self.origin = origin
    self.size = size
    self.root = root
    self.time = time
  }

  /// The text that is signed.
  public var body: String { "\(origin)\n\(size)\n\(root.base64)\ntime \(time.microseconds)\n" }

  /// The whole note: text, empty line, signature line.
  public func signed(with key: Curve25519.Signing.PrivateKey) throws -> String {
    let signature = try key.signature(for: Array(body.utf8))
    let blob = Data(Self.keyID(name: origin, key: key.publicKey)) + signature
    return "\(body)\n— \(origin) \(blob.base64EncodedString())\n"
  }

  /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), 0x01 standing for Ed25519 (signed-note, "Signatures").
  public static func keyID(name: String, key: Curve25519.Signing.PublicKey) -> [UInt8] {
    Array(SHA256.hash(data: Array(name.utf8) + [0x0A, 0x01] + key.rawRepresentation).prefix(4))
  }

  /// Reads a note and believes it only with a valid signature by `key`; signatures by other keys are passed over.
  public static func verified(
    _ note: String, by key: Curve25519.Signing.PublicKey
  ) throws(CheckpointProblem) -> Checkpoint {
    let note = try SignedNote(note)
    let name = String(decoding: note.text.prefix { $0 != 0x0A }, as: UTF8.self)
    let ours = Array(name.utf8) + keyID(name: name, key: key)
    let signatures = note.signatures.filter { $0.name + $0.keyID == ours }
    guard !signatures.isEmpty else { throw .notSignedByKey }
    guard signatures.allSatisfy({ key.isValidSignature($0.signature, for: note.text) }) else { throw .badSignature }
    return try Checkpoint(body: note.text)
  }

  private init(body: [UInt8]) throws(CheckpointProblem) {
    let lines = body.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.count == 4 else { throw .unreadable("it has \(lines.count) lines of text, not 4") }
    guard let size = Self.number(lines[1]) else { throw .unreadable("line 2 is not a tree size") }
    guard let root = MerkleHash(base64: lines[2]) else { throw .unreadable("line 3 is not a root hash") }
    guard lines[3].hasPrefix("time "), let time = Self.number(lines[3].dropFirst(5)) else {
      throw .unreadable("line 4 is not a time")
    }
    try self.init(origin: lines[0], size: size, root: root, time: Instant(microseconds: time))
  }

  /// Decimal digits without a sign or leading zeroes.
  private static func number(_ text: some StringProtocol) -> Int64? {
    guard let value = Int64(text), value >= 0, text.utf8.elementsEqual(String(value).utf8) else { return nil }
    return value
  }
}

/// A C2SP signed note, taken apart and not yet believed.
struct SignedNote {
  static let maximumBytes = 64 * 1024
  /// The standard asks for at least 16.
  static let maximumSignatures = 64

  /// What is signed, with its last newline.
  var text: [UInt8]
  var signatures: [(name: [UInt8], keyID: [UInt8], signature: [UInt8])] = []

  init(_ note: String) throws(CheckpointProblem) {
    let bytes = Array(note.utf8)
    guard bytes.count <= Self.maximumBytes else { throw .unreadable("it is longer than \(Self.maximumBytes) bytes") }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else { throw .unreadable("it has a control character") }
    guard bytes.last == 0x0A else { throw .unreadable("it does not end with a newline") }
    let newlines = bytes.indices.dropFirst().last { bytes[$0] == 0x0A && bytes[$0 - 1] == 0x0A }
    guard let empty = newlines else { throw .unreadable("no empty line separates the signatures") }
    text = Array(bytes[..<empty])
    let lines = bytes[(empty + 1)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count <= Self.maximumSignatures else {
      throw .unreadable("it has more than \(Self.maximumSignatures) signatures")
    }
    for line in lines { signatures.append(try Self.signature(line)) }
  }

  private static func signature(
    _ line: ArraySlice<UInt8>
  ) throws(CheckpointProblem) -> (name: [UInt8], keyID: [UInt8], signature: [UInt8]) {
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("—".utf8), !parts[1].isEmpty else {
      throw .unreadable("a signature line is not «— name signature»")
    }
    // Decoding and encoding again refuses encodings that differ in bits which carry nothing.
    guard let blob = Data(base64Encoded: Data(parts[2])), blob.base64EncodedData() == Data(parts[2]), blob.count > 4
    else {
      throw .unreadable("a signature is not base64")
    }
    return (Array(parts[1]), Array(blob.prefix(4)), Array(blob.dropFirst(4)))
  }
}
