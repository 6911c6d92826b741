/// A line of a server's answer (RFC 5321, section 4.2), and its enhanced status (RFC 3463) where it has one.
struct SMTPReply: Sendable, Equatable {
  let code: Int
  /// `5.1.1`
  let enhanced: String?

  init?(_ line: some StringProtocol) {
    guard let code = Int(line.prefix(3)), (200...599).contains(code) else { return nil }
    self.code = code
    let status = line.dropFirst(4).prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let parts = status.split(separator: ".", omittingEmptySubsequences: false)
    let isStatus =
      parts.count == 3 && ["2", "4", "5"].contains(parts[0]) && parts.allSatisfy { (1...3).contains($0.count) }
    enhanced = isStatus ? String(status) : nil
  }

  /// `550 5.1.1`: the numbers alone, for the sentence behind them may name the address.
  var text: String { enhanced.map { "\(code) \($0)" } ?? String(code) }
  var isRefusal: Bool { code >= 400 }

  /// Whether a refusal's code says "never" (5xx) and not "not now" (4xx).
  static func isFinal(_ code: String) -> Bool { code.first == "5" }
}
