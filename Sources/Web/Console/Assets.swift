import Hummingbird

/// The console's own files, each under a name that changes with its bytes, so that a browser may keep it for ever.
package struct Asset: Sendable {
  package let bytes: [UInt8]
  let type: String
  let name: String
  package var path: String { "/assets/" + name }
  /// For a page that stands alone and so carries the file with it.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  fileprivate init(_ bytes: [UInt8], _ ending: String, _ type: String) {
    self.bytes = bytes
    self.type = type
    name = Self.fingerprint(bytes) + "." + ending
  }

  /// FNV-1a, 64 bits (draft-eastlake-fnv): tells versions apart, guards nothing.
  private static func fingerprint(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}

package enum Assets {
  package static let stylesheet = Asset(PackageResources.console_css, "css", "text/css; charset=utf-8")
  /// Live figures and the keyboard; every page works without it.
  package static let script = Asset(PackageResources.console_js, "js", "text/javascript; charset=utf-8")

  private static let all = [stylesheet, script]

  /// The asset of that name; nil where there is none, an older hash included.
  package static func response(for name: String) -> Response? {
    guard let asset = all.first(where: { $0.name == name }) else { return nil }
    var fields = SecurityHeaders.fields
    fields[.contentType] = asset.type
    fields[.cacheControl] = "public, max-age=31536000, immutable"
    return Response(
      status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
  }

  package static func addRoutes(to doors: Doors) {
    doors.get("assets/:name", needs: .anybody) { _, visit in
      guard let found = response(for: try visit.parameters.require("name")) else { throw HTTPError(.notFound) }
      return found
    }
  }
}
