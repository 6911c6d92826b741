import Kernel
import Store
import TestSupport
import Testing

@Suite("What several testimonies come to")
struct EvidenceOrderTests {
  /// Each set of words about one charge, and the state that all its orders must give.
  static let sets: [([String], EffectState)] = [
    (["pending", "unknown", "done"], .done),
    (["pending", "refused", "unknown"], .refused),
    (["refused", "done", "pending", "unknown"], .done),
    (["cancelled", "done", "unknown"], .done),
    (["done", "done", "refused"], .done),
    (["unknown", "pending", "pending"], .pending),
    (["absent", "pending", "unknown"], .pending),
  ]

  @Test("does not depend on their order, one by one or together", arguments: TestEngine.available, [true, false])
  func permutations(engine: TestEngine, oneByOne: Bool) async throws {
    try await House.open(on: engine) { house in
      var expected: [(reference: String, order: [String], state: EffectState)] = []
      for (words, state) in Self.sets {
        for order in Self.permutations(of: words) {
          expected.append(("r\(expected.count)", order, state))
        }
      }
      try await house.enqueue(expected.map(\.reference))
      for _ in expected { house.partner.answers(.perform, .unknown(reason: "time-out")) }
      try await house.send()
      // The first word of each, then the second: every message in a transaction of its own, or all in one.
      for place in 0..<4 {
        for (reference, order, _) in expected where place < order.count {
          try await house.receive(ScriptedPartner.message("\(reference)/\(place)", reference, "t", order[place]))
        }
        if oneByOne { try await house.apply() }
      }
      try await house.apply()
      for (reference, order, state) in expected {
        let found = try await house.state(reference)
        #expect(found == state, "\(order.joined(separator: ", "))")
      }
    }
  }

  private static func permutations(of words: [String]) -> [[String]] {
    guard words.count > 1 else { return [words] }
    var all: Set<[String]> = []
    for (index, word) in words.enumerated() {
      var rest = words
      rest.remove(at: index)
      for order in permutations(of: rest) { all.insert([word] + order) }
    }
    return all.sorted { $0.joined() < $1.joined() }
  }

  @Test("never falls behind what was known: nothing opens again what is over", arguments: TestEngine.available)
  func neverBack(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .done)
      try await house.send()
      for word in ["pending", "unknown", "refused", "cancelled", "absent"] {
        try await house.receive(ScriptedPartner.message("late/\(word)", "r1", nil, word))
        try await house.apply()
        let standing = try await house.standing("r1")
        #expect(standing.state == .done && standing.nextAt == nil, "after \(word)")
      }
    }
  }
}
