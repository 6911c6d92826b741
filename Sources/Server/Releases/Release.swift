import Kernel
import Store

/// A program that ran on this database.
struct Release: Sendable, Equatable {
  var version: String
  /// The steps of the schema that it knows.
  var steps: Set<String>

  static let columns: StaticString = "version, steps"

  init(version: String, steps: Set<String>) {
    self.version = version
    self.steps = steps
  }

  init(_ row: Row) throws {
    version = try row.text("version")
    steps = Set(try row.text("steps").split(separator: "\n").map(String.init))
  }

  static let current = Release(version: Amends.version, steps: Set(Runtime.migrations.map(\.name)))

  /// Says that this program runs from now on. Each start does.
  static func note(_ release: Release = current, in change: Change) throws {
    let steps = release.steps.sorted().joined(separator: "\n")
    try change.tx.execute(
      """
      INSERT INTO release (id, version, steps, first_at, last_at)
      VALUES (\(try change.id()), \(release.version), \(steps), \(change.now), \(change.now))
      ON CONFLICT (version) DO UPDATE SET steps = excluded.steps, last_at = excluded.last_at
      """)
  }

  /// The one that was there before this one, as far as this database knows.
  static func before(_ version: String, in tx: Transaction) throws -> Release? {
    try tx.row(
      """
      SELECT \(name: columns) FROM release
      WHERE first_at < (SELECT first_at FROM release WHERE version = \(version)) ORDER BY first_at DESC LIMIT 1
      """
    ).map(Release.init)
  }

  /// Steps of the database that this release does not know: with any of them it would refuse to start.
  func unknownSteps(in tx: Transaction) throws -> [String] {
    try tx.rows("SELECT name FROM migration LIMIT 1000").map { try $0.text("name") }.filter { !steps.contains($0) }
      .sorted()
  }
}
