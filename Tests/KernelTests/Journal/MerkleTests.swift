import Foundation
import Kernel
import TestSupport
import Testing

@Suite("The Merkle tree of the journal")
struct MerkleTests {
  // The eight leaves and their roots with which Certificate Transparency's own implementations are tested.
  static let data: [[UInt8]] = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
  ].map(bytes(hex:))
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ].map(hash(hex:))
  static let leaves = data.map { MerkleTree.leafHash($0) }

  @Test("Roots are those of Certificate Transparency")
  func referenceRoots() {
    for size in 0...8 {
      #expect(MerkleTree.root(of: Self.leaves.prefix(size)) == Self.roots[size])
      var builder = TileBuilder()
      _ = builder.append(Self.leaves.prefix(size))
      #expect(builder.root == Self.roots[size])
    }
  }

  static let inclusionProofs: [(leaf: Int64, size: Int, path: [String])] = [
    (0, 1, []),
    (
      0, 8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ]
    ),
    (
      5, 8,
      [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ]
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
  ]

  @Test("Inclusion proofs are those of Certificate Transparency")
  func referenceInclusion() {
    for (leaf, size, path) in Self.inclusionProofs {
      #expect(MerkleTree.inclusionProof(of: leaf, in: Array(Self.leaves.prefix(size))) == path.map(hash(hex:)))
    }
  }

  @Test("Consistency proofs are those of Certificate Transparency")
  func referenceConsistency() {
    let known: [(Int64, Int, [String])] = [
      (1, 1, []),
      (
        1, 8,
        [
          "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
      ),
      (
        6, 8,
        [
          "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
      ),
      (
        2, 5,
        [
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
      ),
    ]
    for (old, new, proof) in known {
      #expect(MerkleTree.consistencyProof(from: old, in: Array(Self.leaves.prefix(new))) == proof.map(hash(hex:)))
    }
  }

  @Test("Every proof in small trees verifies, and no proof verifies for anything else")
  func smallTrees() {
    let leaves = (0..<20).map { MerkleTree.leafHash([UInt8($0)]) }
    let wrong = MerkleTree.leafHash([99])
    for size in 1...leaves.count {
      let tree = Array(leaves.prefix(size))
      let root = MerkleTree.root(of: tree)
      let count = Int64(size)
      for index in 0..<count {
        let path = MerkleTree.inclusionProof(of: index, in: tree)
        func holds(_ leaf: MerkleHash, _ at: Int64, _ path: [MerkleHash], _ root: MerkleHash) -> Bool {
          MerkleTree.verifyInclusion(of: leaf, at: at, size: count, path: path, root: root)
        }
        let leaf = tree[Int(index)]
        #expect(holds(leaf, index, path, root))
        #expect(!holds(wrong, index, path, root))
        #expect(!holds(leaf, index, path, wrong))
        #expect(!holds(leaf, index, path + [wrong], root))
        #expect(!holds(leaf, count, path, root) && !holds(leaf, -1, path, root))
        if count > 1 { #expect(!holds(leaf, index, path.dropLast(), root)) }
        for other in 0..<count where other != index { #expect(!holds(leaf, other, path, root)) }
      }
      for old in 0...count {
        let oldRoot = MerkleTree.root(of: tree.prefix(Int(old)))
        let proof = MerkleTree.consistencyProof(from: old, in: tree)
        func holds(_ oldRoot: MerkleHash, _ root: MerkleHash, _ proof: [MerkleHash]) -> Bool {
          MerkleTree.verifyConsistency(from: old, oldRoot, to: count, root, proof: proof)
        }
        #expect(holds(oldRoot, root, proof))
        #expect(!holds(wrong, root, proof))
        #expect(!holds(oldRoot, root, proof + [wrong]))
        if old > 0 { #expect(!holds(oldRoot, wrong, proof)) }
        for place in proof.indices {
          var altered = proof
          altered[place] = wrong
          #expect(!holds(oldRoot, root, altered))
          altered.remove(at: place)
          #expect(!holds(oldRoot, root, altered))
        }
      }
    }
  }

  @Test("A path that is longer than its tree is high proves nothing, even if it leads to the root")
  func longPath() {
    let (left, right) = (Self.leaves[0], Self.leaves[1])
    let root = MerkleTree.nodeHash(left, right)
    #expect(MerkleTree.verifyInclusion(of: right, at: 1, size: 2, path: [left], root: root))
    #expect(!MerkleTree.verifyInclusion(of: right, at: 0, size: 1, path: [left], root: root))
    #expect(!MerkleTree.verifyConsistency(from: 1, right, to: 1, root, proof: [left]))
  }

  @Test("A hash is written as base64 in one way only")
  func hashText() throws {
    let hash = MerkleTree.leafHash([1, 2, 3])
    #expect(MerkleHash(base64: hash.base64) == hash && MerkleHash(bytes: hash.bytes) == hash)
    let json = try JSONEncoder().encode([hash])
    #expect(try JSONDecoder().decode([MerkleHash].self, from: json) == [hash])
    // 32 bytes leave two bits of the last character unused; a decoder that ignores them reads four texts as one hash.
    let zero = MerkleHash(bytes: [UInt8](repeating: 0, count: 32))!
    #expect(zero.base64.hasSuffix("A=") && MerkleHash(base64: zero.base64.dropLast(2) + "B=") == nil)
    #expect(MerkleHash(base64: "AAAA") == nil && MerkleHash(base64: zero.base64 + "\n") == nil)
  }
}

@Suite("The tiles that the tree is stored in")
struct TileTests {
  @Test("Trees of 256 and 70 000 leaves have the tiles that the standard names")
  func layout() {
    var store = TileStore()
    var builder = TileBuilder()
    let leaves = (0..<70_000).map { MerkleTree.leafHash(Array("\($0)".utf8)) }
    store.put(builder.append(leaves[..<256]))
    #expect(store.widths(level: 0) == [256] && store.widths(level: 1) == [1])
    store.put(builder.append(leaves[256...]))
    #expect(store.widths(level: 0) == [Int](repeating: 256, count: 273) + [112])
    #expect(store.widths(level: 1) == [256, 17])
    #expect(store.widths(level: 2) == [1])
    #expect(store.widths(level: 3) == [])
  }

  @Test("Roots and proofs from tiles equal RFC 6962's recursive definition")
  func property() throws {
    let seed = newSeed()
    print("tiles: seed \(seed)")
    var random = Seeded(seed)
    var naive = Naive(leaves: (0..<70_000).map { MerkleTree.leafHash(Array("\(seed) \($0)".utf8)) })
    let corners: [Int64] = [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000]
    let sizes = Set(corners + (0..<20).map { _ in .random(in: 1...70_000, using: &random) }).sorted()

    var store = TileStore()
    var builder = TileBuilder()
    for size in sizes {
      while builder.size < size {
        let batch = min(size - builder.size, .random(in: 1...3_000, using: &random))
        let next = naive.leaves[Int(builder.size)..<Int(builder.size + batch)]
        var resumed = try TileBuilder(size: builder.size, fetch: store.fetch)
        let tiles = builder.append(next)
        #expect(resumed.append(next) == tiles && resumed.root == builder.root, "seed \(seed) size \(size)")
        #expect(Set(tiles.map { [Int64($0.level), $0.index] }).count == tiles.count, "a tile twice, seed \(seed)")
        #expect(tiles.allSatisfy { (1...256).contains($0.hashes.count) }, "an empty tile, seed \(seed)")
        store.put(tiles)
      }
      #expect(builder.root == naive.mth(0..<size), "seed \(seed) size \(size)")
    }

    // From the finished store, also about trees long past.
    for size in sizes {
      let root = try Tiles.root(size: size, fetch: store.fetch)
      #expect(root == naive.mth(0..<size), "seed \(seed) size \(size)")
      for index in [0, size - 1, .random(in: 0..<size, using: &random), .random(in: 0..<size, using: &random)] {
        store.fetched = []
        let path = try Tiles.inclusionProof(of: index, size: size, fetch: store.fetch)
        #expect(path == naive.path(index, 0..<size), "seed \(seed) leaf \(index) size \(size)")
        #expect(store.fetched.count <= 6, "two tiles a level, seed \(seed) leaf \(index) size \(size)")
        let leaf = naive.leaves[Int(index)]
        #expect(MerkleTree.verifyInclusion(of: leaf, at: index, size: size, path: path, root: root))
      }
      for old in [1, size, .random(in: 1...size, using: &random)] + corners.filter({ $0 <= size }) {
        store.fetched = []
        let proof = try Tiles.consistencyProof(from: old, to: size, fetch: store.fetch)
        #expect(proof == naive.proof(old, size), "seed \(seed) from \(old) to \(size)")
        #expect(store.fetched.count <= 6, "two tiles a level, seed \(seed) from \(old) to \(size)")
        let oldRoot = naive.mth(0..<old)
        #expect(MerkleTree.verifyConsistency(from: old, oldRoot, to: size, root, proof: proof))
      }
    }
  }

  @Test("A tile that lost its end, and a question about leaves that are not there, are errors")
  func problems() throws {
    var store = TileStore()
    var builder = TileBuilder()
    store.put(builder.append((0..<300).map { MerkleTree.leafHash([UInt8($0 & 255)]) }))
    #expect(throws: TileProblem.outOfRange(asked: 300, size: 300)) {
      try Tiles.inclusionProof(of: 300, size: 300, fetch: store.fetch)
    }
    #expect(throws: TileProblem.outOfRange(asked: 301, size: 300)) {
      try Tiles.consistencyProof(from: 301, to: 300, fetch: store.fetch)
    }
    #expect(throws: TileProblem.outOfRange(asked: -1, size: 0)) { try Tiles.root(size: -1, fetch: store.fetch) }
    store.tiles[[0, 1]]?.removeLast()
    #expect(throws: TileProblem.missing(level: 0, index: 1, needed: 44, found: 43)) {
      try Tiles.root(size: 300, fetch: store.fetch)
    }
    #expect(throws: TileProblem.missing(level: 0, index: 1, needed: 44, found: 43)) {
      try TileBuilder(size: 300, fetch: store.fetch)
    }
  }

  @Test("A tile's bytes are its hashes one after the other")
  func bytes() {
    let hashes = (0..<256).map { MerkleTree.leafHash([UInt8($0)]) }
    let tile = Tile(level: 0, index: 0, hashes: hashes)
    #expect(tile.bytes == hashes.flatMap(\.bytes))
    #expect(Tile.hashes(from: tile.bytes) == hashes)
    #expect(Tile.hashes(from: []) == nil && Tile.hashes(from: tile.bytes.dropLast()) == nil)
    #expect(Tile.hashes(from: tile.bytes + hashes[0].bytes) == nil)
  }
}

// MARK: - Helpers

/// The definitions of RFC 6962 §2.1, word for word, with the roots of ranges remembered.
private struct Naive {
  let leaves: [MerkleHash]
  var known: [Range<Int64>: MerkleHash] = [:]

  init(leaves: [MerkleHash]) { self.leaves = leaves }

  private func split(_ range: Range<Int64>) -> Int64 {
    var k: Int64 = 1
    while k * 2 < range.count { k *= 2 }
    return range.lowerBound + k
  }

  mutating func mth(_ range: Range<Int64>) -> MerkleHash {
    if range.isEmpty { return MerkleTree.emptyRoot }
    if range.count == 1 { return leaves[Int(range.lowerBound)] }
    if let hash = known[range] { return hash }
    let k = split(range)
    let hash = MerkleTree.nodeHash(mth(range.lowerBound..<k), mth(k..<range.upperBound))
    known[range] = hash
    return hash
  }

  mutating func path(_ m: Int64, _ range: Range<Int64>) -> [MerkleHash] {
    if range.count == 1 { return [] }
    let k = split(range)
    return m < k
      ? path(m, range.lowerBound..<k) + [mth(k..<range.upperBound)]
      : path(m, k..<range.upperBound) + [mth(range.lowerBound..<k)]
  }

  mutating func proof(_ m: Int64, _ n: Int64) -> [MerkleHash] { subproof(m, 0..<n, true) }

  private mutating func subproof(_ m: Int64, _ range: Range<Int64>, _ whole: Bool) -> [MerkleHash] {
    if m == range.upperBound { return whole ? [] : [mth(range)] }
    let k = split(range)
    return m <= k
      ? subproof(m, range.lowerBound..<k, whole) + [mth(k..<range.upperBound)]
      : subproof(m, k..<range.upperBound, false) + [mth(range.lowerBound..<k)]
  }
}

private struct TileStore {
  final class Log { var fetched: Set<[Int64]> = [] }

  var tiles: [[Int64]: [MerkleHash]] = [:]
  private let log = Log()
  var fetched: Set<[Int64]> {
    get { log.fetched }
    nonmutating set { log.fetched = newValue }
  }

  mutating func put(_ new: [Tile]) {
    for tile in new { tiles[[Int64(tile.level), tile.index]] = Tile.hashes(from: tile.bytes) }
  }

  func fetch(level: Int, index: Int64) -> [MerkleHash] {
    log.fetched.insert([Int64(level), index])
    return tiles[[Int64(level), index]] ?? []
  }

  func widths(level: Int64) -> [Int] {
    tiles.filter { $0.key[0] == level }.sorted { $0.key[1] < $1.key[1] }.map(\.value.count)
  }
}

// swift-format-ignore: NeverForceUnwrap
private func bytes(hex: String) -> [UInt8] {
  stride(from: 0, to: hex.utf8.count, by: 2).map {
    let start = hex.index(hex.startIndex, offsetBy: $0)
    return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)!
  }
}

// swift-format-ignore: NeverForceUnwrap
private func hash(hex: String) -> MerkleHash { MerkleHash(bytes: bytes(hex: hex))! }

/// Drawn anew for every run; `AMENDS_SEED` replays the one that was printed.
private func newSeed() -> UInt64 {
  ProcessInfo.processInfo.environment["AMENDS_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...UInt64.max)
}
