import Crypto
import Foundation

/// A SHA-256 hash in a Merkle tree. Four words instead of an array: copies and comparisons allocate nothing.
public struct MerkleHash: Hashable, Sendable {
  public static let byteCount = 32

  // In memory order, not as numbers: the bytes of the struct are the bytes of the hash.
  private let w0, w1, w2, w3: UInt64

  /// `raw` must have 32 bytes.
  init(raw: UnsafeRawBufferPointer) {
    precondition(raw.count == Self.byteCount)
    w0 = raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    w1 = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    w2 = raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    w3 = raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
  }

  init(_ digest: SHA256.Digest) { self = digest.withUnsafeBytes { MerkleHash(raw: $0) } }

  /// `nil` unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self = bytes.withUnsafeBytes { MerkleHash(raw: $0) }
  }

  /// `nil` unless `base64` is the one standard encoding (RFC 4648 §4) of 32 bytes.
  public init?(base64: String) {
    guard let data = Data(base64Encoded: base64), data.base64EncodedString() == base64 else { return nil }
    self.init(bytes: Array(data))
  }

  public var bytes: [UInt8] { Swift.withUnsafeBytes(of: self) { Array($0) } }
  public var base64: String { Swift.withUnsafeBytes(of: self) { Data($0) }.base64EncodedString() }

  func copy(to target: UnsafeMutableRawBufferPointer) {
    Swift.withUnsafeBytes(of: self) { target.copyMemory(from: $0) }
  }
}

extension MerkleHash: Codable, CustomStringConvertible {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let hash = MerkleHash(base64: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the base64 of 32 bytes")
    }
    self = hash
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(base64)
  }

  public var description: String { base64 }
}

/// The Merkle tree of RFC 6962 §2.1, and proofs about it. Tree sizes and leaf indexes count from 0.
public enum MerkleTree {
  /// The root of a tree without leaves: the hash of nothing.
  public static let emptyRoot = MerkleHash(SHA256().finalize())

  /// SHA-256(0x00 ‖ data).
  public static func leafHash(_ data: [UInt8]) -> MerkleHash {
    withUnsafeTemporaryAllocation(byteCount: data.count + 1, alignment: 8) { buffer in
      buffer[0] = 0
      data.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: $0) }
      return sha256(UnsafeRawBufferPointer(buffer))
    }
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  public static func nodeHash(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
      buffer[0] = 1
      left.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]))
      right.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]))
      return sha256(UnsafeRawBufferPointer(buffer))
    }
  }

  /// The root over `leaves`, which are leaf hashes.
  public static func root(of leaves: some Collection<MerkleHash>) -> MerkleHash {
    var peaks: [MerkleHash] = []
    for (index, leaf) in leaves.enumerated() {
      var node = leaf
      for _ in 0..<(~index).trailingZeroBitCount { node = nodeHash(peaks.removeLast(), node) }
      peaks.append(node)
    }
    return root(peaks: peaks)
  }

  /// The root over complete subtrees that follow one another, each smaller than the one before.
  static func root(peaks: [MerkleHash]) -> MerkleHash {
    guard var node = peaks.last else { return emptyRoot }
    for peak in peaks.dropLast().reversed() { node = nodeHash(peak, node) }
    return node
  }

  private static func sha256(_ bytes: UnsafeRawBufferPointer) -> MerkleHash {
    var hasher = SHA256()
    hasher.update(bufferPointer: bytes)
    return MerkleHash(hasher.finalize())
  }
}

// MARK: - Proofs

extension MerkleTree {
  /// The audit path of leaf `index`, lowest sibling first (RFC 6962 §2.1.1). `index` must be one of `leaves`.
  public static func inclusionProof(of index: Int64, in leaves: [MerkleHash]) -> [MerkleHash] {
    inclusionRanges(of: index, size: Int64(leaves.count)).map {
      root(of: leaves[Int($0.lowerBound)..<Int($0.upperBound)])
    }
  }

  /// The proof that the first `old` of `leaves` are what they were (RFC 6962 §2.1.2). `old` is at most `leaves.count`.
  public static func consistencyProof(from old: Int64, in leaves: [MerkleHash]) -> [MerkleHash] {
    consistencyRanges(from: old, to: Int64(leaves.count)).map {
      root(of: leaves[Int($0.lowerBound)..<Int($0.upperBound)])
    }
  }

