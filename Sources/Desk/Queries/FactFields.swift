import Foundation

/// The fields of a fact's body, as text, in its order (that of the alphabet).
struct FactFields: Sendable {
  let fields: [(name: String, value: String)]

  init(_ json: String) {
    let object = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] ?? [:]
    fields = object.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
  }

  subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
