import Foundation
import Kernel
import Web
import Words

/// The pictures on a partner's page, each with the table behind it in the reader's language. nil where there is nothing to see.
struct PartnerCharts {
  let words: Words
  let time: LocalTime

  func hour(_ slices: [PartnerPage.Slice]) -> ChartFigure? {
    guard slices.contains(where: { $0.counts != .init() }) else { return nil }
    let names = slices.map { time.time($0.start) }
    func series(_ name: Message, _ tone: Tone, _ value: (PartnerState.Counts) -> Int) -> Series {
      Series(words.text(name), tone, slices.map { Double(value($0.counts)) })
    }
    let title = words.text(.hourTitle)
    return ChartFigure(
      id: "hour", caption: words.text(.hourCaption),
      Columns(
        title: title, categories: names,
        series: [
          series(.answerDone, .settled, \.done), series(.answerPending, .waiting, \.pending),
          series(.answerRefused, .refused, \.refused), series(.answerUnknown, .unknown, \.unknown),
        ], words: words),
      figures: FigureTable(
        caption: title, corner: words.text(.hourCorner),
        columns: [.callsSent, .answerDone, .answerPending, .answerRefused, .answerUnknown, .knownByAsking].map(
          words.text),
        rows: zip(names, slices).map { name, slice in
          let counts = slice.counts
          return .init(
            name,
            [counts.sent, counts.done, counts.pending, counts.refused, counts.unknown, counts.asked].map {
              words.count($0)
            })
        }))
  }

  func ages(_ ages: PartnerPage.Ages) -> ChartFigure? {
    guard ages.total > 0 else { return nil }
    let ends = LaneQuery.ageEnds.map { words.span($0) }
    let names = ends.map { words.text(.upTo($0)) } + [words.text(.older(ends[ends.count - 1]))]
    let title = words.text(.agesTitle)
    return ChartFigure(
      id: "ages", caption: words.text(.agesCaption),
      Columns(
        title: title, categories: names,
        series: [
          Series(words.text(.answerUnknown), .unknown, ages.unknown.map(Double.init)),
          Series(words.text(.answerPending), .waiting, ages.pending.map(Double.init)),
        ], words: words),
      figures: FigureTable(
        caption: title, corner: words.text(.agesCorner),
        columns: [words.text(.answerUnknown), words.text(.answerPending)],
        rows: names.indices.map { .init(names[$0], [words.count(ages.unknown[$0]), words.count(ages.pending[$0])]) }))
  }

  func delays(_ delays: PartnerPage.Delays) -> ChartFigure? {
    let known = Set(delays.today.keys).union(delays.before.keys)
    guard let first = known.min(), let last = known.max() else { return nil }
    let buckets = Array(first...min(last, first + 40))
    let names = buckets.map(name)
    let (today, before) = (delays.today.values.reduce(0, +), delays.before.values.reduce(0, +))
    func shares(_ counts: [Int64: Int64], of total: Int64) -> [Double?] {
      buckets.map { total == 0 ? nil : Double(counts[$0] ?? 0) / Double(total) }
    }
    func cell(_ counts: [Int64: Int64], _ bucket: Int64, of total: Int64) -> String {
      total == 0
        ? "–"
        : words.text(
          .countAndShare(
            words.count(counts[bucket] ?? 0), words.share(Double(counts[bucket] ?? 0) / Double(total))))
    }
    let title = words.text(.delaysTitle)
    let columns = [words.text(.delaysToday), words.text(.delaysBefore)]
    return ChartFigure(
      id: "delays", caption: words.text(.delaysCaption),
      Columns(
        title: title, categories: names,
        series: [
          Series(columns[0], .second, shares(delays.today, of: today)),
          Series(columns[1], .unsent, shares(delays.before, of: before)),
        ], arrangement: .grouped, unit: .share, words: words),
      figures: FigureTable(
        caption: title, corner: words.text(.delaysCorner), columns: columns,
        rows: zip(buckets, names).map { bucket, name in
          .init(name, [cell(delays.today, bucket, of: today), cell(delays.before, bucket, of: before)])
        }))
  }

  /// "Half came within 8 s, normally within 4 s; 95 of 100 within 1 min, normally 30 s."
  func comparison(_ delays: PartnerPage.Delays) -> String? {
    guard let half = Self.quantile(0.5, delays.today), let most = Self.quantile(0.95, delays.today) else { return nil }
    guard let usualHalf = Self.quantile(0.5, delays.before), let usualMost = Self.quantile(0.95, delays.before) else {
      return words.text(.delaysAlone(end(half), most: end(most)))
    }
    return words.text(
      .delaysCompared(end(half), normally: end(usualHalf), most: end(most), mostNormally: end(usualMost)))
  }

  private func name(_ bucket: Int64) -> String { words.text(.upTo(end(bucket))) }

  /// The upper end of a bucket, rounded to its largest unit: 4 s, 2 min, 9 h.
  private func end(_ bucket: Int64) -> String {
    let seconds = Int64(1) << min(bucket, 40)
    let unit: Int64 = seconds < 64 ? 1 : seconds < 3_600 ? 60 : seconds < 86_400 ? 3_600 : 86_400
    return words.span(.seconds((seconds + unit / 2) / unit * unit))
  }

  /// The bucket in which the quantile lies; nil where nothing was counted.
  static func quantile(_ share: Double, _ counts: [Int64: Int64]) -> Int64? {
    let total = counts.values.reduce(0, +)
    var seen: Int64 = 0
    for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) {
      seen += count
      if Double(seen) >= Double(total) * share { return bucket }
    }
    return nil
  }
}
