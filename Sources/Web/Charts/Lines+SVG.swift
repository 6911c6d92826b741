extension Lines {
  package func svg(id: String, width: Double, height: Double) -> String {
    let (plot, layout, direct) = arranged(width: width, height: height)
    var svg = SVG(id: id, title: title, description: summary, width: width, height: plot.height)
    plot.drawGrid(into: &svg)
    for mark in layout.events { svg.line(mark.x, mark.label.y, mark.x, plot.area.bottom, "event") }
    for (event, mark) in zip(events, layout.events) {
      svg.text(event.label, mark.label.x, mark.label.y + 11, "ink halo")
    }
    for (index, points) in layout.points.enumerated() { draw(points, series[index], into: &svg) }
    for (index, box) in layout.names.enumerated() {
      if !direct {
        let middle = box.y + 8
        svg.line(box.x, middle, box.x + 12, middle, series[index].lineStyle)
      }
      svg.text(series[index].name, direct ? box.x : box.x + 18, box.y + 12, direct ? "ink strong" : "ink")
    }
    let centres = layout.points.first.map { _ in
      categories.indices.map { index in
        categories.count > 1
          ? plot.area.x + Double(index) / Double(categories.count - 1) * plot.area.width
          : plot.area.x + plot.area.width / 2
      }
    }
    plot.drawNames(Plot.named(categories, centres: centres ?? [], within: width), into: &svg)
    return svg.finished()
  }

  private func draw(_ points: [Point?], _ series: Series, into svg: inout SVG) {
    for run in points.split(separator: nil) {
      let known = run.compactMap(\.self)
      let path = known.enumerated().map { place, point in
        (place == 0 ? "M" : "L") + SVG.number(point.x) + " " + SVG.number(point.y)
      }
      svg.leaf("path", [("d", path.joined()), ("class", series.lineStyle)])
      if let end = known.last {
        svg.leaf(
          "circle",
          [
            ("cx", SVG.number(end.x)), ("cy", SVG.number(end.y)), ("r", "3.5"),
            ("class", "fill \(series.tone.rawValue)"),
          ])
      }
    }
  }

  private var summary: String {
    let lines = series.map { series in
      let known = series.values.compactMap(\.self)
      guard let first = known.first, let last = known.last, let most = known.max() else {
        return "\(series.name): nothing known."
      }
      return "\(series.name): from \(unit.text(first)) to \(unit.text(last)), highest \(unit.text(most))."
    }
    let marks = events.map { "Marked: \($0.label)." }
    return (lines + marks).joined(separator: " ")
  }
}
