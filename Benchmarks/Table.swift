import Foundation

/// One measurement, beside what bounds it.
struct Line: Sendable {
  var part: String
  var engine: String
  var what: String
  var amends: String
  var beside: String
  var ratio: String

  var markdown: String { "| \(part) | \(engine) | \(what) | \(amends) | \(beside) | \(ratio) |" }
}

/// The lines of a run: shown as they come, and as one table at its end.
enum Table {
  static let head = "| | on | what | Amends | beside | ratio |\n|---|---|---|---|---|---|"

  static func text(_ lines: [Line]) -> String { ([head] + lines.map(\.markdown)).joined(separator: "\n") }

  static func show(_ lines: [Line]) { print(text(lines)) }
}

/// What people read: 12,345.
func grouped(_ value: Double) -> String {
  let digits = String(Int64(value.rounded()))
  var out = ""
  for (offset, digit) in digits.reversed().enumerated() {
    if offset > 0, offset % 3 == 0, digit != "-" { out.append(",") }
    out.append(digit)
  }
  return String(out.reversed())
}

func perSecond(_ rate: Double) -> String { grouped(rate) + "/s" }

func percent(_ part: Double, of whole: Double) -> String {
  whole > 0 ? "\(Int((part / whole * 100).rounded())) %" : "–"
}

func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }

/// Progress, away from the table.
func note(_ text: String) { FileHandle.standardError.write(Data("  \(text)\n".utf8)) }

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
