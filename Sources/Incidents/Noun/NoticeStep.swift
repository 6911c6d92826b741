import Kernel
import Store

/// The worker's step that opens incidents from alerts: one for a kind and what it is about, however often it is raised.
package struct NoticeStep: Sendable {
  let kernel: Kernel
  let parts: HarmParts
  static let most = 100

  package init(kernel: Kernel, parts: HarmParts) {
    self.kernel = kernel
    self.parts = parts
  }

  /// - Returns: how many were opened.
  package func run() async throws -> Int {
    guard !parts.signals.isEmpty else { return 0 }
    let names = parts.signals.map(\.alert)
    let new: SQL =
      """
      SELECT id, name, subject, message, raised_at FROM alert AS a WHERE name \(in: names) AND cleared_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM incident_alert AS i WHERE i.alert = a.id) ORDER BY id LIMIT \(Self.most)
      """
    guard try await kernel.store.read({ tx in try tx.row(new) }) != nil else { return 0 }
    return try await kernel.change(by: .system("incidents"), canRepeat: true) { [parts] change in
      var opened = 0
      for alert in try change.tx.rows(new) {
        let name = try alert.text("name")
        guard let signal = parts.signals.first(where: { $0.alert == name }) else { continue }
        opened += try Self.take(alert, signal, in: change) ? 1 : 0
      }
      return opened
    }
  }

  /// - Returns: whether a new incident was opened for it.
  private static func take(_ alert: Row, _ signal: HarmSignal, in change: Change) throws -> Bool {
    let (id, about) = (try alert.integer("id"), try alert.text("subject"))
    let open = try OpenIncident.open(signal.kind, about, in: change.tx)
    let began = try alert.instant("raised_at") - signal.looksBack
    let incident =
      try open
      ?? OpenIncident(
        kind: signal.kind, about: about, title: signal.title, severity: signal.severity, began: began, tell: signal.tell
      ).run(in: change)
    let isNew = try change.tx.execute(
      "INSERT INTO incident_alert (alert, incident) VALUES (\(id), \(incident)) ON CONFLICT DO NOTHING")
    guard isNew == 1 else { return false }
    // Of several alerts the earliest says when it may have begun.
    try change.tx.execute(
      "UPDATE incident SET began_at = \(.least)(began_at, \(began)) WHERE id = \(incident) AND state <> 'closed'")
    change.record(
      IncidentFact(
        incident: incident, what: "alert", about: signal.alert, reason: try alert.text("message"), number: id))
    return open == nil
  }
}
