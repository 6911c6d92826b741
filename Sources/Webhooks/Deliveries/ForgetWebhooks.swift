import Kernel
import Store

/// Deletes events and their deliveries after 30 days, whatever became of them. The facts stay in the journal.
package struct ForgetWebhooks: Sendable {
  let kernel: Kernel
  package static let keeps = Span.days(30)
  private static let batch = 500

  package init(kernel: Kernel) { self.kernel = kernel }

  /// - Returns: how many events were deleted.
  package func run() async throws -> Int {
    try await kernel.change(by: .system("webhooks"), canRepeat: true) { change in
      let old = try change.tx.rows(
        """
        SELECT id FROM webhook_event WHERE made_at <= \(change.now - Self.keeps) ORDER BY made_at, id LIMIT \(Self.batch)
        \(.skipLocked)
        """
      ).map { try $0.integer("id") }
      guard !old.isEmpty else { return 0 }
      try change.tx.execute("DELETE FROM webhook_delivery WHERE event \(in: old)")
      try change.tx.execute("DELETE FROM webhook_event WHERE id \(in: old)")
      return old.count
    }
  }
}
