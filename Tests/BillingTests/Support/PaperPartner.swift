import Billing
import Kernel
import Synchronization

/// A payment partner that does what it is asked, unless the test wrote down another answer for the next orders of a kind.
final class PaperPartner: HostsMethodPages {
  private struct Script {
    var replies: [String: [Reply]] = [:]
    var found: [Reply] = []
    var orders: [(order: Order, at: Instant)] = []
    var opened: [MethodPageRequest] = []
    var opening: MethodPageOpening = .opened(page: "page-1", url: "https://pay.example/page-1")
    var chosen: ChosenMethod = .nothing
  }

  let lane: String
  let capabilities: Capabilities
  private let now: @Sendable () -> Instant
  private let script = Mutex(Script())

  init(lane: String, _ capabilities: Capabilities, now: @escaping @Sendable () -> Instant) {
    self.lane = lane
    self.capabilities = capabilities
    self.now = now
  }

  /// The answers to the next orders of `kind`; afterwards everything is done.
  func answers(_ kind: String = "charge", _ verdicts: Verdict...) {
    script.withLock { $0.replies[kind, default: []] += verdicts.map { Reply($0) } }
  }

  func answers(_ kind: String = "charge", replies: Reply...) {
    script.withLock { $0.replies[kind, default: []] += replies }
  }

  /// The answers to the next questions; afterwards nobody knows.
  func finds(_ replies: Reply...) { script.withLock { $0.found += replies } }

  func orders(_ kind: String = "charge") -> [(order: Order, at: Instant)] {
    script.withLock { $0.orders }.filter { $0.order.kind == kind }
  }

  // MARK: - its page for subscribers

  let methodPageOrigin: String? = "https://pay.example"
  /// The pages that it was asked for.
  var opened: [MethodPageRequest] { script.withLock { $0.opened } }
  func opens(_ opening: MethodPageOpening) { script.withLock { $0.opening = opening } }
  func chooses(_ chosen: ChosenMethod) { script.withLock { $0.chosen = chosen } }

  func openMethodPage(_ request: MethodPageRequest) async -> MethodPageOpening {
    script.withLock { script in
      script.opened.append(request)
      return script.opening
    }
  }

  func chosenMethod(on page: String) async -> ChosenMethod { script.withLock { $0.chosen } }

  func perform(_ order: Order) async -> Reply {
    let now = now()
    return script.withLock { script in
      script.orders.append((order, now))
      guard var list = script.replies[order.kind], !list.isEmpty else {
        return Reply(.done, transaction: "t-\(order.reference)")
      }
      let reply = list.removeFirst()
      script.replies[order.kind] = list
      return reply
    }
  }

  func query(_ order: Order) async -> Reply {
    script.withLock { $0.found.isEmpty ? Reply(.unknown(reason: "time-out")) : $0.found.removeFirst() }
  }

  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "cannot cancel")) }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { [] }
}
