import Kernel

/// A partner in the process that takes every charge at once: what is left is our own work.
struct InstantPartner: Counterpart {
  let lane: String
  let capabilities = Capabilities(
    replay: .none, query: .byReference(lag: .seconds(10)), cancel: false, statement: .none, notifiesWithin: nil,
    refusals: [], concurrency: 1, ratePerSecond: 1_000_000, timeout: .milliseconds(200))

  static let lanes = ["one", "two", "three", "four"]

  func perform(_ order: Order) async -> Reply { Self.reply(order.reference) }
  func query(_ order: Order) async -> Reply { Reply(.absent) }
  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "not asked")) }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { throw .unsigned }

  /// What both ways write down as the answer.
  static func reply(_ reference: String) -> Reply {
    Reply(
      .done, transaction: "pay-\(reference)", amount: Population.price, currency: "EUR",
      raw: Array(#"{"id":"pay-\#(reference)","status":"succeeded","amount":999,"currency":"EUR"}"#.utf8))
  }
}
