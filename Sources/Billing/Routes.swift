import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

/// The console's pages of billing. Handlers read and show; nothing here changes anything.
public struct BillingRoutes: Sendable {
  let store: Store
  let console: @Sendable (JournalState?) -> Console

  package init(store: Store, console: @escaping @Sendable (JournalState?) -> Console) {
    self.store = store
    self.console = console
  }

  package func add(to doors: Doors) {
    doors.get("", needs: .readRenewals) { _, visit in
      let around = try await surroundings(visit)
      let zone = BillingCalendar.named(around.zone)
      let now = around.now
      let day = try zone.dayBounds(zone.localDay(of: now))
      return try await store.read { tx in try TodayQuery(tx: tx, now: now, day: day).page() }.response(in: around)
    }
    doors.get("subscribers", needs: .readSubscribers) { request, visit in
      let query = request.uri.queryParameters["q"].map(String.init) ?? ""
      return try await store.read { tx in try SubscriberSearch(tx: tx).page(query) }.response(
        in: try await surroundings(visit))
    }
    doors.get("subscribers/:id", needs: .readSubscribers) { request, visit in
      let around = try await surroundings(visit)
      let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
      guard let id = Int64(try visit.parameters.require("id")),
        let page = try await store.read({ tx in try SubscriberQuery(tx: tx, now: around.now).page(id, before: before) })
      else { throw RefusalPage(.notFound, detail: "There is no subscriber of that number.") }
      return page.response(in: around)
    }
  }

  private func surroundings(_ visit: Visit) async throws -> Console {
    let state = try await store.read { tx -> JournalState in
      let size = try tx.integer("SELECT size FROM journal_head WHERE one = 1") ?? 0
      let seal = try tx.row("SELECT size, at, checkpoint FROM journal_seal ORDER BY size DESC LIMIT 1")
      let root = try seal?.text("checkpoint").split(separator: "\n").dropFirst(2).first.map(String.init) ?? ""
      let checkpoint = try seal.map {
        JournalState.Checkpoint(
          number: try $0.integer("size"), facts: try $0.integer("size"), root: Self.hexadecimal(root),
          at: try $0.instant("at"))
      }
      return JournalState(facts: size, checkpoint: checkpoint)
    }
    var console = console(state)
    console.visitor = visit.identity
    return console
  }

  private static func hexadecimal(_ base64: String) -> String {
    (Data(base64Encoded: base64) ?? Data()).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension BillingCalendar {
  /// The console's zone was checked when the program started.
  static func named(_ zone: TimeZone) -> BillingCalendar {
    if let known = try? BillingCalendar(zone: zone.identifier) { return known }
    return utc
  }

  private static let utc: BillingCalendar = {
    guard let calendar = try? BillingCalendar(zone: "UTC") else { preconditionFailure("UTC is a time zone") }
    return calendar
  }()
}
