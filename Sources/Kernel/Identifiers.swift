import Store
import Synchronization

/// Row ids: ascending numbers that no two processes share. A process takes them from the database in blocks, so that an
/// insert needs no round trip and new rows stand beside each other on the disk.
final class Identifiers: Sendable {
  static let block: Int64 = 65_536

  private let range = Mutex<Range<Int64>>(0..<0)

  /// `count` ids in a row, or `nil` when the block at hand has not that many left.
  func take(_ count: Int64) -> Range<Int64>? {
    range.withLock { range in
      guard range.upperBound - range.lowerBound >= count else { return nil }
      let taken = range.lowerBound..<range.lowerBound + count
      range = taken.upperBound..<range.upperBound
      return taken
    }
  }

  /// Takes a new block in a transaction of its own: whoever shares the row waits for this only, never for a command.
  func refill(from store: Store, atLeast count: Int64) async throws {
    let size = max(Self.block, count)
    let end = try await store.write { tx in
      try tx.integer("UPDATE identifier SET next = next + \(size) WHERE id = 1 RETURNING next") ?? 0
    }
    // Two refills may come back in the other order: ids never go back, or facts would be placed before sealed ones.
    range.withLock { if end - size >= $0.upperBound { $0 = end - size..<end } }
  }
}

/// Thrown inside a transaction when the ids at hand ran out; the kernel takes more and runs it again.
struct IdentifiersExhausted: Error { let count: Int64 }

/// References that leave the house: 48 bits of milliseconds and 80 random bits in Crockford's base 32 (the ULID layout).
/// Ordered in time, so that their index grows at one end; random, so that a restored backup never repeats one.
enum Reference {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  static func make(at now: Instant, random: () -> UInt64) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(26)
    let milliseconds = UInt64(bitPattern: now.microseconds / 1_000) & ((1 << 50) - 1)
    for shift in stride(from: 45, through: 0, by: -5) {
      out.append(alphabet[Int((milliseconds >> UInt64(shift)) & 31)])
    }
    let (high, low) = (random(), random())
    for shift in stride(from: 35, through: 0, by: -5) { out.append(alphabet[Int((high >> UInt64(shift)) & 31)]) }
    for shift in stride(from: 35, through: 0, by: -5) { out.append(alphabet[Int((low >> UInt64(shift)) & 31)]) }
    return String(decoding: out, as: UTF8.self)
  }
}
