import CoreMetrics
import Synchronization

/// Keeps what the program counts, for Prometheus to fetch. Made once, at the start of the program (`MetricsSystem.bootstrap`).
///
/// Counting is an atomic addition or a short lock; nothing waits and nothing is sent. How many series there may be is bounded:
/// what goes beyond is counted under the label value `other`.
public final class Registry: MetricsFactory, Sendable {
  private struct State {
    /// By what the program said, so that finding a series costs no making of names: it is done for every call to a partner.
    var found: [Key: any Series] = [:]
    /// By name, and by labels as they are written.
    var families: [String: [String: any Series]] = [:]
  }

  private struct Key: Hashable {
    let label: String
    let dimensions: [String]
  }

  private let state = Mutex(State())
  /// A family has at most so many series.
  static let limit = 1_000

  public init() {}

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(label, dimensions, Names.counter) { _ in CounterSeries() }
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(label, dimensions, Names.gauge) { _ in GaugeSeries() }
  }

  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    if !aggregate { return series(label, dimensions, Names.gauge) { _ in GaugeSeries() } }
    return series(label, dimensions, Names.gauge) { HistogramSeries(bounds: Catalogue.bounds(of: $0)) }
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(label, dimensions, Names.timer) { HistogramSeries(bounds: Catalogue.bounds(of: $0)) }
  }

  // Series live as long as the program: what was counted stays counted.
  public func destroyCounter(_ handler: any CounterHandler) {}
  public func destroyMeter(_ handler: any MeterHandler) {}
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func series<S: Series>(
    _ label: String, _ dimensions: [(String, String)], _ naming: (String) -> String, _ make: (String) -> S
  ) -> S {
    let key = Key(label: label, dimensions: dimensions.flatMap { [$0.0, $0.1] })
    return state.withLock { state in
      if let known = state.found[key] as? S { return known }
      let name = naming(label)
      var labels = Names.labels(dimensions)
      let isFull = state.families[name]?.count ?? 0 >= Self.limit
      if isFull { labels = Names.labels(dimensions.map { ($0.0, "other") }) }
      // The same name for two kinds is a mistake of the program; the second then counts for nobody.
      if let known = state.families[name]?[labels] { return known as? S ?? make(name) }
      let new = make(name)
      state.families[name, default: [:]][labels] = new
      if !isFull { state.found[key] = new }
      return new
    }
  }

  /// Everything that was counted so far.
  public func read() -> [Family] {
    state.withLock { $0.families }.map { name, series in
      let kind = series.values.first?.kind ?? .gauge
      return Family(name, kind, series.sorted { $0.key < $1.key }.flatMap { $1.samples($0) })
    }
  }
}

/// One combination of labels.
protocol Series: AnyObject, Sendable {
  var kind: Family.Kind { get }
  func samples(_ labels: String) -> [Family.Sample]
}

final class CounterSeries: Series, CounterHandler {
  private let value = Atomic<Int64>(0)
  let kind = Family.Kind.counter

  func increment(by amount: Int64) { if amount > 0 { value.wrappingAdd(amount, ordering: .relaxed) } }
  func reset() { value.store(0, ordering: .relaxed) }
  func samples(_ labels: String) -> [Family.Sample] { [.init(labels, Double(value.load(ordering: .relaxed)))] }
}

final class GaugeSeries: Series, MeterHandler, RecorderHandler {
  private let value = Mutex(0.0)
  let kind = Family.Kind.gauge

  func set(_ new: Int64) { set(Double(new)) }
  func set(_ new: Double) { value.withLock { $0 = new } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func record(_ new: Int64) { set(new) }
  func record(_ new: Double) { set(new) }
  func samples(_ labels: String) -> [Family.Sample] { [.init(labels, value.withLock { $0 })] }
}

final class HistogramSeries: Series, TimerHandler, RecorderHandler {
  private struct State {
    var counts: [Int64]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>
  let kind = Family.Kind.histogram

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let index = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[index] += 1
      state.sum += value
    }
  }

  /// Cumulative, as Prometheus reads them: each bucket holds those before it too.
  func samples(_ labels: String) -> [Family.Sample] {
    let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
    var total: Int64 = 0
    var samples: [Family.Sample] = []
    for (index, count) in counts.enumerated() {
      total += count
      let bound = index < bounds.count ? Names.number(bounds[index]) : "+Inf"
      samples.append(.init(labels.isEmpty ? "le=\"\(bound)\"" : "\(labels),le=\"\(bound)\"", Double(total), "_bucket"))
    }
    return samples + [.init(labels, sum, "_sum"), .init(labels, Double(total), "_count")]
  }
}
