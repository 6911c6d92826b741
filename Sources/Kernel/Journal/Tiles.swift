import Foundation

/// A piece of the log's Merkle tree as C2SP tlog-tiles cuts it: the hash at `i` is the root over the 256^level leaves
/// from (index · 256 + i) · 256^level on. Only complete subtrees are in a tile; the rightmost tile of a level may have
/// fewer than 256 hashes, and only ever gains more.
public struct Tile: Hashable, Sendable {
  public static let width = 256

  public var level: Int
  public var index: Int64
  public var hashes: [MerkleHash]

  public init(level: Int, index: Int64, hashes: [MerkleHash]) {
    self.level = level
    self.index = index
    self.hashes = hashes
  }

  public var isFull: Bool { hashes.count == Tile.width }

  /// The hashes one after the other, as they are stored.
  public var bytes: [UInt8] { hashes.withUnsafeBytes { Array($0) } }

  /// Reads `bytes` back; `nil` unless they are 1 to 256 whole hashes.
  public static func hashes(from bytes: [UInt8]) -> [MerkleHash]? {
    let size = MerkleHash.byteCount
    guard !bytes.isEmpty, bytes.count % size == 0, bytes.count <= width * size else { return nil }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / size).map { MerkleHash(raw: .init(rebasing: raw[$0 * size..<($0 + 1) * size])) }
    }
  }
}

public enum TileProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// A stored tile has fewer hashes than the tree's size says it must: the log is damaged.
  case missing(level: Int, index: Int64, needed: Int, found: Int)
  /// Asked about a leaf or a size that the tree does not have.
  case outOfRange(asked: Int64, size: Int64)

  public var description: String {
    switch self {
    case .missing(let level, let index, let needed, let found):
      "Tile \(index) of level \(level) must hold at least \(needed) hashes and holds \(found)."
    case .outOfRange(let asked, let size):
      "\(asked) lies outside a tree of \(size) leaves."
    }
  }
}

/// The growing end of a tiled tree. One node is hashed for every leaf, and nothing is read but the right edge.
public struct TileBuilder: Sendable {
  /// How many leaves the tree has.
  public private(set) var size: Int64 = 0

  // The hashes of the partial tile of each level, level 0 first; empty where the last tile is full.
  private var partial: [[MerkleHash]] = []
  // The roots of the complete subtrees that make up the tree, largest first.
  private var peaks: [MerkleHash] = []

  public init() {}

  /// Continues a tree of `size` leaves from its stored tiles; `fetch` is asked for at most one tile a level.
  public init(size: Int64, fetch: Tiles.Fetch) throws {
    guard size >= 0 else { throw TileProblem.outOfRange(asked: size, size: 0) }
    self.size = size
    var level = 0
    while size >> (8 * level) > 0 {
      let count = size >> (8 * level)
      let width = Int(count & 255)
      let tile = width == 0 ? [] : try fetch(level, count >> 8)
      guard tile.count >= width else {
        throw TileProblem.missing(level: level, index: count >> 8, needed: width, found: tile.count)
      }
      partial.append(Array(tile.prefix(width)))
      level += 1
    }
    for hashes in partial.reversed() {
      var start = 0
      for bit in (0..<8).reversed() where hashes.count & (1 << bit) != 0 {
        peaks.append(MerkleTree.root(of: hashes[start..<start + (1 << bit)]))
        start += 1 << bit
      }
    }
  }

  public var root: MerkleHash { MerkleTree.root(peaks: peaks) }

  /// Appends leaf hashes and returns every tile that is new or has grown, each once and as it stands afterwards.
  public mutating func append(_ leaves: some Collection<MerkleHash>) -> [Tile] {
    var changed: [Tile] = []
    var grown: UInt64 = 0  // a bit for every level whose last tile is partial and has gained hashes
    for leaf in leaves {
      var node = leaf
      put(node, level: 0, &changed, &grown)
      for height in 1..<(1 + (~size).trailingZeroBitCount) {
        node = MerkleTree.nodeHash(peaks.removeLast(), node)
        if height % 8 == 0 { put(node, level: height / 8, &changed, &grown) }
      }
      peaks.append(node)
      size += 1
    }
    for level in partial.indices where grown & (1 << level) != 0 {
      changed.append(Tile(level: level, index: size >> (8 * (level + 1)), hashes: partial[level]))
    }
    return changed
  }

