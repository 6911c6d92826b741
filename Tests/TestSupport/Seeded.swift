import Foundation

/// SplitMix64 (Steele, Lea, Flood 2014): a run is its seed.
public struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  public init(_ seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// `AMENDS_TEST_SEED` replays a run.
  public static func fresh() -> UInt64 {
    ProcessInfo.processInfo.environment["AMENDS_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
  }
}
