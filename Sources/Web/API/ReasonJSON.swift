/// For acts that need nothing but a reason.
package struct ReasonJSON: APIType {
  package var reason: String

  package static let about = "Why it is done."
  package static var fields: KeyValuePairs<String, Schema> { ["reason": .reason()] }
}
