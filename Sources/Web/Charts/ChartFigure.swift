/// A chart on a page, for the template `chart`: the picture for wide windows and for narrow ones (text keeps its size in
/// both; a style sheet shows one of them), a caption, and the figures behind it as a table.
package struct ChartFigure: Sendable {
  package let chartID: String
  package let caption: String
  package let wideSVG: String
  package let narrowSVG: String
  package let figures: FigureTable?

  private static let narrow = 340.0

  package init(id: String, caption: String, _ chart: Columns, figures: FigureTable? = nil) {
    self.init(id, caption, figures ?? .of(chart.categories, chart.series, chart.unit, caption: chart.title)) {
      chart.svg(id: $0, width: $1, height: $2)
    }
  }

  package init(id: String, caption: String, _ chart: Lines, figures: FigureTable? = nil) {
    self.init(id, caption, figures ?? .of(chart.categories, chart.series, chart.unit, caption: chart.title)) {
      chart.svg(id: $0, width: $1, height: $2)
    }
  }

  /// The table of a bar's segments stands on the page itself.
  package init(id: String, caption: String, _ chart: StackedBar) {
    self.init(id, caption, nil, wide: 1_040) { id, width, _ in chart.svg(id: id, width: width) }
  }

  private init(
    _ id: String, _ caption: String, _ figures: FigureTable?, wide: Double = 920,
    svg: (String, Double, Double) -> String
  ) {
    chartID = id
    self.caption = caption
    self.figures = figures
    wideSVG = svg(id + "-wide", wide, 280)
    narrowSVG = svg(id + "-narrow", Self.narrow, 230)
  }
}

/// A plain table, for the template `table`. The first cell of a row is its head.
package struct FigureTable: Sendable {
  package struct Row: Sendable {
    package let head: String
    package let cells: [String]

    package init(_ head: String, _ cells: [String]) {
      self.head = head
      self.cells = cells
    }
  }

  package let tableCaption: String
  package let corner: String
  package let columns: [String]
  package let rows: [Row]

  package init(caption: String, corner: String, columns: [String], rows: [Row]) {
    tableCaption = caption
    self.corner = corner
    self.columns = columns
    self.rows = rows
  }

  static func of(_ categories: [String], _ series: [Series], _ unit: ChartUnit, caption: String) -> FigureTable {
    FigureTable(
      caption: caption, corner: "When", columns: series.map(\.name),
      rows: categories.indices.map { index in
        Row(categories[index], series.map { $0.value(index).map { unit.text($0) } ?? "not known" })
      })
  }
}
