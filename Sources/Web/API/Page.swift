import Foundation

/// One page of a list, and where the next one begins.
package struct Page<Item: APIType>: APIType {
  package var data: [Item]
  package var next: String?

  /// - Parameters:
  ///   - found: one more than the page holds, where there are so many.
  ///   - key: what the list is in the order of, of the last item shown: the next page begins behind it.
  package init(_ found: [Item], _ call: APICall, after key: (Item) -> [Int64]) {
    data = Array(found.prefix(call.limit))
    next = found.count > call.limit ? data.last.map { Cursor(call.endpoint.name, key($0)).text } : nil
  }

  package static var schemaName: String { Item.schemaName + "Page" }
  package static var about: String { "One page of a list." }
  package static var fields: KeyValuePairs<String, Schema> {
    [
      "data": .list(.one(Item.self), "The items, in the list's order.", 0...PageLimits.most),
      "next": Schema.text("The cursor of the next page; left out on the last one.", 1...200, .cursor).optional,
    ]
  }
}

/// A page of anything.
protocol APIPage: APIType {
  static var item: any APIType.Type { get }
}

extension Page: APIPage {
  static var item: any APIType.Type { Item.self }
}

package enum PageLimits {
  package static let standard = 25
  package static let most = 100

  static var parameters: [(name: String, schema: Schema)] {
    [
      ("limit", Schema.integer("Items on a page, \(standard) if left out.", 1...Int64(most)).optional),
      ("cursor", Schema.text("Where the page begins: `next` of the page before.", 1...200, .cursor).optional),
    ]
  }
}

/// A place in a list: the key of the last item that was shown. It says nothing that its reader may not know, and opens nothing
/// that the list would not show anyway, so it needs no signature; what is no cursor of this list is refused.
struct Cursor: Equatable {
  let list: String
  let key: [Int64]

  init(_ list: String, _ key: [Int64]) {
    self.list = list
    self.key = key
  }

  init?(_ text: String, of list: String, keys: Int) {
    let padded = text.replacing("-", with: "+").replacing("_", with: "/")
    let rest = padded.count % 4
    guard rest != 1, let data = Data(base64Encoded: padded + String(repeating: "=", count: rest == 0 ? 0 : 4 - rest)),
      let plain = String(validating: data, as: UTF8.self)
    else { return nil }
    let parts = plain.split(separator: ":", omittingEmptySubsequences: false)
    let key = parts.dropFirst().compactMap { Int64($0) }
    guard parts.first.map(String.init) == list, key.count == keys, key.count == parts.count - 1 else { return nil }
    self.init(list, key)
  }

  var text: String {
    Data(([list] + key.map(String.init)).joined(separator: ":").utf8).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
