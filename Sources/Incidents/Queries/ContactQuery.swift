import Kernel
import Store

/// Who tried to tell somebody, by which means.
package enum ContactQuery {
  package struct Contact: Sendable {
    package var means: Means?
    package var reached: Bool
    package var at: Instant
    package var actor: String
    package var note: String
  }

  /// On a page: the newest.
  package static let listed = 50

  package static func all(of affected: Int64, in tx: Transaction) throws -> [Contact] {
    try tx.rows(
      """
      SELECT means, reached, at, actor, note FROM contact_try WHERE affected = \(affected)
      ORDER BY id DESC LIMIT \(listed)
      """
    ).map {
      Contact(
        means: Means(rawValue: try $0.text("means")), reached: try $0.bool("reached"), at: try $0.instant("at"),
        actor: try $0.text("actor"), note: try $0.text("note"))
    }
  }

  package static func count(of affected: Int64, in tx: Transaction) throws -> Int {
    Int(try tx.integer("SELECT count(*) FROM contact_try WHERE affected = \(affected)") ?? 0)
  }
}
