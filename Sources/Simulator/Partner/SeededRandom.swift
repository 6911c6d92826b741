import Kernel

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): 64 bits of state,
/// passes BigCrush, and its n-th number can be had without the ones before it.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15
  var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= Self.gamma
    return Self.mix(state)
  }

  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The random numbers of one request.
///
/// Each purpose reads its own position of a SplitMix64 stream that starts at hash(seed, operation, reference, how often asked
/// before). So what happens to a request depends neither on the other requests nor on the order in which threads come.
struct Draws {
  enum Operation: UInt64 { case charge = 1, refund, giveBack, query, cancel, statement }

  enum Purpose: UInt64 {
    case transaction = 1, down, before, decline, declineCode, fault, latency, lateBy, later, laterBy
    case lose, delay, double, doubleAfter, reorder, reorderBy, bare
    case statementLine, statementDays, withheld, torn, tornAt, returned, returnedAfter
    case queryFails, progress, progressDelay, twice, twiceTransaction, changesMind, changesMindAfter
  }

  private let origin: UInt64

  init(seed: UInt64, _ operation: Operation, _ reference: String, asked ordinal: Int32) {
    // FNV-1a, 64 bits (draft-eastlake-fnv): quick on short keys; `mix` then spreads it.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in reference.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let request = operation.rawValue << 32 | UInt64(UInt32(bitPattern: ordinal))
    origin = SplitMix64.mix(SplitMix64.mix(seed &+ hash) &+ request &* SplitMix64.gamma)
  }

  func bits(_ purpose: Purpose) -> UInt64 { SplitMix64.mix(origin &+ SplitMix64.gamma &* purpose.rawValue) }

  /// Uniform in 0..<1.
  func unit(_ purpose: Purpose) -> Double { Double(bits(purpose) >> 11) * 0x1p-53 }

  func happens(_ purpose: Purpose, _ probability: Double) -> Bool { probability > 0 && unit(purpose) < probability }

  func span(_ purpose: Purpose, in spread: Spread) -> Span {
    let width = spread.max.microseconds - spread.min.microseconds
    guard width > 0 else { return spread.min }
    return Span(microseconds: spread.min.microseconds + Int64(unit(purpose) * Double(width)))
  }

  func integer(_ purpose: Purpose, in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(unit(purpose) * Double(range.count))
  }
}
