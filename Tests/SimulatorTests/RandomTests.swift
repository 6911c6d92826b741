import Testing

@testable import Simulator

@Suite("Seeded randomness and order")
struct RandomTests {
  @Test("SplitMix64 gives the numbers of its reference implementation")
  func splitMix() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.next() == 9_817_491_932_198_370_423)
  }
}
