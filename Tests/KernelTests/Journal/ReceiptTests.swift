import Crypto
import Foundation
import Kernel
import Testing

@Suite("Receipts: proof of a fact that anybody can check offline")
struct ReceiptTests {
  static let key = Curve25519.Signing.PrivateKey()
  static let stranger = Curve25519.Signing.PrivateKey()
  static let trusted = key.publicKey

  /// A journal of `size` facts, and the receipt of one of them.
  static func receipt(
    of index: Int64 = 5, size: Int64 = 300, key: Curve25519.Signing.PrivateKey = key
  ) throws -> Receipt {
    let facts = (0..<size).map {
      FactLeaf(
        id: $0 + 1, at: 1_767_225_600_000_000 + $0, kind: "charge.settled", subject: "subscription:\($0)",
        actor: "renewals",
        body: #"{"amount":1299,"currency":"EUR","note":"Žofie – 5 €"}"#)
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

  @Test("A receipt survives being written as JSON, and verifies with nothing but the key")
  func roundTrip() throws {
    for index: Int64 in [0, 5, 255, 256, 299] {
      let receipt = try Receipt(json: try Self.receipt(of: index).json())
      #expect(receipt == (try Self.receipt(of: index)))
      let sealed = try receipt.verify(trusting: Self.trusted)
      #expect(sealed.size == 300 && sealed.origin == "example.com/journal")
      #expect(throws: Never.self) { try receipt.verify(trusting: nil) }
    }
  }

  @Test("Each alteration is named for what it is")
  func problems() throws {
    func problem(_ alter: (inout Receipt) -> Void) throws -> ReceiptProblem? {
      var receipt = try Self.receipt()
      alter(&receipt)
      return #expect(throws: ReceiptProblem.self) { try receipt.verify(trusting: Self.trusted) }
    }
    let elsewhere = try Self.receipt(of: 6)
    #expect(try problem { $0.fact.id += 1 } == .alteredFact)
    #expect(try problem { $0.fact.at -= 1 } == .alteredFact)
    #expect(try problem { $0.fact.kind = "charge.refused" } == .alteredFact)
    #expect(try problem { $0.fact.subject += "0" } == .alteredFact)
    #expect(try problem { $0.fact.actor = "" } == .alteredFact)
    #expect(try problem { $0.fact.body = $0.fact.body.replacingOccurrences(of: "1299", with: "1298") } == .alteredFact)
    // The same letters to a reader, other bytes: é as one scalar and as two.
    #expect(try problem { $0.fact.body = $0.fact.body.decomposedStringWithCanonicalMapping } == .alteredFact)
    #expect(try problem { $0.leafHash = elsewhere.leafHash } == .alteredFact)
    #expect(try problem { ($0.fact, $0.leafHash) = (elsewhere.fact, elsewhere.leafHash) } == .wrongPath)
    #expect(try problem { $0.leafIndex = 6 } == .wrongPath)
    #expect(try problem { $0.leafIndex = -1 } == .wrongPath)
    #expect(try problem { $0.path.swapAt(0, 1) } == .wrongPath)
    #expect(try problem { $0.path.removeLast() } == .wrongPath)
    #expect(try problem { $0.path.append($0.path[0]) } == .wrongPath)
    #expect(try problem { $0.treeSize = 299 } == .wrongSize(receipt: 299, checkpoint: 300))
    let smaller = try Self.receipt(size: 299).checkpoint
    #expect(try problem { $0.checkpoint = smaller } == .wrongSize(receipt: 300, checkpoint: 299))
    #expect(try problem { ($0.checkpoint, $0.treeSize) = (smaller, 299) } == .wrongPath)
    #expect(try problem { $0.checkpoint = $0.checkpoint.replacing("time 1", with: "time 2") } == .wrongSignature)
    #expect(try problem { $0.checkpoint = $0.checkpoint.replacing("journal", with: "ledger") } == .wrongSignature)
    #expect(
      try problem { $0.checkpoint.removeLast() } == .unreadable("in its checkpoint, it does not end with a newline"))
    #expect(try problem { $0.version = 2 } == .unknownVersion(2))
    #expect(try problem { $0.publicKey = "" } == .unreadable("its public key is not the base64 of 32 bytes"))
  }

  @Test("A whole receipt by somebody else's key is not believed")
  func strangersKey() throws {
    let forged = try Self.receipt(key: Self.stranger)
    #expect(throws: ReceiptProblem.untrustedKey) { try forged.verify(trusting: Self.trusted) }
    // It is whole in itself; only the trusted key tells.
    #expect(throws: Never.self) { try forged.verify(trusting: nil) }
    var relabelled = forged
    relabelled.publicKey = try Self.receipt().publicKey
    #expect(throws: ReceiptProblem.wrongSignature) { try relabelled.verify(trusting: Self.trusted) }
    #expect(throws: ReceiptProblem.wrongSignature) { try relabelled.verify(trusting: nil) }
  }

  @Test("Any single bit that changes in a receipt's file is noticed, or changes nothing of what it says")
  func everyBit() throws {
    let original = try Self.receipt(of: 2, size: 6)
    let json = try original.json()
    var (unreadable, refused, spacing) = (0, 0, 0)
    for place in json.indices {
      for bit in 0..<8 {
        var altered = json
        altered[place] ^= 1 << bit
        guard let receipt = try? Receipt(json: altered) else {
          unreadable += 1
          continue
        }
        guard (try? receipt.verify(trusting: Self.trusted)) != nil else {
          refused += 1
          continue
        }
        // What still verifies must say the same, byte for byte: the change was in the white space between fields.
        #expect(try receipt.json() == json, "byte \(place) bit \(bit)")
        spacing += 1
      }
    }
    print("receipt of \(json.count) bytes: \(unreadable) unreadable, \(refused) refused, \(spacing) only spacing")
    #expect(unreadable > 0 && refused > 0 && spacing < json.count)
  }

  @Test("Every byte of every field counts, whatever it is changed to")
  func everyField() throws {
    let seed = UInt8(newSeed() % 255) + 1
    print("receipt fields: seed \(seed - 1)")
    let json = try Self.receipt(of: 2, size: 6).json()
    let document = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    var altered = 0
    for (name, value) in Self.flatten(document) {
      for changed in Self.alterations(of: value, seed) {
        let data = try JSONSerialization.data(withJSONObject: Self.setting(document, name, changed))
        altered += 1
        #expect(throws: ReceiptProblem.self, "\(name) = \(changed), seed \(seed)") {
          try Receipt(json: Array(data)).verify(trusting: Self.trusted)
        }
      }
      let data = try JSONSerialization.data(withJSONObject: Self.setting(document, name, nil))
      #expect(throws: ReceiptProblem.self, "without \(name)") {
        try Receipt(json: Array(data)).verify(trusting: Self.trusted)
      }
    }
    #expect(altered > 500)
  }

