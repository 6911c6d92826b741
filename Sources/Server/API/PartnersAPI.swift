import Foundation
import Kernel
import Store
import Web

extension OperationAPI {
  func addPartners(to api: API) {
    // There are as many as there are partners' settings: one page holds them all.
    api.get(
      "partners", "listPartners", "List the partners.", in: .partners, needs: .readRenewals, answers: PartnersJSON.self
    ) { call in
      try await call.read { tx in
        PartnersJSON(
          data: try tx.rows(
            """
            SELECT \(name: PartnerJSON.columns) FROM lane WHERE \(TestLane.isNot("name"))
            ORDER BY name LIMIT \(PartnersJSON.most)
            """
          ).map(PartnerJSON.init))
      }
    }
    api.get(
      "partners/:name", "getPartner", "Get a partner.", in: .partners, needs: .readRenewals,
      path: ["name": PartnerJSON.name], answers: PartnerJSON.self, refuses: [.noPartner]
    ) { call in
      let name = try call.name("name")
      return try await call.read { tx in try PartnerJSON.one(name, in: tx) }
    }
    api.post(
      "partners/:name/stop", "stopPartner", "Send no new charge to a partner.",
      "Everything else goes on, and open outcomes are still found out. A partner that is stopped stays so.",
      in: .partners,
      needs: .stopPartners, path: ["name": PartnerJSON.name], takes: ReasonJSON.self, answers: PartnerJSON.self,
      refuses: [.noPartner]
    ) { call, body in try await change(call, on: false, body) }
    api.post(
      "partners/:name/resume", "resumePartner", "Let a partner go on.", "It begins in steps, as after an outage.",
      in: .partners, needs: .stopPartners, path: ["name": PartnerJSON.name], takes: ReasonJSON.self,
      answers: PartnerJSON.self, refuses: [.noPartner]
    ) { call, body in try await change(call, on: true, body) }
  }

  private func change(_ call: APICall, on: Bool, _ body: ReasonJSON) async throws -> PartnerJSON {
    let name = try call.name("name")
    return try await call.perform(SwitchLane(lane: name, on: on, reason: body.reason)) { _, change in
      try PartnerJSON.one(name, in: change.tx)
    }
  }
}

struct PartnerJSON: APIType {
  enum Breaker: String, Codable, Sendable, CaseIterable { case closed, open, halfOpen }

  var name: String
  var stopped: Bool
  var reason: String?
  var changedBy: String?
  var changedAt: APITime?
  var breaker: Breaker
  var opensUntil: APITime?
  var ramp: Int64

  static let columns: StaticString = "name, switch, reason, switched_by, switched_at, breaker, until, ramp"

  init(_ row: Row) throws {
    name = try row.text("name")
    stopped = try row.text("switch") == "off"
    reason = try row.textOrNull("reason")
    changedBy = try row.textOrNull("switched_by")
    changedAt = APITime(try row.instantOrNull("switched_at"))
    breaker = Breaker(rawValue: try row.text("breaker")) ?? .closed
    opensUntil = breaker == .open ? APITime(try row.instantOrNull("until")) : nil
    ramp = try row.integer("ramp")
  }

  static func one(_ name: String, in tx: Transaction) throws -> PartnerJSON {
    guard let row = try tx.row("SELECT \(name: columns) FROM lane WHERE name = \(name)") else {
      throw Refusal.noPartner
    }
    return try PartnerJSON(row)
  }

  static let name = Schema.code("The partner's name.", 1...100)
  static let about = "Somebody outside who carries out charges, refunds or mails."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "name": name, "stopped": .flag("A person stopped it: no new charge leaves."),
      "reason": Schema.text("Why it was stopped, or let go on.", 0...1_000).optional,
      "changedBy": Schema.text("Who did that.", 1...200).optional, "changedAt": Schema.time("When.").optional,
      "breaker": .choice("open: it does not answer as it should, and new charges wait by themselves.", Breaker.self),
      "opensUntil": Schema.time("When it is tried again; only while the breaker is open.").optional,
      "ramp": .integer("The share of the full rate at which charges leave, in percent.", 1...100),
    ]
  }
}

struct PartnersJSON: APIType {
  var data: [PartnerJSON]

  static let most = 1_000
  static let about = "All partners."
  static var fields: KeyValuePairs<String, Schema> {
    ["data": .list(.one(PartnerJSON.self), "By name.", 0...most)]
  }
}
