/// Figures of one name, as Prometheus reads them (Prometheus documentation, "Text-based format", version 0.0.4).
public struct Family: Sendable {
  public enum Kind: String, Sendable { case counter, gauge, histogram }

  public struct Sample: Sendable {
    let labels: String
    let value: Double
    let suffix: String

    /// - Parameter labels: as they are written: `lane="card",kind="charge"`.
    init(_ labels: String, _ value: Double, _ suffix: String = "") {
      self.labels = labels
      self.value = value
      self.suffix = suffix
    }

    public init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
      self.init(Names.labels(labels.map { ($0.key, $0.value) }), value)
    }
  }

  public let name: String
  let kind: Kind
  let samples: [Sample]

  public init(_ name: String, _ kind: Kind, _ samples: [Sample]) {
    self.name = name
    self.kind = kind
    self.samples = samples
  }
}

public enum Exposition {
  public static let type = "text/plain; version=0.0.4; charset=utf-8"

  public static func text(_ families: [Family]) -> String {
    var out = ""
    for family in families.sorted(by: { $0.name < $1.name }) where !family.samples.isEmpty {
      out += "# HELP \(family.name) \(Catalogue.help(of: family.name))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
      for sample in family.samples {
        let labels = sample.labels.isEmpty ? "" : "{\(sample.labels)}"
        out += "\(family.name)\(sample.suffix)\(labels) \(Names.number(sample.value))\n"
      }
    }
    return out
  }
}

enum Names {
  static func counter(_ name: String) -> String { ending(gauge(name), "_total") }
  static func timer(_ name: String) -> String { ending(gauge(name), "_seconds") }

  /// Letters, digits, `_` and `:`; no digit at the beginning.
  static func gauge(_ name: String) -> String {
    let bytes = name.utf8.enumerated().map { index, byte -> UInt8 in
      let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
      let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") && index > 0
      return isLetter || isDigit || byte == UInt8(ascii: ":") ? byte : UInt8(ascii: "_")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func labels(_ labels: [(String, String)]) -> String {
    var out = ""
    for (name, value) in labels {
      if !out.isEmpty { out += "," }
      out += "\(gauge(name).replacing(":", with: "_"))=\"\(escaped(value))\""
    }
    return out
  }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  private static func ending(_ name: String, _ end: String) -> String { name.hasSuffix(end) ? name : name + end }

  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C || $0 == 0x0A }) else { return value }
    return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
