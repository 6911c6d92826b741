import Kernel
import Testing

@testable import Simulator

@Suite("Seeded randomness and order")
struct RandomTests {
  @Test("SplitMix64 gives the numbers of its reference implementation for seed 1234567")
  func splitMix() {
    var generator = SplitMix64(seed: 1_234_567)
    let numbers = (0..<5).map { _ in generator.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
      ])
  }

  @Test("A request's numbers follow from seed, reference and how often it was asked, and from nothing else")
  func draws() {
    func bits(_ seed: UInt64, _ reference: String, _ asked: Int32) -> UInt64 {
      Draws(seed: seed, .charge, reference, asked: asked).bits(.lose)
    }
    #expect(bits(1, "a", 1) == bits(1, "a", 1))
    let all = [bits(1, "a", 1), bits(2, "a", 1), bits(1, "b", 1), bits(1, "a", 2)]
    #expect(Set(all).count == 4)
    #expect(Draws(seed: 1, .refund, "a", asked: 1).bits(.lose) != bits(1, "a", 1))
  }

  @Test("A thousand insertions in any order come out sorted, and equal times in the order they went in")
  func heap() {
    struct Item: Comparable {
      var at: Int
      var order: Int
      static func < (a: Item, b: Item) -> Bool { (a.at, a.order) < (b.at, b.order) }
    }
    var generator = SplitMix64(seed: 42)
    var heap = MinHeap<Item>()
    var items: [Item] = []
    for order in 0..<1_000 {
      let item = Item(at: Int.random(in: 0..<100, using: &generator), order: order)
      items.append(item)
      heap.insert(item)
    }
    var out: [Item] = []
    while let item = heap.removeFirst() { out.append(item) }
    #expect(out == items.sorted())
    #expect(heap.first == nil)
  }
}
