import Testing
import Words

@testable import Web

@Suite("Charts say what the numbers say")
struct ChartTests {
  static let days: [[Int]] = [
    [9_412, 1_204, 37, 211, 1_408, 206, 2], [0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1],
    [1_000_000_000, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 9_999_999_999_999], [3, 0, 500, 0, 1, 0, 0],
  ]

  private func bar(_ counts: [Int]) -> StackedBar {
    let tones: [Tone] = [.settled, .waiting, .unknown, .refused, .unsent, .held, .person]
    let names = ["settled", "waiting for the partner", "unknown", "refused", "not yet sent", "held", "for a person"]
    return StackedBar(
      title: "A day", segments: counts.indices.map { .init(names[$0], counts[$0], tones[$0]) },
      words: Words(.english))
  }

  @Test("Segments stand side by side and fill the bar exactly", arguments: days, [320.0, 920.0])
  func fill(_ counts: [Int], width: Double) {
    let bars = bar(counts).layout(width: width).bars
    #expect(bars.count == counts.count)
    let sum = bars.reduce(0) { $0 + $1.width }
    #expect(abs(sum - (counts.allSatisfy { $0 == 0 } ? 0 : width)) < 0.001)
    for (left, right) in zip(bars, bars.dropFirst()) { #expect(abs(left.right - right.x) < 0.001) }
    for (count, bar) in zip(counts, bars) { #expect(count == 0 ? bar.width == 0 : bar.width >= 3) }
  }

  @Test("Labels meet neither each other nor the edge, and every count that is not zero has one", arguments: days)
  func labels(_ counts: [Int]) {
    for width in stride(from: 240.0, through: 1_400, by: 20) {
      let layout = bar(counts).layout(width: width)
      let named = layout.labels.filter { $0.text.contains(where: \.isLetter) }.map(\.segment)
      #expect(named.sorted() == counts.indices.filter { counts[$0] > 0 })
      for (index, label) in layout.labels.enumerated() {
        #expect(label.box.x >= -0.001 && label.box.bottom <= layout.height)
        #expect(label.box.right <= width || label.box.x == 0)
        for other in layout.labels[(index + 1)...] { #expect(!label.box.overlaps(other.box)) }
        if label.place == .inside { #expect(label.box.right <= layout.bars[label.segment].right) }
      }
    }
  }

  @Test("Wide segments keep their proportions")
  func proportion() {
    let bars = bar([600, 300, 0, 100, 0, 0, 0]).layout(width: 1_000).bars
    #expect(bars.map { ($0.width * 100).rounded() / 100 } == [600, 300, 0, 100, 0, 0, 0])
  }

  @Test("A bar of nothing says so")
  func nothing() {
    let svg = bar([0, 0, 0, 0, 0, 0, 0]).svg(id: "x", width: 800)
    #expect(svg.contains(">Nothing yet<") && svg.contains("<desc id=\"x-desc\">Nothing yet</desc>"))
  }

  @Test("An axis ends on a round number at or above the highest value, in at most five steps")
  func axis() {
    for highest in [0, 1, 2, 3, 7, 10, 11, 99, 100, 101, 12_345, 999_999, 1e12, 4e18] {
      let axis = Axis(upTo: highest)
      #expect(axis.top >= highest && axis.ticks.first == 0)
      #expect((2...6).contains(axis.ticks.count), "\(highest): \(axis.ticks)")
      #expect(highest < 5 || axis.top <= highest * 2)
    }
    #expect(Axis(upTo: 1_000).ticks == [0, 200, 400, 600, 800, 1_000])
    #expect(Axis(upTo: .nan).top == 1)
  }

  @Test("Stacked columns stand on each other up to the sum; grouped ones side by side on the base line")
  func columns() {
    let series = [Series("a", .first, [10, 0, nil, 30]), Series("b", .second, [20, 0, 5, 10])]
    var chart = Columns(title: "t", categories: ["1", "2", "3", "4"], series: series)
    let plot = chart.plot(width: 600, height: 300)
    let stacked = chart.columns(width: 600, height: 300)
    #expect(stacked.count == 8)
    for pair in stride(from: 0, to: 8, by: 2) {
      #expect(abs(stacked[pair].box.y - stacked[pair + 1].box.bottom) < 0.001)
      #expect(stacked[pair].box.x == stacked[pair + 1].box.x)
    }
    #expect(abs(stacked[6].box.height + stacked[7].box.height - plot.area.height) < 0.001)
    #expect(stacked[2].box.height == 0 && stacked[4].box.height == 0)

    chart.arrangement = .grouped
    let grouped = chart.columns(width: 600, height: 300).map(\.box)
    for (index, box) in grouped.enumerated() {
      #expect(abs(box.bottom - chart.plot(width: 600, height: 300).area.bottom) < 0.001)
      for other in grouped[(index + 1)...] { #expect(!box.overlaps(other)) }
    }
  }

  @Test("One day, no day, and the largest numbers are drawn within the picture")
  func extremes() {
    for values: [Double?] in [[], [0], [1], [nil], [9e18], [-5], [.infinity]] {
      let names = values.map { _ in "March 2026" }
      let columns = Columns(title: "t", categories: names, series: [Series("a", .first, values)], unit: .money("EUR"))
      for column in columns.columns(width: 340, height: 260) {
        #expect(column.box.x >= 0 && column.box.right <= 340 && column.box.y >= 0 && column.box.bottom <= 260)
        #expect(column.box.height >= 0)
      }
      let lines = Lines(title: "t", categories: names, series: [Series("a", .first, values)])
      for point in lines.layout(width: 340, height: 260).points.joined().compactMap(\.self) {
        #expect((0...340).contains(point.x) && (0...260).contains(point.y))
      }
      #expect(columns.svg(id: "a", width: 340, height: 260) == columns.svg(id: "a", width: 340, height: 260))
      #expect(!lines.svg(id: "a", width: 340, height: 260).lowercased().contains("nan"))
    }
  }

  @Test("A line's points rise with its values, and events stand where they happened")
  func lines() {
    let chart = Lines(
      title: "t", categories: ["a", "b", "c"], series: [Series("x", .first, [0, 5, 10])],
      events: [.init(at: 0.5, label: "early"), .init(at: 7, label: "beyond the end")])
    let layout = chart.layout(width: 900, height: 300)
    let points = layout.points[0].compactMap(\.self)
    #expect(abs(points[0].y - layout.area.bottom) < 0.001 && abs(points[2].y - layout.area.y) < 0.001)
    #expect(abs(points[1].x - (points[0].x + points[2].x) / 2) < 0.001)
    #expect(abs(layout.events[0].x - (points[0].x + points[1].x) / 2) < 0.001)
    #expect(abs(layout.events[1].x - points[2].x) < 0.001)
  }

  @Test("Names at the ends of lines and labels of events never meet, however close their values are")
  func names() {
    let series = (0..<6).map { Series("series number \($0)", .first, [1, 2, Double(100 + $0)]) }
    let events = (0..<4).map { Lines.Event(at: 1 + Double($0) / 100, label: "something happened, number \($0)") }
    let chart = Lines(title: "t", categories: ["a", "b", "c"], series: series, events: events)
    for width in [320.0, 340, 700, 920] {
      let layout = chart.layout(width: width, height: 300)
      let boxes = layout.names + layout.events.map(\.label)
      for (index, box) in boxes.enumerated() {
        for other in boxes[(index + 1)...] { #expect(!box.overlaps(other), "at \(width)") }
        #expect(box.x >= 0 && box.right <= width, "at \(width)")
      }
    }
  }

  @Test("Names below a plot are thinned until they stand free")
  func thinned() {
    let names = (1...31).map { "\($0) March" }
    let centres = names.indices.map { Double($0) * 10 + 5 }
    let shown = Plot.named(names, centres: centres, within: 310)
    #expect(shown.count > 2 && shown.count < 31 && shown[0].name == "1 March")
    for (left, right) in zip(shown, shown.dropFirst()) { #expect(!left.box.overlaps(right.box)) }
  }
}
