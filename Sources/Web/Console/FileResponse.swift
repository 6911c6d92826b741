import HTTPTypes
import Hummingbird

/// A file for its reader alone.
package struct FileResponse {
  let bytes: [UInt8]
  /// As it is kept: `receipt-42.pdf`. Ours, so that it needs no quoting.
  let name: String
  let type: String

  package init(pdf bytes: [UInt8], name: String) {
    (self.bytes, self.name, type) = (bytes, name + ".pdf", "application/pdf")
  }

  package init(json bytes: [UInt8], name: String) {
    (self.bytes, self.name, type) = (bytes, name + ".json", "application/json")
  }

  package func response() -> Response {
    var fields = SecurityHeaders.fields
    fields[.contentType] = type
    fields[.cacheControl] = "no-store"
    fields[.contentDisposition] = "attachment; filename=\"\(name)\""
    return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
