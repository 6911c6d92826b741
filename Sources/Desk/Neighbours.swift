import Kernel
import Store
import Web

/// What the desk asks of the parts that it does not know: `Server` wires it.
package struct DeskNeighbours: Sendable {
  /// The names of accounts.
  package var people: @Sendable (Transaction, Set<Int64>) throws -> [Int64: String]
  /// Of subjects such as `obligation:42` and `customer:7`: whose they are. They are people, so only those see it who may look
  /// at subscribers.
  package var subjects: @Sendable (Transaction, Set<String>) throws -> [String: NamedLink]
  /// What waits for a person in other parts, beside effects and messages.
  package var waiting: [WaitingSource]
  /// Fields of facts that name a subject: `customer` with 42 is `customer:42`.
  package var subjectFields: Set<String>

  package init(
    people: @escaping @Sendable (Transaction, Set<Int64>) throws -> [Int64: String] = { _, _ in [:] },
    subjects: @escaping @Sendable (Transaction, Set<String>) throws -> [String: NamedLink] = { _, _ in [:] },
    waiting: [WaitingSource] = [], subjectFields: Set<String> = []
  ) {
    self.people = people
    self.subjects = subjects
    self.waiting = waiting
    self.subjectFields = subjectFields
  }
}

/// One thing that waits for a person.
package struct WaitingItem: Sendable {
  /// `charge`, `refund`, `mail`: an effect; `stuck`, `unmatched`: messages of partners; or what a part says.
  package var kind: String
  package var id: Int64
  /// Whose it is: `obligation:42`.
  package var subject: String?
  package var lane: String
  package var reference: String?
  /// Why no machine moves it: a code of the partner or of the outbox.
  package var code: String?
  /// Of messages: how many.
  package var count: Int
  package var amount: Amount?
  package var owner: String
  package var deadline: Instant
  /// Where it is acted upon, if not on a page of the desk.
  package var href: String?

  package init(
    kind: String, id: Int64, subject: String? = nil, lane: String, reference: String? = nil, code: String? = nil,
    count: Int = 1, amount: Amount? = nil, owner: String, deadline: Instant, href: String? = nil
  ) {
    self.kind = kind
    self.id = id
    self.subject = subject
    self.lane = lane
    self.reference = reference
    self.code = code
    self.count = count
    self.amount = amount
    self.owner = owner
    self.deadline = deadline
    self.href = href
  }
}

/// Where things that wait are found, in the order of (deadline, id).
package struct WaitingSource: Sendable {
  /// The next ones after a place in that order.
  package struct Window: Sendable {
    package var now: Instant
    package var afterDeadline: Int64
    package var afterID: Int64
    package var owner: String?
    package var limit: Int
  }

  /// What it finds are things of this kind.
  package var kind: String
  package var next: @Sendable (Transaction, Window) throws -> [WaitingItem]

  package init(kind: String, next: @escaping @Sendable (Transaction, Window) throws -> [WaitingItem]) {
    self.kind = kind
    self.next = next
  }
}
