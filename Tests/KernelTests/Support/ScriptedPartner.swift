import Kernel
import Synchronization

/// A partner that answers what the test wrote down for it, and remembers what it was asked.
final class ScriptedPartner: RetrievesTransactions {
  enum Verb: String, Sendable { case perform, query, retrieve, cancel }

  struct Call: Sendable, Equatable {
    var verb: Verb
    var reference: String
  }

  private struct Script {
    var replies: [Verb: [Reply]] = [:]
    var calls: [Call] = []
    var whileCalled: (@Sendable () async -> Void)?
  }

  let lane: String
  let capabilities: Capabilities
  private let script = Mutex(Script())

  init(lane: String = "card", _ capabilities: Capabilities = .proving()) {
    self.lane = lane
    self.capabilities = capabilities
  }

  /// What the next calls are answered with, one after the other; afterwards nobody knows.
  func answers(_ verb: Verb, _ verdicts: Verdict...) {
    script.withLock { $0.replies[verb, default: []] += verdicts.map { Reply($0) } }
  }

  func answers(_ verb: Verb, reply: Reply) { script.withLock { $0.replies[verb, default: []].append(reply) } }

  /// Runs while a call is under way, before its answer.
  func whileCalled(_ body: @escaping @Sendable () async -> Void) { script.withLock { $0.whileCalled = body } }

  var calls: [Call] { script.withLock { $0.calls } }
  func calls(_ verb: Verb) -> Int { calls.count { $0.verb == verb } }

  func perform(_ order: Order) async -> Reply { await answer(.perform, order) }
  func query(_ order: Order) async -> Reply { await answer(.query, order) }
  func cancel(_ order: Order) async -> Reply { await answer(.cancel, order) }
  func retrieve(_ order: Order, transaction: String) async -> Reply { await answer(.retrieve, order) }

  private func answer(_ verb: Verb, _ order: Order) async -> Reply {
    let meanwhile = script.withLock { script in
      script.calls.append(Call(verb: verb, reference: order.reference))
      return script.whileCalled
    }
    await meanwhile?()
    return script.withLock { script in
      guard var list = script.replies[verb], !list.isEmpty else { return Reply(.unknown(reason: "time-out")) }
      let reply = list.removeFirst()
      script.replies[verb] = list
      return reply
    }
  }

  /// A notification of this partner is `event|reference|transaction|word|code`, an empty field standing for none.
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] {
    guard message.headers["signature"] == "good" else { throw .badSignature }
    let fields = String(decoding: message.body, as: UTF8.self)
      .split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 5 else { throw .unreadable("five fields") }
    func field(_ index: Int) -> String? { fields[index].isEmpty ? nil : fields[index] }
    return [
      Testimony(
        eventID: fields[0], reference: field(1), transaction: field(2), kind: "charge",
        verdict: Verdict(word: fields[3], code: field(4)), amount: nil, currency: nil, occurredAt: now)
    ]
  }

  static func message(
    _ event: String, _ reference: String?, _ transaction: String? = nil, _ word: String, code: String = "",
    signature: String = "good"
  ) -> InboundMessage {
    let body = "\(event)|\(reference ?? "")|\(transaction ?? "")|\(word)|\(code)"
    return InboundMessage(headers: ["signature": signature], body: Array(body.utf8))
  }
}

extension Capabilities {
  /// A partner that can be asked after `lag`; what else it can prove, the test says.
  static func proving(
    replay: Replay = .none, query: Query = .byReference(lag: .minutes(2)), cancel: Bool = false,
    statement: Statement = .none, notifiesWithin: Span? = .seconds(30), ratePerSecond: Int = 10_000
  ) -> Capabilities {
    Capabilities(
      replay: replay, query: query, cancel: cancel, statement: statement, notifiesWithin: notifiesWithin,
      refusals: ["declined"], concurrency: 1, ratePerSecond: ratePerSecond)
  }
}
