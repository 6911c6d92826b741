import Metrics

/// What the Store tells those who watch it. Their help texts and buckets stand in `Operation/Catalogue.swift`.
enum StoreMetrics {
  /// How long COMMIT took; on SQLite of the whole group.
  static let commit = Timer(label: "amends_commit_seconds")
  /// Transactions that SQLite committed together.
  static let group = Recorder(label: "amends_commit_group_size", dimensions: [], aggregate: true)
  /// How long a transaction waited for its turn or a connection.
  static let wait = Timer(label: "amends_store_wait_seconds")
  /// Transactions that were refused because all connections or the writer were busy.
  static let busy = Counter(label: "amends_store_busy_total")
  /// Commits of which it is not known whether they happened.
  static let unknown = Counter(label: "amends_commit_unknown_total")
  /// PostgreSQL connections that run a transaction.
  static let inUse = Meter(label: "amends_store_connections_in_use")
}

extension Timer {
  func record(since start: ContinuousClock.Instant) {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
