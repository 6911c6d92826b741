import Kernel
import Web

/// Leads from what facts name to where it is told.
package struct Subjects: Sendable {
  /// Of those on the page: what they are called and where their page is.
  var links: [String: NamedLink] = [:]
  /// Fields of facts that name a subject.
  var fields: Set<String> = []

  /// All facts about it.
  func history(_ subject: String) -> String { Paths.journal + "?subject=" + Paths.segment(subject) }

  /// What a field names: `customer` with 42 is `customer:42`; nil where it is a plain value.
  func named(_ field: String, _ value: String) -> String? {
    fields.contains(field) && !value.isEmpty && value.utf8.count <= 100 ? "\(field):\(value)" : nil
  }
}
