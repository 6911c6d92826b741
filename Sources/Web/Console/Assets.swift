import Hummingbird

/// The one stylesheet, under a name that changes with its bytes, so that a browser may keep it for ever.
package enum Assets {
  /// For a file that stands alone and so carries its style with it.
  package static let stylesheet = String(decoding: PackageResources.console_css, as: UTF8.self)
  package static let stylesheetPath = "/assets/" + stylesheetName

  static let stylesheetName = fingerprint(PackageResources.console_css) + ".css"

  /// The asset of that name; nil where there is none, an older hash included.
  package static func response(for name: String) -> Response? {
    guard name == stylesheetName else { return nil }
    var fields = SecurityHeaders.fields
    fields[.contentType] = "text/css; charset=utf-8"
    fields[.cacheControl] = "public, max-age=31536000, immutable"
    return Response(
      status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.console_css)))
  }

  package static func addRoutes(to doors: Doors) {
    doors.get("assets/:name", needs: .anybody) { _, visit in
      guard let found = response(for: try visit.parameters.require("name")) else { throw HTTPError(.notFound) }
      return found
    }
  }

  /// FNV-1a, 64 bits (draft-eastlake-fnv): tells versions apart, guards nothing.
  private static func fingerprint(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