  /// The leaves under each node of an audit path. Both kinds of proof are a walk from the root down, noting what is
  /// beside it.
  static func inclusionRanges(of index: Int64, size: Int64) -> [Range<Int64>] {
    precondition(index >= 0 && index < size)
    var beside: [Range<Int64>] = []
    var span = 0..<size
    while span.count > 1 {
      let middle = span.lowerBound + split(Int64(span.count))
      if index < middle {
        beside.append(middle..<span.upperBound)
        span = span.lowerBound..<middle
      } else {
        beside.append(span.lowerBound..<middle)
        span = middle..<span.upperBound
      }
    }
    return beside.reversed()
  }

  /// SUBPROOF of RFC 6962 §2.1.2 as ranges. From the empty tree, and to the same tree, there is nothing to prove.
  static func consistencyRanges(from old: Int64, to size: Int64) -> [Range<Int64>] {
    precondition(old >= 0 && old <= size)
    guard old > 0 else { return [] }
    var beside: [Range<Int64>] = []
    var span = 0..<size
    while span.upperBound != old {
      let middle = span.lowerBound + split(Int64(span.count))
      if old <= middle {
        beside.append(middle..<span.upperBound)
        span = span.lowerBound..<middle
      } else {
        beside.append(span.lowerBound..<middle)
        span = middle..<span.upperBound
      }
    }
    // The old tree itself is known to the verifier; a part of it is not.
    if span.lowerBound > 0 { beside.append(span) }
    return beside.reversed()
  }

  /// The largest power of two below `count`, which is 2 or more.
  static func split(_ count: Int64) -> Int64 { 1 << (63 - (count - 1).leadingZeroBitCount) }

  /// The root that `path` leads to (RFC 9162 §2.1.3.2); `nil` if a tree of `size` has no such path.
  public static func root(from leaf: MerkleHash, at index: Int64, size: Int64, path: [MerkleHash]) -> MerkleHash? {
    guard index >= 0, index < size else { return nil }
    var (position, last, node) = (index, size - 1, leaf)
    for sibling in path {
      guard last > 0 else { return nil }
      if position & 1 == 1 || position == last {
        node = nodeHash(sibling, node)
        // The node has no sibling to its right on these levels: it moved up as it was.
        while position & 1 == 0 && position > 0 { (position, last) = (position >> 1, last >> 1) }
      } else {
        node = nodeHash(node, sibling)
      }
      (position, last) = (position >> 1, last >> 1)
    }
    return last == 0 ? node : nil
  }

  public static func verifyInclusion(
    of leaf: MerkleHash, at index: Int64, size: Int64, path: [MerkleHash], root: MerkleHash
  ) -> Bool {
    self.root(from: leaf, at: index, size: size, path: path) == root
  }

  /// Whether `proof` shows that the tree of `oldRoot` is the beginning of the tree of `newRoot` (RFC 9162 §2.1.4.2).
  public static func verifyConsistency(
    from old: Int64, _ oldRoot: MerkleHash, to new: Int64, _ newRoot: MerkleHash, proof: [MerkleHash]
  ) -> Bool {
    guard old >= 0, old <= new else { return false }
    if old == new { return proof.isEmpty && oldRoot == newRoot }
    if old == 0 { return proof.isEmpty && oldRoot == emptyRoot }
    var nodes = proof[...]
    // A complete old tree is a node of the new one, and the verifier has it.
    guard let first = old & (old - 1) == 0 ? oldRoot : nodes.popFirst() else { return false }
    let levels = (~(old - 1)).trailingZeroBitCount
    var (position, last) = ((old - 1) >> levels, (new - 1) >> levels)
    var (oldNode, newNode) = (first, first)
    for node in nodes {
      guard last > 0 else { return false }
      if position & 1 == 1 || position == last {
        oldNode = nodeHash(node, oldNode)
        newNode = nodeHash(node, newNode)
        while position & 1 == 0 && position > 0 { (position, last) = (position >> 1, last >> 1) }
      } else {
        newNode = nodeHash(newNode, node)
      }
      (position, last) = (position >> 1, last >> 1)
    }
    return last == 0 && oldNode == oldRoot && newNode == newRoot
  }
}
