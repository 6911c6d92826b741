/// Everything that the parts offer for the day on which a mistake reaches people.
public struct HarmParts: Sendable {
  public var finders: [any Finder]
  public var containments: [any Containment]
  public var remedies: [any Remedy]
  public var signals: [HarmSignal]

  public init(
    finders: [any Finder] = [], containments: [any Containment] = [], remedies: [any Remedy] = [],
    signals: [HarmSignal] = []
  ) {
    self.finders = finders
    self.containments = containments
    self.remedies = remedies
    self.signals = signals
  }

  public static func + (a: HarmParts, b: HarmParts) -> HarmParts {
    HarmParts(
      finders: a.finders + b.finders, containments: a.containments + b.containments,
      remedies: a.remedies + b.remedies, signals: a.signals + b.signals)
  }

  public func finder(_ name: String) throws(Refusal) -> any Finder {
    guard let found = finders.first(where: { $0.name == name }) else {
      throw Refusal(.missing, "noFinder", "Nobody finds '\(name)'; there are \(Self.list(finders.map(\.name))).")
    }
    return found
  }

  public func containment(_ name: String) throws(Refusal) -> any Containment {
    guard let found = containments.first(where: { $0.name == name }) else {
      throw Refusal(
        .missing, "noContainment", "There is no '\(name)'; there are \(Self.list(containments.map(\.name))).")
    }
    return found
  }

  public func remedy(_ name: String) throws(Refusal) -> any Remedy {
    guard let found = remedies.first(where: { $0.name == name }) else {
      throw Refusal(.missing, "noRemedy", "There is no remedy '\(name)'; there are \(Self.list(remedies.map(\.name))).")
    }
    return found
  }

  private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}

/// An alert that means: people may have been reached.
public struct HarmSignal: Sendable {
  /// The check's name.
  public var alert: String
  /// The kind of the incident that it opens; one is open for a kind and what it is about.
  public var kind: String
  /// 1: many people, money or rights · 4: a nuisance.
  public var severity: Int
  public var title: String
  /// The check looks back this far: so long before it was raised it may have begun.
  public var looksBack: Span
  /// Who is to be told first.
  public var tell: [String]

  public init(alert: String, kind: String, severity: Int, title: String, looksBack: Span, tell: [String]) {
    self.alert = alert
    self.kind = kind
    self.severity = severity
    self.title = title
    self.looksBack = looksBack
    self.tell = tell
  }
}
