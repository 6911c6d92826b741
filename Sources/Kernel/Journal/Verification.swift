import Crypto
import Foundation
import Store

/// What a verification found: `amends journal verify`, or the console's (`JournalVerifier`).
public struct JournalReport: Sendable, Equatable {
  public enum Problem: Sendable, Equatable, CustomStringConvertible {
    case altered(fact: FactNumber)
    case removed(fact: FactNumber)
    case inserted(fact: FactNumber)
    case tree(String)

    public var description: String {
      switch self {
      case .altered(let fact): "Fact \(fact) was altered after it was sealed."
      case .removed(let fact): "Fact \(fact) was removed after it was sealed."
      case .inserted(let fact): "Fact \(fact) was inserted among facts that were sealed without it."
      case .tree(let what): what
      }
    }
  }

  public var sealed: Int64 = 0
  public var unsealed: Int64 = 0
  public var checkpoints = 0
  public var problems: [Problem] = []
  /// Problems beyond this number are counted, not listed.
  public static let limit = 1_000
  public var unlisted = 0

  mutating func found(_ problem: Problem) {
    if problems.count < Self.limit { problems.append(problem) } else { unlisted += 1 }
  }
}

extension Journal {
  /// Reads every fact again, in pages, and compares it with the tree, and the tree with every signed checkpoint.
  /// - Parameter progress: called with how many facts were read, of how many.
  /// - Throws: `CancellationError` where its task was cancelled, between two pages.
  public func verify(progress: @Sendable (Int64, Int64) -> Void = { _, _ in }) async throws -> JournalReport {
    var report = JournalReport()
    let size = try await kernel.store.read { tx in try tx.integer("SELECT size FROM journal_head WHERE one = 1") ?? 0 }
    report.sealed = size
    var cursor = Place(epoch: -1, id: -1)
    var builder = TileBuilder()
    var seals = try await self.seals(after: 0)

    var tileIndex: Int64 = 0
    var last = Place(epoch: -1, id: -1)
    while tileIndex * Int64(Tile.width) < size {
      try Task.checkCancellation()
      let index = tileIndex
      let (places, hashes) = try await kernel.store.read { tx in
        let places = try tx.row("SELECT facts FROM journal_place WHERE n = \(index)")?.blob("facts") ?? []
        return (Place.read(places), try Self.tile(0, index, in: tx))
      }
      let width = Int(min(Int64(Tile.width), size - tileIndex * Int64(Tile.width)))
      guard places.count >= width, hashes.count >= width else {
        report.found(.tree("Page \(tileIndex) of the tree is missing or cut short."))
        break
      }
      let expected = Array(zip(places, hashes).prefix(width))
      try await compare(expected, from: &cursor, into: &report)
      last = expected.last?.0 ?? last

      // The tree is built again from its leaves and held against every checkpoint on the way.
      var leaves = expected.map(\.1)
      while let seal = seals.first, seal.size <= tileIndex * Int64(Tile.width) + Int64(width) {
        let part = Int(seal.size - builder.size)
        _ = builder.append(leaves.prefix(part))
        leaves.removeFirst(part)
        check(seal, builder, into: &report)
        seals.removeFirst()
        if seals.isEmpty { seals = try await self.seals(after: seal.size) }
      }
      _ = builder.append(leaves)
      tileIndex += 1
      progress(min(size, tileIndex * Int64(Tile.width)), size)
    }
    // A checkpoint over more facts than the head admits to: the end was cut off, and the head set back. Both are looked up
    // in one snapshot, because a sealer that works meanwhile moves both.
    let (end, beyond) = try await kernel.store.read { tx in
      let end = try tx.integer("SELECT size FROM journal_head WHERE one = 1") ?? 0
      let seals = try tx.rows("SELECT size FROM journal_seal WHERE size > \(end) ORDER BY size LIMIT 1000")
      return (end, try seals.map { try $0.integer("size") })
    }
    for size in beyond {
      report.found(.tree("A signed checkpoint stands for \(size) facts, but the journal ends at \(end)."))
    }
    if report.checkpoints == 0 && size > 0 { report.found(.tree("No checkpoint stands for \(size) sealed facts.")) }
    try await checkUpperTiles(size: size, root: builder.root, into: &report)
    report.unsealed = try await kernel.store.read { [last] tx in
      try tx.integer("SELECT count(*) FROM fact WHERE (epoch, id) > (\(last.epoch), \(last.id))") ?? 0
    }
    return report
  }

  private struct Seal: Sendable {
    let size: Int64
    let checkpoint: String
  }

