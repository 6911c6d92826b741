import Kernel
import Store
import Web

/// Reads alerts: those that are open by urgency, and those of the last weeks that are over.
struct AlertQuery {
  let tx: Transaction
  let now: Instant

  static let listed = 50
  /// How long one that is over is shown.
  static let kept = Span.days(56)

  /// Two numbers: a moment and an id.
  struct Cursor {
    var at: Int64
    var id: Int64

    init(at: Instant, id: Int64) {
      self.at = at.microseconds
      self.id = id
    }

    init?(_ text: String) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
      guard parts.count == 2, let at = parts[0], let id = parts[1] else { return nil }
      self.at = at
      self.id = id
    }

    var text: String { "\(at).\(id)" }
  }

  private static let columns: SQL =
    "id, name, subject, message, raised_at, owner, escalates_at, escalated_to, escalated_at, cleared_at"

  func page(after: String?, before: String?) throws -> AlertsPage {
    let open = before == nil ? try open(after.flatMap(Cursor.init)) : []
    let over = after == nil ? try over(before.flatMap(Cursor.init)) : []
    func cursor(_ alerts: [AlertsPage.Alert], _ at: (AlertsPage.Alert) -> Instant) -> String? {
      alerts.count > Self.listed ? Cursor(at: at(alerts[Self.listed - 1]), id: alerts[Self.listed - 1].id).text : nil
    }
    return AlertsPage(
      open: Array(open.prefix(Self.listed)), moreOpen: cursor(open, \.escalatesAt),
      over: Array(over.prefix(Self.listed)), moreOver: cursor(over, \.raisedAt),
      showsOpen: before == nil, showsOver: after == nil)
  }

  /// What escalates first is first; what has is before that. Open alerts are few: a check raises a hundred at most.
  private func open(_ cursor: Cursor?) throws -> [AlertsPage.Alert] {
    try tx.rows(
      """
      SELECT \(Self.columns) FROM alert
      WHERE cleared_at IS NULL AND (escalates_at, id) > (\(cursor?.at ?? .min), \(cursor?.id ?? -1))
      ORDER BY escalates_at, id LIMIT \(Self.listed + 1)
      """
    ).map(AlertsPage.Alert.init)
  }

  private func over(_ cursor: Cursor?) throws -> [AlertsPage.Alert] {
    try tx.rows(
      """
      SELECT \(Self.columns) FROM alert
      WHERE raised_at >= \(now - Self.kept) AND (raised_at, id) < (\(cursor?.at ?? .max), \(cursor?.id ?? .max))
        AND cleared_at IS NOT NULL
      ORDER BY raised_at DESC, id DESC LIMIT \(Self.listed + 1)
      """
    ).map(AlertsPage.Alert.init)
  }
}

extension AlertsPage.Alert {
  init(_ row: Row) throws {
    self.init(
      id: try row.integer("id"), name: try row.text("name"), subject: try row.text("subject"),
      message: try row.text("message"), raisedAt: try row.instant("raised_at"), owner: try row.text("owner"),
      escalatesAt: try row.instant("escalates_at"), escalatedTo: try row.textOrNull("escalated_to"),
      clearedAt: try row.instantOrNull("cleared_at"))
  }
}
