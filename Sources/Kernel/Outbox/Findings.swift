/// What a query found: the one answer that the protocol asks for, and every effect under the reference. A partner that
/// ignores our key may hold two captures for one order, and both must be known to be given back.
public struct Findings: Sendable, Equatable {
  /// The weightiest of what was found: done before pending before refused, the earliest first.
  public var reply: Reply
  /// One testimony for each effect under the reference, the reply's own included.
  public var testimonies: [Testimony]

  public init(_ reply: Reply, _ testimonies: [Testimony] = []) {
    self.reply = reply
    self.testimonies = testimonies
  }

  /// The reply for several effects; `nil` when there is none. `found` is in the order in which they were made.
  public static func of(_ found: [(reply: Reply, testimony: Testimony)]) -> Findings? {
    let first = found.enumerated().min { a, b in (a.element.reply.rank, a.offset) < (b.element.reply.rank, b.offset) }
    guard let first else { return nil }
    return Findings(first.element.reply, found.map(\.testimony))
  }
}

/// A counterpart whose query can find several effects under one reference.
public protocol FindsEveryEffect: Counterpart {
  func findAll(_ order: Order) async -> Findings
}

extension FindsEveryEffect {
  public func query(_ order: Order) async -> Reply { await findAll(order).reply }
}

/// A counterpart that can also be asked by its own id of a transaction, once that id is known from an answer.
public protocol RetrievesTransactions: Counterpart {
  func retrieve(_ order: Order, transaction: String) async -> Reply
}

extension Reply {
  /// Money that moved, or still may, outweighs everything else.
  fileprivate var rank: Int {
    switch verdict {
    case .done: 0
    case .pending: 1
    case .unknown, .reversed, .restored: 2
    case .cancelled, .refused: 3
    case .notSent, .absent: 4
    }
  }
}
