import Words

/// The frame that charts over time share: an axis of values with its lines, and names of days or months below.
struct Plot {
  static let top = 16.0
  static let bottom = 26.0

  let area: Box
  let axis: Axis
  let unit: ChartUnit
  let words: Words

  /// - Parameter height: of the picture without what stands above the plot (a key, the labels of events), which is added.
  init(
    width: Double, height: Double, highest: Double, unit: ChartUnit, above: Double, right: Double,
    words: Words = Words(.english)
  ) {
    self.words = words
    axis = Axis(upTo: highest, grain: unit.grain)
    self.unit = unit
    let left = (axis.ticks.map { TextWidth.of(unit.tick($0, words)) }.max() ?? 0) + 8
    area = Box(
      x: left, y: Self.top + above, width: max(1, width - left - right),
      height: max(1, height - Self.top - Self.bottom))
  }

  /// Of the whole picture.
  var height: Double { area.bottom + Self.bottom }

  func y(_ value: Double) -> Double {
    area.bottom - min(max(value, 0), axis.top) / axis.top * area.height
  }

  func drawGrid(into svg: inout SVG) {
    for tick in axis.ticks {
      svg.line(area.x, y(tick), area.right, y(tick), tick == 0 ? "base" : "grid")
      svg.text(unit.tick(tick, words), area.x - 8, y(tick) + 4, anchor: .end, "soft")
    }
  }

  /// Names below the area, every k-th only, with the smallest k at which they stand free of each other.
  static func named(_ categories: [String], centres: [Double], within width: Double) -> [(name: String, box: Box)] {
    guard !categories.isEmpty else { return [] }
    for step in 1...categories.count {
      var boxes: [(String, Box)] = []
      for index in stride(from: 0, to: categories.count, by: step) {
        let need = TextWidth.of(categories[index])
        let x = max(0, min(centres[index] - need / 2, width - need))
        boxes.append((categories[index], Box(x: x, y: 0, width: need, height: 14)))
      }
      let free = zip(boxes, boxes.dropFirst()).allSatisfy { $0.1.right + 6 <= $1.1.x }
      if free { return boxes.map { (name: $0.0, box: $0.1) } }
    }
    return []
  }

  func drawNames(_ names: [(name: String, box: Box)], into svg: inout SVG) {
    for (name, box) in names {
      svg.text(name, box.x + box.width / 2, area.bottom + 18, anchor: .middle, "soft")
    }
  }
}

/// A named row of values, one for each category; `nil`: nothing is known there.
package struct Series: Sendable {
  package var name: String
  package var tone: Tone
  package var values: [Double?]
  /// Drawn as a dashed line, to tell two series of one tone apart.
  package var dashed: Bool

  package init(_ name: String, _ tone: Tone, _ values: [Double?], dashed: Bool = false) {
    self.name = name
    self.tone = tone
    self.values = values
    self.dashed = dashed
  }

  /// The class of its line.
  var lineStyle: String { "line " + tone.rawValue + (dashed ? " dashed" : "") }

  func value(_ index: Int) -> Double? { index < values.count ? values[index] : nil }
}

/// Swatch and name of each series in lines above a plot.
struct SeriesKey {
  let boxes: [Box]
  let height: Double

  init(_ names: [String], width: Double) {
    var x = 0.0
    var y = 0.0
    boxes = names.map { name in
      let need = 18 + TextWidth.of(name)
      if x > 0, x + need > width {
        x = 0
        y += 20
      }
      defer { x += need + 16 }
      return Box(x: x, y: y, width: need, height: 16)
    }
    height = names.isEmpty ? 0 : y + 24
  }
}
