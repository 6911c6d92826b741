import Kernel
import Store

/// A program begins to listen, from the events on that are sealed next.
package struct AddWebhook: Command {
  package static let name = "addWebhook"
  package static let allowed: Set<Actor.Role> = [.operator]
  static let mostTypes = 50

  package var url: String
  package var types: Set<String>
  package var tests: Bool

  /// - Parameter types: empty: all of them, and those that will come.
  package init(url: String, types: Set<String>, tests: Bool) {
    self.url = url
    self.types = types
    self.tests = tests
  }

  /// Refuses types that do not exist: whoever misspells one would wait for ever.
  package func checked(known: [Announcer.Kind]) throws(Refusal) -> AddWebhook {
    let names = Set(known.map(\.name))
    if let unknown = types.subtracting(names).sorted().first {
      throw Refusal(
        .invalid, "unknownType",
        "There is no event \(unknown.prefix(60)). There are: \(names.sorted().joined(separator: ", ")).")
    }
    return self
  }

  package func run(in change: Change) throws -> Int64 {
    let url = try EndpointURL(url)
    guard types.count <= Self.mostTypes, types.allSatisfy(Self.isType) else {
      throw Refusal(.invalid, "unknownType", "An event’s type is two words and a point: charge.settled.")
    }
    // Held first: whoever announces sees the endpoint from one place in the journal on, and not in the middle of a batch.
    _ = try change.tx.row("SELECT one FROM webhook_head WHERE one = 1 \(.forUpdate)")
    let count = try change.tx.integer("SELECT count(*) FROM webhook_endpoint WHERE state <> 'removed'") ?? 0
    guard count < WebhookEndpoint.most else {
      throw Refusal(.limit, "tooManyEndpoints", "There can be \(WebhookEndpoint.most) webhook endpoints.")
    }
    // While nobody listens the journal is not read: the first one begins at its end.
    if count == 0 {
      try change.tx.execute(
        """
        UPDATE webhook_head SET epoch = (SELECT epoch FROM journal_head WHERE one = 1),
          id = (SELECT id FROM journal_head WHERE one = 1) WHERE one = 1
        """)
    }
    let id = try change.id()
    let wanted = types.isEmpty ? WebhookEndpoint.everything : types.sorted().joined(separator: " ")
    try change.tx.execute(
      """
      INSERT INTO webhook_endpoint (id, url, types, tests, state, changed_at, made_at)
      VALUES (\(id), \(url.text), \(wanted), \(tests), 'enabled', \(change.now), \(change.now))
      """)
    change.record(WebhookChanged(endpoint: id, what: "added", host: url.host, reason: nil))
    return id
  }

  private static func isType(_ text: String) -> Bool {
    text.utf8.count <= 60 && text.wholeMatch(of: #/[a-zA-Z]+\.[a-zA-Z]+/#) != nil
  }
}
