import Kernel
import Store

/// Gives their words to those who were there before there was a search by word: a batch at a time, beside the service.
package struct FillSearch: Sendable {
  let kernel: Kernel
  static let batch = 2_000

  package init(kernel: Kernel) { self.kernel = kernel }

  /// - Returns: how many were done; 0: nobody is left.
  package func run() async throws -> Int {
    guard try await kernel.store.read({ tx in try Self.isOpen(in: tx) }) else { return 0 }
    // A row is written once, whoever comes first, and the place moves with it: to run again does no harm.
    return try await kernel.change(by: .system("search"), canRepeat: true) { change in
      let tx = change.tx
      guard let place = try tx.row("SELECT next, until FROM customer_word_fill WHERE one = 1 \(.forUpdate)") else {
        return 0
      }
      let (next, until) = (try place.integer("next"), try place.integer("until"))
      guard next < until else { return 0 }
      let rows = try tx.rows(
        """
        SELECT id, name, mail FROM customer WHERE id > \(next) AND id <= \(until) ORDER BY id LIMIT \(Self.batch)
        """)
      let found = try rows.map { row in
        (
          customer: try row.integer("id"),
          words: SearchWords.of(name: try row.text("name"), mail: try row.textOrNull("mail"))
        )
      }
      try SearchWords.save(found, in: tx)
      let reached = rows.count < Self.batch ? until : found.last?.customer ?? until
      try tx.execute("UPDATE customer_word_fill SET next = \(reached) WHERE one = 1")
      return rows.count
    }
  }

  /// Not everybody has their words yet.
  package static func isOpen(in tx: Transaction) throws -> Bool {
    try tx.row("SELECT one FROM customer_word_fill WHERE one = 1 AND next < until") != nil
  }
}
