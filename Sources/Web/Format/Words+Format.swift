import Foundation
import Kernel
import Words

/// Figures, amounts and lengths of time for one reader. English keeps the console's own way (`Figures`, `Amount`, `SpanText`);
/// every other language writes as ICU does for it.
extension Words {
  private var isPlain: Bool { language == .english }

  /// 12,480
  package func count(_ value: some BinaryInteger) -> String {
    isPlain ? Figures.count(value) : number(Int(clamping: value))
  }

  /// A share of the whole (0…1) in per cent with one decimal. What is not all never reads as 100, what is not nothing never as 0.
  package func share(_ value: Double) -> String {
    guard !isPlain else { return Figures.share(value) }
    guard value.isFinite else { return "–" }
    let tenths = Int((value * 1000).rounded())
    if value > 0, tenths == 0 { return "< " + percent(0.001) }
    if value < 1, tenths == 1000 { return "> " + percent(0.999) }
    return percent(Double(tenths) / 1000)
  }

  private func percent(_ share: Double) -> String {
    share.formatted(.percent.precision(.fractionLength(0...1)).locale(locale))
  }

  /// An amount with its currency.
  package func amount(_ amount: Amount) -> String {
    isPlain ? amount.text : money(amount.minor, amount.currency, digits: Amount.digits(of: amount.currency))
  }

  /// An amount for a column whose head names the currency.
  package func figures(_ amount: Amount) -> String {
    guard !isPlain else { return amount.figures }
    let digits = Amount.digits(of: amount.currency)
    return Decimal(
      sign: amount.minor < 0 ? .minus : .plus, exponent: -digits, significand: Decimal(amount.minor.magnitude)
    ).formatted(.number.precision(.fractionLength(digits)).locale(locale))
  }

  /// A length of time: the two largest units.
  package func span(_ span: Span) -> String {
    guard !isPlain else { return SpanText.text(span) }
    let micros = abs(span.microseconds)
    let duration = Duration.microseconds(micros)
    if micros < 1_000_000 { return duration.formatted(units([.milliseconds])) }
    switch micros / 1_000_000 {
    case ..<60: return duration.formatted(units([.seconds]))
    case ..<3_600: return duration.formatted(units([.minutes, .seconds]))
    case ..<86_400: return duration.formatted(units([.hours, .minutes]))
    default: return duration.formatted(units([.days, .hours]))
    }
  }

  private func units(_ allowed: Set<Duration.UnitsFormatStyle.Unit>) -> Duration.UnitsFormatStyle {
    var style = Duration.UnitsFormatStyle(
      allowedUnits: allowed, width: .abbreviated, maximumUnitCount: 2,
      fractionalPart: .hide(rounded: .down))
    style.locale = locale
    return style
  }

  /// How a deadline stands to now: "in 3 h 20 min", "2 d 1 h overdue".
  package func deadline(_ due: Instant, now: Instant) -> (text: String, overdue: Bool) {
    due < now ? (text(.overdue(span(now - due))), true) : (text(.dueIn(span(due - now))), false)
  }

  /// How much of what came is shown; nil where it is all.
  package func cut(of body: RawBody?) -> String? {
    body?.cut.map { text(.bytesShown(count($0.shown), of: count($0.of))) }
  }
}
