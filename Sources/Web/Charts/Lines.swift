/// Several series over time, with events marked by a vertical line. Names stand at the ends of their lines where there is
/// room (`wide`), else in a key above.
package struct Lines: Sendable {
  /// Something that happened: `at` counts categories, 2.5 is halfway between the third and the fourth point.
  package struct Event: Sendable {
    package var at: Double
    package var label: String

    package init(at: Double, label: String) {
      self.at = at
      self.label = label
    }
  }

  package var title: String
  package var categories: [String]
  package var series: [Series]
  package var events: [Event]
  package var unit: ChartUnit

  package init(title: String, categories: [String], series: [Series], events: [Event] = [], unit: ChartUnit = .count) {
    self.title = title
    self.categories = categories
    self.series = series
    self.events = events
    self.unit = unit
  }

  package struct Layout: Sendable {
    package var area: Box
    /// For each series, its points; one that is not known is left out and breaks the line.
    package var points: [[Point?]]
    /// For each series, where its name stands.
    package var names: [Box]
    package var events: [(x: Double, label: Box)]
  }

  package struct Point: Sendable, Equatable {
    package var x: Double
    package var y: Double
  }

  private static let line = 16.0

  package func layout(width: Double, height: Double) -> Layout { arranged(width: width, height: height).layout }

  func arranged(width: Double, height: Double) -> (plot: Plot, layout: Layout, direct: Bool) {
    let longest = series.map { TextWidth.of($0.name) }.max() ?? 0
    // Direct names may take a third of the picture; a lone series is named by the caption.
    let direct = series.count > 1 && longest + 12 <= width / 3
    let key = SeriesKey(direct || series.count < 2 ? [] : series.map(\.name), width: width)
    let highest = series.flatMap(\.values).compactMap(\.self).max() ?? 0
    let rows = eventRows(width: width, key: key.height)
    let plot = Plot(
      width: width, height: height, highest: highest, unit: unit, above: key.height + rows.height,
      right: direct ? longest + 12 : 10)
    let points = series.map { series in
      categories.indices.map { index in
        series.value(index).map { Point(x: x(Double(index), plot.area), y: plot.y($0)) }
      }
    }
    let names = direct ? endNames(points, plot) : key.boxes
    let marks = events.indices.map { index in
      (x: x(events[index].at, plot.area), label: place(index, rows.row[index], plot.area, width, key.height))
    }
    return (plot, Layout(area: plot.area, points: points, names: names, events: marks), direct)
  }

  private func x(_ index: Double, _ area: Box) -> Double {
    guard categories.count > 1 else { return area.x + area.width / 2 }
    return area.x + min(max(index, 0), Double(categories.count - 1)) / Double(categories.count - 1) * area.width
  }

  /// A row for each event's label: as many rows as events is the sure way that no two meet, whatever their words.
  private func eventRows(width: Double, key: Double) -> (row: [Int], height: Double) {
    let order = events.indices.sorted { (events[$0].at, $0) < (events[$1].at, $1) }
    var row = [Int](repeating: 0, count: events.count)
    for (place, index) in order.enumerated() { row[index] = place }
    return (row, Double(events.count) * Self.line + (events.isEmpty ? 0 : 4))
  }

  /// Right of its line, or left of it where the picture ends.
  private func place(_ index: Int, _ row: Int, _ area: Box, _ width: Double, _ key: Double) -> Box {
    let need = TextWidth.of(events[index].label)
    let at = x(events[index].at, area)
    let left = at + 5 + need <= width ? at + 5 : max(0, at - 5 - need)
    return Box(x: left, y: key + Double(row) * Self.line, width: need, height: Self.line - 2)
  }

  /// Names at the last points, pushed apart downwards and then up from the bottom.
  private func endNames(_ points: [[Point?]], _ plot: Plot) -> [Box] {
    let wishes = points.map { $0.compactMap(\.self).last?.y ?? plot.area.bottom }
    let order = wishes.indices.sorted { (wishes[$0], $0) < (wishes[$1], $1) }
    var tops = wishes.map { $0 - Self.line / 2 }
    var free = -Double.infinity
    for index in order {
      tops[index] = max(tops[index], free)
      free = tops[index] + Self.line
    }
    var limit = plot.area.bottom + Self.line / 2
    for index in order.reversed() {
      tops[index] = min(tops[index], limit - Self.line)
      limit = tops[index]
    }
    return series.indices.map {
      Box(x: plot.area.right + 10, y: tops[$0], width: TextWidth.of(series[$0].name), height: Self.line)
    }
  }
}
