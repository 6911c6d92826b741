import HTTPTypes
import Hummingbird
import Kernel
import Store

/// One request on its way through an endpoint: who asks, what for, and the ways to read and to act.
package struct APICall: Sendable {
  package let endpoint: APIEndpoint
  package let kernel: Kernel
  package let identity: Identity
  /// As they were asked for; held against the endpoint's declaration.
  let path: [String: String]
  let query: [String: JSON]
  let key: String?

  package var now: Instant { kernel.world.now() }

  /// A number in the path. What is none is nothing's number.
  package func id(_ name: String = "id") throws(APIProblem) -> Int64 {
    guard let text = path[name], Pattern.id.fits(text), let id = Int64(text) else { throw .notFound() }
    return id
  }

  /// A name in the path.
  package func name(_ name: String) throws(APIProblem) -> String {
    guard let text = path[name] else { throw .notFound() }
    return text
  }

  package func text(_ name: String) -> String? { if case .text(let text) = query[name] { text } else { nil } }
  package func flag(_ name: String) -> Bool? { if case .flag(let flag) = query[name] { flag } else { nil } }
  package func number(_ name: String) -> Int64? { if case .integer(let number) = query[name] { number } else { nil } }
  /// A parameter that names something of ours by its number.
  package func idParameter(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }

  // MARK: - Lists

  package var limit: Int { number("limit").map(Int.init) ?? PageLimits.standard }
  /// What a list asks the database for: one more than it shows says whether there is a next page.
  package var rows: Int { limit + 1 }

  /// The key behind which the page begins; nil: at the start.
  package func after(keys: Int = 1) throws(APIProblem) -> [Int64]? {
    guard let text = text("cursor") else { return nil }
    guard let cursor = Cursor(text, of: endpoint.name, keys: keys) else {
      throw APIProblem(Self.badCursor)
    }
    return cursor.key
  }

  static let badCursor = Refusal(
    .invalid, "badCursor", "It is no cursor of this list: take `next` of the page before as it is.")

  // MARK: - Reading and acting

  /// Reads on one snapshot.
  package func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await kernel.store.read(body)
  }

  /// Performs a command once for the request's key, as the account that asks. What is answered is made and kept in the same
  /// transaction: sent again, the request gets the same answer.
  package func perform<C: Command, Answer: Codable & Sendable>(
    _ command: C, answering: @escaping @Sendable (C.Output, Change) throws -> Answer
  ) async throws -> Answer {
    guard let key else { throw APIProblem.notFound() }
    return try await kernel.perform(
      command, by: identity.actor, key: Self.key(key, of: identity.account), answering: answering)
  }

  /// A key belongs to its account: nobody meets, or learns of, another's.
  static func key(_ key: String, of account: Int64) -> String { "\(ForgetAnswers.keys)\(account)/\(key)" }
}
