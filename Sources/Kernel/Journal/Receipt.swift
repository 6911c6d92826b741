import Crypto
import Foundation

/// A fact as the journal's Merkle tree holds it.
public struct FactLeaf: Hashable, Sendable, Codable {
  public var id: Int64
  /// Microseconds since 1970 in UTC.
  public var at: Int64
  public var kind: String
  public var subject: String
  public var actor: String
  /// JSON, byte for byte as it was recorded.
  public var body: String

  public init(id: Int64, at: Int64, kind: String, subject: String, actor: String, body: String) {
    self.id = id
    self.at = at
    self.kind = kind
    self.subject = subject
    self.actor = actor
    self.body = body
  }

  /// What is hashed. One byte 0x01 for this layout, then `id`, `at`, `kind`, `subject`, `actor`, `body` in this order,
  /// each as its length in bytes (4 bytes, big-endian) and its bytes: numbers as 8 bytes big-endian, texts as UTF-8.
  /// No two different facts have the same bytes.
  public var canonical: [UInt8] {
    let texts = [kind.utf8, subject.utf8, actor.utf8, body.utf8]
    var bytes: [UInt8] = [1]
    bytes.reserveCapacity(texts.reduce(1 + 2 * 12 + 4 * 4) { $0 + $1.count })
    func append<T: FixedWidthInteger>(_ number: T) {
      withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
    for number in [id, at] {
      append(UInt32(8))
      append(number)
    }
    for text in texts {
      append(UInt32(text.count))
      bytes.append(contentsOf: text)
    }
    return bytes
  }

  public var leafHash: MerkleHash { MerkleTree.leafHash(canonical) }
}

/// Why a receipt proves nothing.
public enum ReceiptProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(String)
  case unknownVersion(Int)
  case untrustedKey
  case wrongSignature
  case wrongSize(receipt: Int64, checkpoint: Int64)
  case alteredFact
  case wrongPath

  public var description: String {
    switch self {
    case .unreadable(let why): "The receipt cannot be read: \(why)."
    case .unknownVersion(let version):
      "The receipt has version \(version); this program reads version 1."
    case .untrustedKey: "The receipt is signed with another key than the one you trust."
    case .wrongSignature: "The checkpoint was altered, or this key never signed it."
    case .wrongSize(let receipt, let checkpoint):
      "The receipt speaks of a journal of \(receipt) facts, its checkpoint of one of \(checkpoint)."
    case .alteredFact: "The fact was altered: its content does not have the hash that was sealed."
    case .wrongPath: "The path does not lead from this fact to the sealed root: it or the fact's place was altered."
    }
  }
}

/// A document by which anybody can check, without us and without a network, that a fact stands in the journal and has
/// not been altered since it was sealed.
public struct Receipt: Hashable, Sendable, Codable {
  public static let version = 1
  /// A fact's body is small; whoever hands in more wants something else.
  public static let maximumBytes = 1024 * 1024
  /// No tree is higher.
  static let maximumPath = 63

  public var version = Receipt.version
  public var fact: FactLeaf
  /// The hash that was sealed. It follows from the fact; written down, it tells an altered fact from an altered path.
  public var leafHash: MerkleHash
  /// The fact's place in the tree, from 0.
  public var leafIndex: Int64
  public var treeSize: Int64
  /// The audit path (RFC 6962 §2.1.1), lowest sibling first.
  public var path: [MerkleHash]
  /// The signed note over the tree of `treeSize`.
  public var checkpoint: String
  /// The Ed25519 key as base64 of its 32 bytes.
  public var publicKey: String

  public init(
    fact: FactLeaf, leafIndex: Int64, treeSize: Int64, path: [MerkleHash], checkpoint: String,
    publicKey: Curve25519.Signing.PublicKey
  ) {
    self.fact = fact
    self.leafHash = fact.leafHash
    self.leafIndex = leafIndex
    self.treeSize = treeSize
    self.path = path
    self.checkpoint = checkpoint
    self.publicKey = publicKey.rawRepresentation.base64EncodedString()
  }

  /// Reads a receipt's JSON, at most 1 MiB of it.
  public init(json: [UInt8]) throws(ReceiptProblem) {
    guard json.count <= Self.maximumBytes else { throw .unreadable("it is longer than \(Self.maximumBytes) bytes") }
    do {
      self = try JSONDecoder().decode(Receipt.self, from: Data(json))
    } catch DecodingError.keyNotFound(let key, _) {
      throw .unreadable("«\(key.stringValue)» is missing")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
      throw .unreadable("«\(context.codingPath.map(\.stringValue).joined(separator: "."))» is not of the right type")
    } catch {
      throw .unreadable("it is not a receipt in JSON")
    }
  }

  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// Checks everything offline and returns the checkpoint that seals the fact. Without `trusted` the receipt is checked
  /// against the key it brings along, which shows that it is whole, but not who made it.
  @discardableResult
  public func verify(trusting trusted: Curve25519.Signing.PublicKey?) throws(ReceiptProblem) -> Checkpoint {
    guard version == Receipt.version else { throw .unknownVersion(version) }
    guard let raw = MerkleHash(base64: publicKey)?.bytes,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
    else { throw .unreadable("its public key is not the base64 of 32 bytes") }
    if let trusted, trusted.rawRepresentation != key.rawRepresentation { throw .untrustedKey }
    let sealed: Checkpoint
    do {
      sealed = try Checkpoint.verified(checkpoint, by: key)
    } catch .unreadable(let why) {
      throw .unreadable("in its checkpoint, \(why)")
    } catch {
      throw .wrongSignature
    }
    guard sealed.size == treeSize else { throw .wrongSize(receipt: treeSize, checkpoint: sealed.size) }
    guard fact.leafHash == leafHash else { throw .alteredFact }
    guard path.count <= Self.maximumPath,
      MerkleTree.verifyInclusion(of: leafHash, at: leafIndex, size: treeSize, path: path, root: sealed.root)
    else { throw .wrongPath }
    return sealed
  }
}
