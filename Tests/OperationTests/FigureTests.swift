import Metrics
import Testing

@testable import Operation

@Suite("Figures")
struct FigureTests {
  @Test("A counter, a gauge and a histogram are written as Prometheus reads them")
  func exposition() {
    let registry = Registry()
    Counter(label: "amends_renewals_opened_total", factory: registry).increment(by: 3)
    Counter(label: "amends_renewals_opened_total", factory: registry).increment()
    Meter(label: "amends_store_connections_in_use", factory: registry).increment(by: 2)
    let timer = Metrics.Timer(label: "amends_step_seconds", dimensions: [("step", "renew")], factory: registry)
    timer.recordNanoseconds(2_000_000)
    timer.recordNanoseconds(70_000_000_000)
    let lines = Exposition.text(registry.read()).split(separator: "\n").map(String.init)
    #expect(lines.contains("amends_renewals_opened_total 4"))
    #expect(lines.contains("amends_store_connections_in_use 2"))
    #expect(lines.contains("amends_step_seconds_bucket{step=\"renew\",le=\"0.001\"} 0"))
    #expect(lines.contains("amends_step_seconds_bucket{step=\"renew\",le=\"0.0025\"} 1"))
    #expect(lines.contains("amends_step_seconds_bucket{step=\"renew\",le=\"60\"} 1"))
    #expect(lines.contains("amends_step_seconds_bucket{step=\"renew\",le=\"+Inf\"} 2"))
    #expect(lines.contains("amends_step_seconds_count{step=\"renew\"} 2"))
    #expect(lines.contains("# TYPE amends_step_seconds histogram"))
    #expect(lines.filter { $0.hasPrefix("# HELP amends_step_seconds") }.count == 1)
  }

  @Test("A label's value is escaped, and a name is made one")
  func escaping() {
    let registry = Registry()
    Counter(label: "some.library/count", dimensions: [("a b", "x\"y\\z\nw")], factory: registry).increment()
    let text = Exposition.text(registry.read())
    #expect(text.contains("some_library_count_total{a_b=\"x\\\"y\\\\z\\nw\"} 1\n"), "\(text)")
  }

  @Test("Whatever labels are made up, there are only so many series, and nothing is lost from the sum")
  func bounded() throws {
    let registry = Registry()
    for n in 0..<2_000 {
      Counter(label: "amends_http_requests_total", dimensions: [("door", "/\(n)")], factory: registry).increment()
    }
    let family = try #require(registry.read().first)
    #expect(family.samples.count <= Registry.limit + 1)
    #expect(family.samples.reduce(0) { $0 + $1.value } == 2_000)
    #expect(family.samples.contains { $0.labels == "door=\"other\"" })
  }

  @Test("This process's own figures are there")
  func process() {
    let names = Set(ProcessFigures.read().map(\.name))
    #expect(names.isSuperset(of: ["process_cpu_seconds_total", "process_open_fds", "process_resident_memory_bytes"]))
  }
}
