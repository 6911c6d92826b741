import Crypto
import Foundation
import Kernel
import Testing

@Suite("Checkpoints: the signed seals of the journal")
struct CheckpointTests {
  static let key = Curve25519.Signing.PrivateKey()
  static let other = Curve25519.Signing.PrivateKey()
  static let time = Instant(seconds: 1_767_225_600)

  static func checkpoint(size: Int64 = 300) throws -> Checkpoint {
    let root = MerkleTree.leafHash([UInt8(size & 255)])
    return try Checkpoint(origin: "example.com/journal", size: size, root: root, time: time)
  }

  /// Signs any text as a checkpoint of `origin` would be, so that only the text's form can be at fault.
  static func note(_ body: String, origin: String = "example.com/journal") throws -> String {
    let blob = try Data(Checkpoint.keyID(name: origin, key: key.publicKey)) + key.signature(for: Array(body.utf8))
    return "\(body)\n— \(origin) \(blob.base64EncodedString())\n"
  }

  @Test("A checkpoint is a signed note: origin, size, root, time, empty line, signature")
  func form() throws {
    let checkpoint = try Self.checkpoint()
    let note = try checkpoint.signed(with: Self.key)
    let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.prefix(3) == ["example.com/journal", "300", "\(checkpoint.root.base64)"])
    #expect(lines[3] == "time 1767225600000000" && lines[4] == "" && lines[5].hasPrefix("— example.com/journal "))
    #expect(lines.count == 7 && lines[6] == "")
    #expect(try Checkpoint.verified(note, by: Self.key.publicKey) == checkpoint)
    #expect(try Checkpoint.verified(try Self.note(checkpoint.body), by: Self.key.publicKey) == checkpoint)
  }

  /// Keys in the wild, with the ids that their owners publish: Go's checksum database, and the example in its package.
  @Test(
    "Key ids are those of other implementations",
    arguments: [
      ("sum.golang.org", "033de0ae", "zjNy11rR7l7Nr4cnKT1LER2H6zdTHXyG1NMAPw64Cfw="),
      ("PeterNeumann", "c74f20a3", "GlzZBxQ8OExB6DDFvOEqqIF+xWSaqr8sMTiLNbLXRNY="),
    ])
  func keyIDs(name: String, id: String, key: String) throws {
    let raw = try #require(Data(base64Encoded: key))
    let publicKey = try Curve25519.Signing.PublicKey(rawRepresentation: raw)
    #expect(Checkpoint.keyID(name: name, key: publicKey).map { String(format: "%02x", $0) }.joined() == id)
  }

  @Test("Any single bit that changes in a checkpoint is noticed")
  func everyBit() throws {
    let note = Array(try Self.checkpoint().signed(with: Self.key).utf8)
    for place in note.indices {
      for bit in 0..<8 {
        var altered = note
        altered[place] ^= 1 << bit
        // Text that is not UTF-8 never becomes a String; that is noticed before this.
        guard let text = String(validating: altered, as: UTF8.self) else { continue }
        #expect(throws: CheckpointProblem.self, "byte \(place) bit \(bit)") {
          try Checkpoint.verified(text, by: Self.key.publicKey)
        }
      }
    }
  }

  @Test("Signatures by others are passed over; without ours, or with a wrong one, nothing is believed")
  func signatures() throws {
    let checkpoint = try Self.checkpoint()
    let ours = try checkpoint.signed(with: Self.key)
    let theirs = try checkpoint.signed(with: Self.other)
    let theirLine = theirs.split(separator: "\n").last!
    #expect(try Checkpoint.verified(ours + theirLine + "\n", by: Self.key.publicKey) == checkpoint)
    #expect(try Checkpoint.verified(ours + theirLine + "\n", by: Self.other.publicKey) == checkpoint)
    #expect(throws: CheckpointProblem.notSignedByKey) { try Checkpoint.verified(theirs, by: Self.key.publicKey) }
    let mixed =
      try Self.checkpoint(size: 301).body + "\n" + ours.split(separator: "\n").last! + "\n"
    #expect(throws: CheckpointProblem.badSignature) { try Checkpoint.verified(mixed, by: Self.key.publicKey) }
    // A right signature beside a wrong one of the same key: somebody has tampered, so the whole note is refused.
    let wrong = try Self.checkpoint(size: 301).signed(with: Self.key).split(separator: "\n").last!
    #expect(throws: CheckpointProblem.badSignature) {
      try Checkpoint.verified(ours + wrong + "\n", by: Self.key.publicKey)
    }
  }

  @Test("A text that is signed but not a checkpoint is refused, saying which line is wrong")
  func strictBody() throws {
    let root = MerkleTree.emptyRoot.base64
    let bodies: [(String, String)] = [
      ("example.com/journal\n1\n\(root)\n", "it has 3 lines of text, not 4"),
      ("example.com/journal\n1\n\(root)\ntime 1\nmore\n", "it has 5 lines of text, not 4"),
      ("example.com/journal\n01\n\(root)\ntime 1\n", "line 2 is not a tree size"),
      ("example.com/journal\n-1\n\(root)\ntime 1\n", "line 2 is not a tree size"),
      ("example.com/journal\n+1\n\(root)\ntime 1\n", "line 2 is not a tree size"),
      ("example.com/journal\n99999999999999999999\n\(root)\ntime 1\n", "line 2 is not a tree size"),
      ("example.com/journal\n1\n\(root.dropLast())\ntime 1\n", "line 3 is not a root hash"),
      ("example.com/journal\n1\n\(root)\nhour 1\n", "line 4 is not a time"),
      ("example.com/journal\n1\n\(root)\ntime -1\n", "line 4 is not a time"),
    ]
    for (body, why) in bodies {
      #expect(throws: CheckpointProblem.unreadable(why)) {
        try Checkpoint.verified(try Self.note(body), by: Self.key.publicKey)
      }
    }
  }

  @Test("A note out of form is refused, saying what is wrong")
  func strictNote() throws {
    let good = try Self.checkpoint().signed(with: Self.key)
    let notes: [(String, String)] = [
      ("", "it does not end with a newline"),
      (String(good.dropLast()), "it does not end with a newline"),
      (good.replacingOccurrences(of: "\n", with: "\r\n"), "it has a control character"),
      (good.replacingOccurrences(of: "\n\n", with: "\n"), "no empty line separates the signatures"),
      (good + "\n", "a signature line is not «— name signature»"),
      (good.replacingOccurrences(of: "— ", with: "- "), "a signature line is not «— name signature»"),
      (good + "— somebody not*base64\n", "a signature is not base64"),
      (good + String(repeating: "— a AAAAAAAA\n", count: 64), "it has more than 64 signatures"),
      (String(repeating: "a", count: 70_000) + good, "it is longer than 65536 bytes"),
    ]
    for (note, why) in notes {
      #expect(throws: CheckpointProblem.unreadable(why)) { try Checkpoint.verified(note, by: Self.key.publicKey) }
    }
  }

  @Test(
    "An origin that could not be a key's name makes no checkpoint", arguments: ["", "a b", "a+b", "a\nb", "a\u{2003}b"])
  func origins(origin: String) {
    #expect(throws: CheckpointProblem.self) {
      try Checkpoint(origin: origin, size: 1, root: MerkleTree.emptyRoot, time: Self.time)
    }
  }
}
