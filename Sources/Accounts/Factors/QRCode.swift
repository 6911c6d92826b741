import CLibqrencode

/// A text as a picture that a telephone reads, drawn as one path.
enum QRCode {
  /// White around it, in modules (ISO/IEC 18004, section 6.3.8).
  private static let quiet = 4

  /// - Returns: nil where the text is too long.
  static func svg(_ text: String) -> String? {
    guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
    defer { QRcode_free(code) }
    let width = Int(code.pointee.width)
    guard let data = code.pointee.data else { return nil }
    var path = ""
    for y in 0..<width {
      for x in 0..<width where data[y * width + x] & 1 == 1 { path += "M\(x + quiet) \(y + quiet)h1v1h-1z" }
    }
    let side = width + 2 * quiet
    return """
      <svg class="qr" viewBox="0 0 \(side) \(side)" aria-hidden="true" \
      shape-rendering="crispEdges"><path fill="#fff" d="M0 0h\(side)v\(side)H0z"/><path fill="#000" d="\(path)"/></svg>
      """
  }
}
