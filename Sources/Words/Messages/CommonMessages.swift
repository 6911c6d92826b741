extension Message {
  /// The names of values in a list.
  public static let planLabel = Message("label.plan")
  public static let periodLabel = Message("label.period")
  public static let amountLabel = Message("label.amount")
  public static let methodLabel = Message("label.method")
  public static let dateLabel = Message("label.date")
  public static let numberLabel = Message("label.number")
  public static let timeLabel = Message("label.time")
  public static let deviceLabel = Message("label.device")
  public static let networkLabel = Message("label.network")

  /// Both days as the reader writes them.
  public static func range(from: String, to: String) -> Message {
    Message("common.range", ["from": .words(from), "to": .words(to)])
  }
}

/// Charts in a sentence.
extension Message {
  public static func chartSummary(_ total: String, _ parts: String) -> Message {
    Message("chart.summary", ["total": .words(total), "parts": .words(parts)])
  }
  public static let chartNothing = Message("chart.nothing")
}
