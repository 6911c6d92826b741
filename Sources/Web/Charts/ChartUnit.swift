import Words

/// What the values of a chart are, and so how they are written.
package enum ChartUnit: Sendable, Equatable {
  case count
  /// Values are minor units of the currency.
  case money(String)
  /// Values are shares of one: 0.1 is 10 %.
  case share

  package func text(_ value: Double, _ words: Words = Words(.english)) -> String {
    switch self {
    case .count: words.count(Self.whole(value))
    case .money(let currency): words.amount(Amount(Self.whole(value), currency))
    case .share: words.share(value)
    }
  }

  /// For an axis: money without its minor units.
  func tick(_ value: Double, _ words: Words) -> String {
    guard case .money(let currency) = self else { return text(value, words) }
    return words.count(Self.whole(value / Double(Amount.unit(of: currency))))
  }

  /// What one step on the axis is made of: an axis of money is divided in major units.
  var grain: Double {
    switch self {
    case .count: 1
    case .money(let currency): Double(Amount.unit(of: currency))
    case .share: 0.001
    }
  }

  private static func whole(_ value: Double) -> Int64 {
    guard value.isFinite else { return 0 }
    // 2^62: beyond it a Double does not convert, and no amount or count is that large.
    return Int64(max(-0x1p62, min(0x1p62, value.rounded())))
  }
}

/// An axis from zero to a round number that no value passes, in at most five round steps.
package struct Axis: Sendable, Equatable {
  package let ticks: [Double]
  package var top: Double { ticks.last ?? 1 }

  /// - Parameter grain: the smallest step that means something (one person, one euro, a tenth of a per cent).
  package init(upTo highest: Double, grain: Double = 1) {
    let reach = highest.isFinite && highest > 0 ? highest : grain
    var power = grain
    // 40 powers of ten: from a tenth of a per cent to past 2^62.
    for _ in 0..<40 where power * 10 <= reach / 4 { power *= 10 }
    let step = [1, 2, 5, 10, 20].map { $0 * power }.first { $0 * 5 >= reach } ?? power * 20
    let count = max(1, Int((reach / step).rounded(.up)))
    ticks = (0...count).map { Double($0) * step }
  }
}
