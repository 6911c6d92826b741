import Crypto
import Foundation
import Store

/// The journal: facts that are only ever added, and a Merkle tree over them (RFC 6962, section 2.1).
///
/// Writers do not wait for each other: a fact carries its transaction's `epoch`, and the sealer takes facts in the order
/// (epoch, id) as far as every older transaction has ended. What is sealed can be proved and not changed unseen.
public struct Journal: Sendable {
  let kernel: Kernel
  let key: Curve25519.Signing.PrivateKey
  /// Names this log in its checkpoints (C2SP tlog-checkpoint, "origin").
  let origin: String

  /// When a receipt's checkpoint was signed; nil where it was not signed with our key.
  public func sealedAt(_ receipt: Receipt) -> Instant? {
    (try? Checkpoint.verified(receipt.checkpoint, by: key.publicKey))?.time
  }

  /// Facts sealed in one transaction.
  public static let batch = 8_192

  public init(kernel: Kernel, key: Curve25519.Signing.PrivateKey, origin: String) {
    self.kernel = kernel
    self.key = key
    self.origin = origin
  }

  /// What checkpoints are verified with, as base64 of its 32 bytes.
  public var publicKey: String { key.publicKey.rawRepresentation.base64EncodedString() }

  private static let columns: [Column] = [
    .integer("id"), .integer("epoch"), .integer("at"), .text("kind"), .text("subject"), .text("actor"), .text("body"),
  ]

  /// 0, but where the database was restored into a cluster that had counted less far.
  static let shift: SQL = "(SELECT shift FROM journal_shift WHERE one = 1)"

  static func append(_ facts: [any Fact], in change: Change) throws {
    guard !facts.isEmpty else { return }
    let epoch = try change.tx.integer("SELECT \(.epoch) + \(Self.shift)") ?? 0
    let ids = try change.ids(facts.count)
    let actor = change.actor.description
    try change.tx.insert(
      into: "fact", columns,
      rows: zip(ids, facts).map { id, fact in
        [
          .integer(id), .integer(epoch), change.now.sqlValue, .text(type(of: fact).kind), .text(fact.subject),
          .text(actor), .text(fact.body.json),
        ]
      })
  }

  /// Seals the next facts. Any number of processes may call it; one at a time does it. Facts are read and hashed outside the
  /// transaction that seals them: what a snapshot shows below its horizon never changes, and writers do not wait for hashing.
  /// - Returns: how many were sealed; 0 also when another process was faster.
  public func seal() async throws -> Int {
    let (head, facts) = try await kernel.store.read { tx in
      guard let row = try tx.row("SELECT size, epoch, id FROM journal_head WHERE one = 1") else {
        return (nil as Head?, [SealedFact]())
      }
      let head = try Head(row)
      return (head, try SealedFact.page(after: (head.epoch, head.id), below: true, limit: Self.batch, in: tx))
    }
    guard let head, let last = facts.last else { return 0 }
    let hashes = facts.map(\.leaf.leafHash)
    return try await kernel.change(by: .system("journal"), canRepeat: true) { [key, origin] change in
      let tx = change.tx
      let now = try tx.row("SELECT size, epoch, id FROM journal_head WHERE one = 1 \(.skipLocked)").map(Head.init)
      guard now == head else { return 0 }
      var builder = try TileBuilder(size: head.size) { level, index in try Self.tile(level, index, in: tx) }
      let tiles = builder.append(hashes)
      let checkpoint = try Checkpoint(origin: origin, size: builder.size, root: builder.root, time: change.now)
      try Self.save(tiles, in: tx)
      try Self.save(places: facts, from: head.size, in: tx)
      try tx.execute(
        """
        INSERT INTO journal_seal (size, first, at, checkpoint)
        VALUES (\(builder.size), \(head.size), \(change.now), \(try checkpoint.signed(with: key)))
        """)
      try tx.execute(
        "UPDATE journal_head SET size = \(builder.size), epoch = \(last.epoch), id = \(last.leaf.id) WHERE one = 1")
      return facts.count
    }
  }

  /// How many facts are sealed, and the last of them.
  private struct Head: Equatable, Sendable {
    let size: Int64
    let epoch: Int64
    let id: Int64

    init(_ row: Row) throws {
      size = try row.integer("size")
      epoch = try row.integer("epoch")
      id = try row.integer("id")
    }
  }

