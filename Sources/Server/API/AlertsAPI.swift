import Foundation
import Kernel
import Store
import Web

extension OperationAPI {
  func addAlerts(to api: API) {
    api.list(
      "alerts", "listAlerts", "List alerts, the newest first.", in: .alerts, needs: .readRenewals,
      query: ["state": Schema.choice("Only those that are open, or cleared.", AlertJSON.State.self).optional],
      of: AlertJSON.self
    ) { call in
      let state = call.text("state").flatMap(AlertJSON.State.init)
      let after = try call.after(keys: 2)
      let found = try await call.read { tx in try AlertJSON.page(after: after, call.rows, state, in: tx) }
      return Page(found, call) { [$0.raisedAt.instant.microseconds, Int64($0.id) ?? 0] }
    }
    api.get(
      "alerts/:id", "getAlert", "Get an alert.", in: .alerts, needs: .readRenewals, answers: AlertJSON.self,
      refuses: [.noAlert]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in
        guard let row = try tx.row("SELECT \(name: AlertJSON.columns) FROM alert WHERE id = \(id)") else {
          throw Refusal.noAlert
        }
        return try AlertJSON(row)
      }
    }
  }
}

struct AlertJSON: APIType {
  enum State: String, Codable, Sendable, CaseIterable { case open, cleared }

  var id: String
  var name: String
  var about: String
  var message: String
  var state: State
  var owner: String
  var raisedAt: APITime
  var escalatesAt: APITime
  var escalatedTo: String?
  var escalatedAt: APITime?
  var clearedAt: APITime?

  static let columns: StaticString =
    "id, name, subject, message, owner, raised_at, escalates_at, escalated_to, escalated_at, cleared_at"

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    name = try row.text("name")
    about = try row.text("subject")
    message = try row.text("message")
    owner = try row.text("owner")
    raisedAt = APITime(try row.instant("raised_at"))
    escalatesAt = APITime(try row.instant("escalates_at"))
    escalatedTo = try row.textOrNull("escalated_to")
    escalatedAt = APITime(try row.instantOrNull("escalated_at"))
    clearedAt = APITime(try row.instantOrNull("cleared_at"))
    state = clearedAt == nil ? .open : .cleared
  }

  static func page(after key: [Int64]?, _ limit: Int, _ state: State?, in tx: Transaction) throws -> [AlertJSON] {
    let isState: SQL =
      switch state {
      case .open: "AND cleared_at IS NULL"
      case .cleared: "AND cleared_at IS NOT NULL"
      case nil: ""
      }
    return try tx.rows(
      """
      SELECT \(name: columns) FROM alert WHERE (raised_at, id) < (\(key?[0] ?? .max), \(key?[1] ?? .max)) \(isState)
      ORDER BY raised_at DESC, id DESC LIMIT \(limit)
      """
    ).map(AlertJSON.init)
  }

  static let about = "Something that is not as it should be."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "name": .text("Which check found it.", 1...100),
      "about": .text("What it is about: lane:carrier.", 1...200),
      "message": .text("In words, with the figures.", 1...2_000),
      "state": .choice("open as long as the check finds it.", State.self),
      "owner": .text("Who looks after it.", 1...100),
      "raisedAt": .time("Since when."), "escalatesAt": .time("When somebody else is told, unless it is over."),
      "escalatedTo": Schema.text("Who was told.", 1...100).optional, "escalatedAt": Schema.time("When.").optional,
      "clearedAt": Schema.time("Since when it is over.").optional,
    ]
  }
}