  private mutating func put(_ hash: MerkleHash, level: Int, _ changed: inout [Tile], _ grown: inout UInt64) {
    if level == partial.count { partial.append([]) }
    partial[level].append(hash)
    if partial[level].count == Tile.width {
      changed.append(Tile(level: level, index: size >> (8 * (level + 1)), hashes: partial[level]))
      partial[level].removeAll(keepingCapacity: true)
      grown &= ~(1 << level)
    } else {
      grown |= 1 << level
    }
  }
}

/// Roots and proofs from stored tiles. Each reads a few tiles a level, whatever the size of the tree.
public enum Tiles {
  /// Returns the tile's hashes as stored, at least as many as the tree's size calls for; more do no harm.
  public typealias Fetch = (_ level: Int, _ index: Int64) throws -> [MerkleHash]

  /// The root over the first `size` leaves.
  public static func root(size: Int64, fetch: Fetch) throws -> MerkleHash {
    guard size >= 0 else { throw TileProblem.outOfRange(asked: size, size: 0) }
    guard size > 0 else { return MerkleTree.emptyRoot }
    var read: [Key: [MerkleHash]] = [:]
    return try root(over: 0..<size, &read, fetch)
  }

  /// The audit path of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1).
  public static func inclusionProof(of index: Int64, size: Int64, fetch: Fetch) throws -> [MerkleHash] {
    guard index >= 0, index < size else { throw TileProblem.outOfRange(asked: index, size: size) }
    var read: [Key: [MerkleHash]] = [:]
    return try MerkleTree.inclusionRanges(of: index, size: size).map { try root(over: $0, &read, fetch) }
  }

  /// The proof that the tree of `size` leaves begins with the tree of `old` leaves (RFC 6962 §2.1.2).
  public static func consistencyProof(from old: Int64, to size: Int64, fetch: Fetch) throws -> [MerkleHash] {
    guard old >= 0, old <= size else { throw TileProblem.outOfRange(asked: old, size: size) }
    var read: [Key: [MerkleHash]] = [:]
    return try MerkleTree.consistencyRanges(from: old, to: size).map { try root(over: $0, &read, fetch) }
  }

  private struct Key: Hashable {
    var level: Int
    var index: Int64
  }

  /// `leaves` is a node of the tree: a complete subtree, or one that ends where the tree ends.
  private static func root(
    over leaves: Range<Int64>, _ read: inout [Key: [MerkleHash]], _ fetch: Fetch
  ) throws -> MerkleHash {
    var peaks: [MerkleHash] = []
    var start = leaves.lowerBound
    while start < leaves.upperBound {
      let height = 63 - (leaves.upperBound - start).leadingZeroBitCount
      peaks.append(try complete(height: height, index: start >> height, &read, fetch))
      start += 1 << height
    }
    return MerkleTree.root(peaks: peaks)
  }

  private static func complete(
    height: Int, index: Int64, _ read: inout [Key: [MerkleHash]], _ fetch: Fetch
  ) throws -> MerkleHash {
    let (level, rest) = height.quotientAndRemainder(dividingBy: 8)
    let first = index << rest
    let key = Key(level: level, index: first >> 8)
    let hashes = try read[key] ?? fetch(key.level, key.index)
    read[key] = hashes
    let start = Int(first & 255)
    let end = start + (1 << rest)
    guard end <= hashes.count else {
      throw TileProblem.missing(level: level, index: key.index, needed: end, found: hashes.count)
    }
    return MerkleTree.root(of: hashes[start..<end])
  }
}
