import Words

extension StackedBar {
  package func svg(id: String, width: Double) -> String {
    let layout = layout(width: width)
    var svg = SVG(id: id, title: title, description: summary, width: width, height: layout.height)
    svg.hatch(id: "\(id)-hatch")
    if layout.labels.isEmpty {
      svg.rect(Box(x: 0.5, y: 0.5, width: width - 1, height: Self.thickness - 1), ("class", "frame"))
      svg.text(words.text(.chartNothing), 12, 27, "soft")
    }
    for (segment, bar) in zip(segments, layout.bars) where bar.width > 0 {
      // A hair of paper between neighbours, so that two of them never run into one; narrow ones keep their colour.
      let seam = bar.width > 4 ? 1.0 : 0.5
      let shape = Box(x: bar.x, y: 0, width: bar.width - seam, height: bar.height)
      svg.rect(shape, SVG.paint(segment.tone, hatch: "\(id)-hatch"))
    }
    for label in layout.labels { draw(label, into: &svg, hatch: "\(id)-hatch") }
    return svg.finished()
  }

  private func draw(_ label: Label, into svg: inout SVG, hatch: String) {
    let segment = segments[label.segment]
    let box = label.box
    switch label.place {
    case .inside:
      svg.text(label.text, box.x, 27, "on \(segment.tone.rawValue)")
    case .key:
      svg.rect(Box(x: box.x, y: box.y + 4, width: 10, height: 10), SVG.paint(segment.tone, hatch: hatch))
      svg.text(label.text, box.x + 16, box.y + 13, "ink")
    }
  }

  /// The bar in a sentence.
  private var summary: String {
    let total = segments.reduce(0) { $0 + $1.count }
    guard total > 0 else { return words.text(.chartNothing) }
    let parts = segments.filter { $0.count > 0 }.map(text).joined(separator: ", ")
    return words.text(.chartSummary(words.count(total), parts))
  }
}
