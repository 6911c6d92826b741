import Foundation
import Kernel
import TestSupport
import Testing

@testable import Partners

@Suite("Times of RFC 3339")
struct TimeTests {
  @Test("Times are read to the microsecond, with any offset")
  func times() {
    #expect(RFC3339.parse("2023-11-14T22:13:20Z") == signedAt)
    #expect(RFC3339.parse("2023-11-14T22:13:20.125Z") == signedAt + .milliseconds(125))
    #expect(RFC3339.parse("2023-11-15T00:13:20.5+02:00") == signedAt + .milliseconds(500))
    #expect(RFC3339.parse("2023-11-14T22:13:20.123456789Z") == signedAt + Span(microseconds: 123_456))
    for wrong in ["", "2023-11-14", "2023-13-14T22:13:20Z", "2023-02-30T00:00:00Z", "2023-11-14T22:13:20", "yesterday"]
    {
      #expect(RFC3339.parse(wrong) == nil, "\(wrong)")
    }
    for wrong in [
      "2023-11-14T24:00:00Z", "2023-11-14T22:60:00Z", "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20+0200",
      "2023-11-14T22:13:20ZZ", " 2023-11-14T22:13:20Z", "1969-12-31T23:59:59Z", "2023-11-14T22:13:2\u{0660}Z",
    ] {
      #expect(RFC3339.parse(wrong) == nil, "\(wrong)")
    }
    #expect(RFC3339.text(signedAt) == "2023-11-14T22:13:20Z")
  }

  @Test("Every time that Foundation writes is read as the same time")
  func foundation() {
    let seed = Seeded.fresh()
    var random = Seeded(seed)
    for _ in 0..<5_000 {
      let seconds = Int64.random(in: 0..<253_402_300_800, using: &random)
      let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
      #expect(RFC3339.parse(text) == Instant(seconds: seconds), "seed \(seed): \(text)")
    }
  }
}