  @Test("What is no receipt, or too large to be one, says so")
  func unreadable() throws {
    func problem(_ text: String) -> ReceiptProblem? {
      #expect(throws: ReceiptProblem.self) { try Receipt(json: Array(text.utf8)) }
    }
    #expect(problem("") == .unreadable("it is not a receipt in JSON"))
    #expect(
      problem("{}") == .unreadable("«checkpoint» is missing") || problem("{}") == .unreadable("«version» is missing"))
    #expect(problem(#"{"version":"1"}"#) == .unreadable("«version» is not of the right type"))
    #expect(problem(String(repeating: " ", count: 1_048_577)) == .unreadable("it is longer than 1048576 bytes"))
  }

  @Test("What is hashed is a fact's fields, each with its length, in the documented order")
  func canonical() {
    let fact = FactLeaf(id: 258, at: -1, kind: "k", subject: "", actor: "é", body: "{}")
    let expected: [[UInt8]] = [
      [1], [0, 0, 0, 8], [0, 0, 0, 0, 0, 0, 1, 2], [0, 0, 0, 8], [UInt8](repeating: 255, count: 8),
      [0, 0, 0, 1, 0x6B], [0, 0, 0, 0], [0, 0, 0, 2, 0xC3, 0xA9], [0, 0, 0, 2, 0x7B, 0x7D],
    ]
    #expect(fact.canonical == expected.flatMap { $0 })
    // Text that moves from one field to the next is another fact.
    let moved = [("ab", "c"), ("a", "bc"), ("", "abc")].map {
      FactLeaf(id: 1, at: 1, kind: $0.0, subject: $0.1, actor: "", body: "")
    }
    #expect(Set(moved.map(\.leafHash)).count == 3)
  }

  // MARK: - Walking over a JSON document

  private static func flatten(_ document: [String: Any], _ prefix: [String] = []) -> [([String], Any)] {
    document.flatMap { name, value in
      (value as? [String: Any]).map { flatten($0, prefix + [name]) } ?? [(prefix + [name], value)]
    }
  }

  private static func setting(_ document: [String: Any], _ path: [String], _ value: Any?) -> [String: Any] {
    var document = document
    document[path[0]] =
      path.count == 1
      ? value : setting(document[path[0]] as? [String: Any] ?? [:], Array(path.dropFirst()), value)
    return document
  }

  /// The value with each character changed, each element changed or left out, or a number moved a little.
  private static func alterations(of value: Any, _ seed: UInt8) -> [Any] {
    switch value {
    case let text as String:
      let bytes = Array(text.utf8)
      return bytes.indices.compactMap { place in
        var altered = bytes
        altered[place] = seed & 1 == 0 ? altered[place] &+ 1 : altered[place] ^ (1 << (seed % 7))
        return String(validating: altered, as: UTF8.self)
      } + [text + "x", String(text.dropLast())]
    case let list as [String]:
      return list.indices.flatMap { place in
        alterations(of: list[place], seed).map { changed in
          var altered = list
          altered[place] = changed as? String ?? ""
          return altered
        }
      } + [Array(list.dropLast()), Array(list.reversed()), list + [list[0]]]
    case let number as NSNumber:
      return [number.int64Value + 1, number.int64Value - 1, 0 - number.int64Value, number.int64Value * 2 + 7]
    default:
      return []
    }
  }
}

/// Drawn anew for every run; `AMENDS_SEED` replays the one that was printed.
private func newSeed() -> UInt64 {
  ProcessInfo.processInfo.environment["AMENDS_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...UInt64.max)
}
