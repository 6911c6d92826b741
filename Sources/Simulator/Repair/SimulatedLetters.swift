import Kernel
import Store

/// Letters of apology, as far as a simulation needs them: most people get theirs, some have no address that works.
struct SimulatedLetters: Remedy {
  static let kind = "letters"
  let name = "letters"
  let words = "Tell them what happened"
  let basis = RemedyBasis.words
  let tells = true
  let seed: UInt64
  let hardToReach: Double

  func begin(_ orders: [RemedyOrder], in change: Change) throws -> [RemedyStart] {
    orders.map { isReached($0.person) ? .done(evidence: "letter", amount: 0) : .impossible("noAddress") }
  }

  func ended() -> SQL { "SELECT 0 AS reference, 'done' AS outcome, '' AS evidence WHERE 1 = 0" }

  private func isReached(_ person: String) -> Bool { Self.share(person, seed) >= hardToReach }

  /// 0…1, always the same for a text.
  static func share(_ text: String, _ seed: UInt64) -> Double {
    let mixed = text.utf8.reduce(seed) { SplitMix64.mix(($0 &+ UInt64($1)) &* 0x100_0000_01B3) }
    return Double(mixed >> 11) / Double(1 << 53)
  }
}
