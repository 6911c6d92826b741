import Words

/// Columns over days or months, on top of each other or side by side. Values below zero are drawn as zero.
package struct Columns: Sendable {
  package enum Arrangement: Sendable { case stacked, grouped }

  package var title: String
  package var categories: [String]
  package var series: [Series]
  package var arrangement: Arrangement
  package var unit: ChartUnit
  /// The reader's: figures and the description follow their language.
  package var words: Words

  package init(
    title: String, categories: [String], series: [Series], arrangement: Arrangement = .stacked,
    unit: ChartUnit = .count,
    words: Words = Words(.english)
  ) {
    self.words = words
    self.title = title
    self.categories = categories
    self.series = series
    self.arrangement = arrangement
    self.unit = unit
  }

  package struct Column: Sendable, Equatable {
    package var category: Int
    package var series: Int
    package var box: Box
  }

  /// The columns in a picture of this size, empty ones included: their height is zero.
  package func columns(width: Double, height: Double) -> [Column] {
    columns(in: plot(width: width, height: height))
  }

  func plot(width: Double, height: Double) -> Plot {
    Plot(
      width: width, height: height, highest: highest, unit: unit, above: key(width).height, right: 0,
      words: words)
  }

  func key(_ width: Double) -> SeriesKey { SeriesKey(series.count > 1 ? series.map(\.name) : [], width: width) }

  func columns(in plot: Plot) -> [Column] {
    guard !categories.isEmpty, !series.isEmpty else { return [] }
    let band = plot.area.width / Double(categories.count)
    // A fifth of the band stays empty on each side; 64 px is as wide as a lone column may get.
    let thick = min(band * 0.6, 64)
    let lanes = arrangement == .grouped ? Double(series.count) : 1
    return categories.indices.flatMap { category in
      var base = 0.0
      return series.indices.map { index in
        let value = max(0, series[index].value(category) ?? 0)
        let lane = arrangement == .grouped ? Double(index) : 0
        let x = plot.area.x + band * Double(category) + (band - thick) / 2 + thick / lanes * lane
        let from = arrangement == .grouped ? 0 : base
        base += value
        let y = plot.y(from + value)
        return Column(
          category: category, series: index, box: Box(x: x, y: y, width: thick / lanes, height: plot.y(from) - y))
      }
    }
  }

  private var highest: Double {
    categories.indices.map { category in
      let values = series.map { max(0, $0.value(category) ?? 0) }
      return arrangement == .stacked ? values.reduce(0, +) : values.max() ?? 0
    }.max() ?? 0
  }

  package func svg(id: String, width: Double, height: Double) -> String {
    let plot = plot(width: width, height: height)
    var svg = SVG(id: id, title: title, description: summary, width: width, height: plot.height)
    svg.hatch(id: "\(id)-hatch")
    for (index, box) in key(width).boxes.enumerated() {
      svg.rect(Box(x: box.x, y: box.y + 2, width: 11, height: 11), SVG.paint(series[index].tone, hatch: "\(id)-hatch"))
      svg.text(series[index].name, box.x + 18, box.y + 12, "ink")
    }
    plot.drawGrid(into: &svg)
    for column in columns(in: plot) {
      let tone = series[column.series].tone
      guard column.box.height > 0 else { continue }
      // Half a pixel at least: a month with one case among thousands is not a month without any.
      let tall = max(column.box.height, 0.5)
      let seam = arrangement == .grouped && column.box.width > 4 ? 1.0 : 0
      let box = Box(x: column.box.x, y: column.box.bottom - tall, width: column.box.width - seam, height: tall)
      svg.rect(box, SVG.paint(tone, hatch: "\(id)-hatch"))
    }
    for value in written(in: plot) { svg.text(value.text, value.x, value.y, anchor: .middle, "soft halo") }
    let band = plot.area.width / Double(max(1, categories.count))
    let centres = categories.indices.map { plot.area.x + band * (Double($0) + 0.5) }
    plot.drawNames(Plot.named(categories, centres: centres, within: width), into: &svg)
    return svg.finished()
  }

  /// Values on top of their columns: of stacked ones where all have room, of grouped ones wherever one has, because a
  /// column too low to be seen says nothing.
  private func written(in plot: Plot) -> [(text: String, x: Double, y: Double)] {
    let columns = columns(in: plot)
    let band = plot.area.width / Double(max(1, categories.count))
    let whole = arrangement == .stacked ? categories.indices.map { sum($0) } : []
    if arrangement == .stacked {
      guard whole.allSatisfy({ TextWidth.of(text($0)) + 4 <= band }) else { return [] }
      return whole.enumerated().map { index, value in
        (text(value), plot.area.x + band * (Double(index) + 0.5), plot.y(value) - 5)
      }
    }
    let values = columns.map { max(0, series[$0.series].value($0.category) ?? 0) }
    return zip(columns, values).compactMap { column, value in
      guard TextWidth.of(text(value)) <= column.box.width else { return nil }
      return (text(value), column.box.x + column.box.width / 2, column.box.y - 5)
    }
  }

  private func text(_ value: Double) -> String { unit.text(value, words) }

  private func sum(_ category: Int) -> Double {
    series.reduce(0) { $0 + max(0, $1.value(category) ?? 0) }
  }

  private var summary: String {
    series.map { series in
      let values = series.values.compactMap(\.self)
      guard let most = values.max(), most > 0, let at = series.values.firstIndex(of: most) else {
        return words.text(.chartNone(series.name))
      }
      return words.text(
        .chartSum(
          series.name, sum: text(values.reduce(0, +)), most: text(most),
          at: at < categories.count ? categories[at] : ""))
    }.joined(separator: " ")
  }
}
