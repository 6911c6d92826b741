import Kernel
import Store

extension RenewalSimulation {
  /// What happened in the life that was run, in the engine's own words: its facts in their order, the last `limit` of them.
  public func story(limit: Int = 60) async throws -> [String] {
    try await store.read { tx in
      try tx.rows(
        """
        SELECT * FROM (
          SELECT epoch, id, at, kind, subject, body FROM fact WHERE kind NOT IN ('subscriptionBegan', 'planOffered')
          ORDER BY epoch DESC, id DESC LIMIT \(limit)) AS f
        ORDER BY epoch, id
        """
      ).map {
        "\(try $0.instant("at").iso8601) \(try $0.text("subject")) \(try $0.text("kind")) \(try $0.text("body"))"
      }
    }
  }
}