  static func tile(_ level: Int, _ index: Int64, in tx: Transaction) throws -> [MerkleHash] {
    let row = try tx.row("SELECT hashes FROM journal_tile WHERE level = \(level) AND n = \(index)")
    return try row.flatMap { Tile.hashes(from: try $0.blob("hashes")) } ?? []
  }

  private static func save(_ tiles: [Tile], in tx: Transaction) throws {
    try tx.insert(
      into: "journal_tile", [.integer("level"), .integer("n"), .blob("hashes")],
      rows: tiles.map { [.integer(Int64($0.level)), .integer($0.index), .blob($0.bytes)] },
      onConflict: .replace(key: ["level", "n"]))
  }

  /// Which fact stands at which leaf: 16 bytes each (epoch, id), in pages as wide as a tile, so that a fact that was
  /// taken away can be named.
  private static func save(places facts: [SealedFact], from size: Int64, in tx: Transaction) throws {
    var pages: [Int64: [UInt8]] = [:]
    for (offset, fact) in facts.enumerated() {
      let page = (size + Int64(offset)) / Int64(Tile.width)
      if pages[page] == nil, size > page * Int64(Tile.width) {
        pages[page] = try tx.row("SELECT facts FROM journal_place WHERE n = \(page)")?.blob("facts")
      }
      pages[page, default: []] += Place(epoch: fact.epoch, id: fact.leaf.id).bytes
    }
    try tx.insert(
      into: "journal_place", [.integer("n"), .blob("facts")],
      rows: pages.sorted { $0.key < $1.key }.map { [.integer($0.key), .blob($0.value)] },
      onConflict: .replace(key: ["n"]))
  }
}

/// A fact's place in the order of sealing.
struct Place: Hashable, Comparable {
  var epoch: Int64
  var id: Int64

  static let width = 16

  var number: FactNumber { FactNumber(epoch: epoch, id: id) }

  static func < (a: Place, b: Place) -> Bool { (a.epoch, a.id) < (b.epoch, b.id) }

  var bytes: [UInt8] {
    withUnsafeBytes(of: epoch.bigEndian) { Array($0) } + withUnsafeBytes(of: id.bigEndian) { Array($0) }
  }

  static func read(_ bytes: [UInt8]) -> [Place] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / width).map {
        Place(
          epoch: Int64(bigEndian: raw.loadUnaligned(fromByteOffset: $0 * width, as: Int64.self)),
          id: Int64(bigEndian: raw.loadUnaligned(fromByteOffset: $0 * width + 8, as: Int64.self)))
      }
    }
  }
}

/// A fact as it stands in the database.
struct SealedFact {
  var epoch: Int64
  var leaf: FactLeaf

  var place: Place { .init(epoch: epoch, id: leaf.id) }

  init(_ row: Row) throws {
    epoch = try row.integer("epoch")
    leaf = FactLeaf(
      id: try row.integer("id"), at: try row.integer("at"), kind: try row.text("kind"),
      subject: try row.text("subject"), actor: try row.text("actor"), body: try row.text("body"))
  }

  /// The next facts in the order of sealing.
  /// - Parameter below: only what no running transaction can still get in front of.
  static func page(
    after position: (epoch: Int64, id: Int64), below: Bool, limit: Int, in tx: Transaction
  ) throws -> [SealedFact] {
    let horizon: SQL = below ? "AND epoch < \(.horizon) + \(Journal.shift)" : ""
    return try tx.rows(
      """
      SELECT epoch, id, at, kind, subject, actor, body FROM fact
      WHERE (epoch, id) > (\(position.epoch), \(position.id)) \(horizon) ORDER BY epoch, id LIMIT \(limit)
      """
    ).map(SealedFact.init)
  }

  /// The facts behind one place, up to and including another, in the order of sealing.
  static func page(
    after position: (epoch: Int64, id: Int64), upTo end: (epoch: Int64, id: Int64), limit: Int, in tx: Transaction
  ) throws -> [SealedFact] {
    try tx.rows(
      """
      SELECT epoch, id, at, kind, subject, actor, body FROM fact
      WHERE (epoch, id) > (\(position.epoch), \(position.id)) AND (epoch, id) <= (\(end.epoch), \(end.id))
      ORDER BY epoch, id LIMIT \(limit)
      """
    ).map(SealedFact.init)
  }
}
