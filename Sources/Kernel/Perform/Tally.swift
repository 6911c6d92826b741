import Metrics

/// What a change has to tell those who watch the service: counted once it is saved, and not when it is run again or undone.
///
/// The names' help texts and buckets stand in `Operation/Catalogue.swift`. A label's value comes from a short list (a lane, a
/// state, a step); never a person's, a reference or a path.
struct Tally: Sendable {
  struct Series: Hashable, Sendable {
    let name: String
    let labels: [String]
  }

  private var counts: [Series: Int] = [:]
  private var spans: [(Series, Span)] = []

  mutating func count(_ name: String, _ labels: [(String, String)], _ amount: Int) {
    guard amount > 0 else { return }
    counts[Series(name: name, labels: labels.flatMap { [$0.0, $0.1] }), default: 0] += amount
  }

  mutating func observe(_ name: String, _ labels: [(String, String)], _ span: Span) {
    spans.append((Series(name: name, labels: labels.flatMap { [$0.0, $0.1] }), span))
  }

  func tell() {
    for (series, amount) in counts { Counter(label: series.name, dimensions: series.dimensions).increment(by: amount) }
    for (series, span) in spans { Metrics.Timer(label: series.name, dimensions: series.dimensions).record(span) }
  }
}

extension Tally.Series {
  fileprivate var dimensions: [(String, String)] {
    stride(from: 0, to: labels.count, by: 2).map { (labels[$0], labels[$0 + 1]) }
  }
}

extension Metrics.Timer {
  package func record(_ span: Span) { recordMicroseconds(span.microseconds) }

  /// How long something took since `start`.
  package func record(since start: ContinuousClock.Instant) {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
