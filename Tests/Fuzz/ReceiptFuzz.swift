import Crypto
import Foundation
import Kernel
import Testing

@Suite("Receipts and checkpoints, whatever was changed in them", .timeLimit(.minutes(Fuzz.minutes)))
struct ReceiptFuzz {
  /// The same in every run, or a seed would not be the same input twice.
  static let (key, stranger) = (privateKey(7), privateKey(9))

  private static func privateKey(_ byte: UInt8) -> Curve25519.Signing.PrivateKey {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: byte, count: 32)) else {
      preconditionFailure("any 32 bytes are a private key of Ed25519")
    }
    return key
  }

  static func receipt(of index: Int64 = 5, size: Int64 = 300) throws -> Receipt {
    let facts = (0..<size).map {
      FactLeaf(
        id: $0 + 1, at: 1_767_225_600_000_000 + $0, kind: "charge.settled", subject: "subscription:\($0)",
        actor: "renewals", body: #"{"amount":1299,"currency":"EUR","note":"Žofie – 5 €"}"#)
    }
    let leaves = facts.map(\.leafHash)
    let checkpoint = try Checkpoint(
      origin: "example.com/journal", size: size, root: MerkleTree.root(of: leaves),
      time: Instant(microseconds: 1_767_225_700_000_000))
    return Receipt(
      fact: facts[Int(index)], leafIndex: index, treeSize: size,
      path: MerkleTree.inclusionProof(of: index, in: leaves), checkpoint: try checkpoint.signed(with: key),
      publicKey: key.publicKey)
  }

  @Test("A receipt that holds after a change says what it said before, byte for byte")
  func receipts() async throws {
    let receipts = try [0, 5, 255, 256, 299].map { try Self.receipt(of: $0) }
    await Fuzz.each("receipts", share: 4) { mutator in
      let original = mutator.pick(receipts)
      let text = String(decoding: try original.json(), as: UTF8.self)
      let words = receipts.map { $0.path.map(\.base64) + [$0.leafHash.base64] }.flatMap(\.self)
      let bytes = mutator.json(text, words: words + ["subscription:6", "example.com/journal", "299", "300"])
      guard let changed = try? Receipt(json: bytes),
        let sealed = try? changed.verify(trusting: mutator.chance(50) ? Self.key.publicKey : nil)
      else { return }
      try Fuzz.require(changed.publicKey == original.publicKey, "it holds under another key")
      try Fuzz.require(
        changed.fact.canonical == original.fact.canonical && changed.leafIndex == original.leafIndex
          && changed.treeSize == original.treeSize && changed.path == original.path,
        "it holds, and says something else")
      try Fuzz.require(
        sealed == (try Checkpoint.verified(original.checkpoint, by: Self.key.publicKey)), "it holds under another seal")
    }
  }

  @Test("A checkpoint that is believed after a change is the one that was signed")
  func checkpoints() async throws {
    let note = try Self.receipt().checkpoint
    let stranger = try Checkpoint(
      origin: "example.com/journal", size: 301, root: MerkleTree.emptyRoot, time: Instant(seconds: 1_767_225_800)
    ).signed(with: Self.stranger)
    let signed = try Checkpoint.verified(note, by: Self.key.publicKey)
    let words = (note + stranger).split(separator: "\n").map(String.init) + ["\n", "\n\n", "— ", "time 0", "301"]
    await Fuzz.each("checkpoints", share: 4) { mutator in
      let changed = String(decoding: mutator.bytes(Array(note.utf8), words: words), as: UTF8.self)
      guard let believed = try? Checkpoint.verified(changed, by: Self.key.publicKey) else { return }
      try Fuzz.require(believed == signed, "another checkpoint is believed: \(believed)")
    }
  }

  @Test("A single bit anywhere in the signed text or its signature undoes a checkpoint")
  func bits() throws {
    let note = Array(try Self.receipt().checkpoint.utf8)
    // What is not UTF-8 any more would be read with replacement characters: other bytes, and refused as well.
    for at in note.indices {
      for bit in 0..<8 {
        var changed = note
        changed[at] ^= 1 << UInt8(bit)
        let text = String(decoding: changed, as: UTF8.self)
        #expect(throws: CheckpointProblem.self, "bit \(bit) of byte \(at)") {
          try Checkpoint.verified(text, by: Self.key.publicKey)
        }
      }
    }
  }
}
