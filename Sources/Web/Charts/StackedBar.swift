import Words

/// One bar whose segments add up to the whole. A count that is not zero is always seen: it is at least 3 px wide, taken from
/// the wide ones. A segment is named inside where that fits, else in a key below; nothing stands on anything else.
package struct StackedBar: Sendable {
  package struct Segment: Sendable {
    package var label: String
    package var count: Int
    package var tone: Tone

    package init(_ label: String, _ count: Int, _ tone: Tone) {
      self.label = label
      self.count = max(0, count)
      self.tone = tone
    }
  }

  package var title: String
  package var segments: [Segment]
  /// The reader's. The bar runs from left to right for all of them, as its axis would: right-to-left readers read charts so too.
  let words: Words

  package init(title: String, segments: [Segment], words: Words) {
    self.title = title
    self.segments = segments
    self.words = words
  }

  func text(_ segment: Segment) -> String { segment.label + " " + words.count(segment.count) }

  static let thickness = 44.0
  static let narrowest = 3.0
  private static let line = 22.0
  private static let gap = 18.0
  private static let swatch = 16.0

  package struct Label: Sendable, Equatable {
    package enum Place: Sendable, Equatable { case inside, key }
    package var segment: Int
    package var place: Place
    package var text: String
    package var box: Box
  }

  package struct Layout: Sendable {
    /// One for every segment, in order; width zero where the count is zero.
    package var bars: [Box]
    /// Every segment whose count is not zero is named once, inside or in the key; one in the key may have its number inside.
    package var labels: [Label]
    package var height: Double
  }

  package func layout(width: Double) -> Layout {
    let bars = boxes(width: width)
    var labels: [Label] = []
    var unnamed: [Int] = []
    for (index, bar) in bars.enumerated() where bar.width > 0 {
      let segment = segments[index]
      // Stripes make bad paper for words: what is hatched is named in the key alone.
      let names = segment.tone == .unknown ? [] : [text(segment), words.count(segment.count)]
      let fitting = names.first { TextWidth.of($0) + 20 <= bar.width }
      if let fitting {
        let box = Box(x: bar.x + 10, y: 10, width: TextWidth.of(fitting), height: 24)
        labels.append(Label(segment: index, place: .inside, text: fitting, box: box))
      }
      if fitting != text(segment) { unnamed.append(index) }
    }
    labels += key(unnamed, width)
    let height = max(Self.thickness + 2, (labels.map(\.box.bottom).max() ?? 0) + 4)
    return Layout(bars: bars, labels: labels, height: height)
  }

  private func boxes(width: Double) -> [Box] {
    let shown = segments.indices.filter { segments[$0].count > 0 }
    var widths = [Double](repeating: 0, count: segments.count)
    var free = shown
    var room = width
    // Each round fixes those that would be too narrow; a round that fixes none ends it, so it ends within count rounds.
    for _ in shown {
      let whole = free.reduce(0.0) { $0 + Double(segments[$1].count) }
      let narrow = free.filter { Double(segments[$0].count) / whole * room < Self.narrowest }
      if narrow.isEmpty { break }
      for index in narrow { widths[index] = min(Self.narrowest, width / Double(shown.count)) }
      free.removeAll { narrow.contains($0) }
      room = width - widths.reduce(0, +)
    }
    let whole = free.reduce(0.0) { $0 + Double(segments[$1].count) }
    for index in free { widths[index] = Double(segments[index].count) / whole * room }
    var x = 0.0
    return widths.map { width in
      defer { x += width }
      return Box(x: x, y: 0, width: width, height: Self.thickness)
    }
  }

  /// Swatch and words, one after the other, in as many lines as they need.
  private func key(_ indices: [Int], _ width: Double) -> [Label] {
    var x = 0.0
    var y = Self.thickness + 10
    return indices.map { index in
      let needed = Self.swatch + TextWidth.of(text(segments[index]))
      if x > 0, x + needed > width {
        x = 0
        y += Self.line
      }
      defer { x += needed + Self.gap }
      return Label(
        segment: index, place: .key, text: text(segments[index]),
        box: Box(x: x, y: y, width: needed, height: Self.line - 4))
    }
  }
}
