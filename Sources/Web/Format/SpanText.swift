import Kernel

/// Lengths of time in words: the two largest units, rounded down, so that "2 d" never hides a third day.
package enum SpanText {
  package static func text(_ span: Span) -> String {
    let micros = abs(span.microseconds)
    guard micros >= 10_000_000 else { return short(micros) }
    let seconds = micros / 1_000_000
    let parts: [(Int64, String)] =
      switch seconds {
      case ..<60: [(seconds, "s")]
      case ..<3_600: [(seconds / 60, "min"), (seconds % 60, "s")]
      case ..<86_400: [(seconds / 3_600, "h"), (seconds % 3_600 / 60, "min")]
      default: [(seconds / 86_400, "d"), (seconds % 86_400 / 3_600, "h")]
      }
    return parts.filter { $0.0 > 0 }.map { Figures.count($0.0) + Figures.thin + $0.1 }.joined(separator: " ")
  }

  /// Under ten seconds: milliseconds, or seconds with one decimal.
  private static func short(_ micros: Int64) -> String {
    if micros < 1_000_000 { return "\(micros / 1_000)" + Figures.thin + "ms" }
    let tenths = micros / 100_000
    return (tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") + Figures.thin + "s"
  }
}