  private func seals(after size: Int64) async throws -> [Seal] {
    try await kernel.store.read { tx in
      try tx.rows("SELECT size, checkpoint FROM journal_seal WHERE size > \(size) ORDER BY size LIMIT 1000").map {
        Seal(size: try $0.integer("size"), checkpoint: try $0.text("checkpoint"))
      }
    }
  }

  /// Walks the facts up to the last of `expected` and names what does not fit.
  private func compare(
    _ expected: [(Place, MerkleHash)], from cursor: inout Place, into report: inout JournalReport
  ) async throws {
    var rest = expected[...]
    while let (end, _) = rest.last {
      let start = cursor
      let page = try await kernel.store.read { tx in
        try tx.rows(
          """
          SELECT epoch, id, at, kind, subject, actor, body FROM fact
          WHERE (epoch, id) > (\(start.epoch), \(start.id)) AND (epoch, id) <= (\(end.epoch), \(end.id))
          ORDER BY epoch, id LIMIT 1024
          """
        ).map(SealedFact.init)
      }
      for fact in page {
        while let (place, _) = rest.first, place < fact.place {
          report.found(.removed(fact: place.number))
          rest.removeFirst()
        }
        if let (place, hash) = rest.first, place == fact.place {
          if fact.leaf.leafHash != hash { report.found(.altered(fact: place.number)) }
          rest.removeFirst()
        } else {
          report.found(.inserted(fact: fact.place.number))
        }
        cursor = fact.place
      }
      if page.count < 1024 {
        for (place, _) in rest { report.found(.removed(fact: place.number)) }
        rest = []
        cursor = end
      }
    }
  }

  private func check(_ seal: Seal, _ builder: TileBuilder, into report: inout JournalReport) {
    report.checkpoints += 1
    do {
      let checkpoint = try Checkpoint.verified(seal.checkpoint, by: key.publicKey)
      if checkpoint.size != seal.size || checkpoint.root != builder.root {
        report.found(.tree("The tree of the first \(seal.size) facts is not the one that was signed."))
      }
    } catch { report.found(.tree("The checkpoint of \(seal.size) facts does not hold: \(error)")) }
  }

  /// The stored upper levels must give the root that the leaves give: receipts are made from them.
  private func checkUpperTiles(size: Int64, root: MerkleHash, into report: inout JournalReport) async throws {
    guard size > 0, report.problems.isEmpty else { return }
    let stored = try await kernel.store.read { tx in
      try? Tiles.root(size: size) { level, index in try Self.tile(level, index, in: tx) }
    }
    if stored != root { report.found(.tree("The stored upper levels of the tree do not fit its leaves.")) }
  }
}

extension Journal {
  /// A proof that a fact is in the journal, which anybody can check offline.
  /// - Throws: `Refusal` where there is no such fact, or it is not sealed yet.
  public func receipt(for fact: FactNumber) async throws -> Receipt {
    let publicKey = key.publicKey
    return try await kernel.store.read { tx in
      let row = try tx.row(
        """
        SELECT epoch, id, at, kind, subject, actor, body FROM fact WHERE epoch = \(fact.epoch) AND id = \(fact.id)
        """)
      guard let found = try row.map(SealedFact.init) else {
        throw Refusal(.missing, "noFact", "There is no fact \(fact).")
      }
      guard let seal = try tx.row("SELECT size, checkpoint FROM journal_seal ORDER BY size DESC LIMIT 1"),
        let leaf = try Self.leafIndex(of: found.place, size: try seal.integer("size"), in: tx)
      else { throw Refusal(.conflict, "notSealed", "Fact \(fact) is not sealed yet; try again in a minute.") }
      let size = try seal.integer("size")
      let path = try Tiles.inclusionProof(of: leaf, size: size) { level, index in try Self.tile(level, index, in: tx) }
      return Receipt(
        fact: found.leaf, leafIndex: leaf, treeSize: size, path: path, checkpoint: try seal.text("checkpoint"),
        publicKey: publicKey)
    }
  }

  /// Finds a fact's leaf by halving: pages of places are in order.
  private static func leafIndex(of place: Place, size: Int64, in tx: Transaction) throws -> Int64? {
    var low: Int64 = 0
    var high = (size - 1) / Int64(Tile.width)
    while low <= high {
      let middle = (low + high) / 2
      let places = Place.read(try tx.row("SELECT facts FROM journal_place WHERE n = \(middle)")?.blob("facts") ?? [])
      guard let first = places.first, let last = places.last else { return nil }
      if place < first {
        high = middle - 1
      } else if last < place {
        low = middle + 1
      } else {
        return places.firstIndex(of: place).map { middle * Int64(Tile.width) + Int64($0) }
      }
    }
    return nil
  }
}
