import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

/// The console's pages of billing. Handlers read and show; nothing here changes anything.
public struct BillingRoutes: Sendable {
  let store: Store
  let frame: Frame

  package init(store: Store, frame: Frame) {
    self.store = store
    self.frame = frame
  }

  package func add(to doors: Doors) {
    doors.get("", needs: .readRenewals) { _, visit in
      let around = try await frame.console(for: visit)
      let zone = BillingCalendar.named(around.zone)
      let now = around.now
      let day = try zone.dayBounds(zone.localDay(of: now))
      return try await store.read { tx in try TodayQuery(tx: tx, now: now, day: day).page() }.response(in: around)
    }
    doors.get("subscribers", needs: .readSubscribers) { request, visit in
      let query = request.uri.queryParameters["q"].map(String.init) ?? ""
      return try await store.read { tx in try SubscriberSearch(tx: tx).page(query) }.response(
        in: try await frame.console(for: visit))
    }
    doors.get("subscribers/:id", needs: .readSubscribers) { request, visit in
      let around = try await frame.console(for: visit)
      let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
      guard let id = Int64(try visit.parameters.require("id")),
        let page = try await store.read({ tx in try SubscriberQuery(tx: tx, now: around.now).page(id, before: before) })
      else { throw RefusalPage(.notFound, detail: "There is no subscriber of that number.") }
      return page.response(in: around)
    }
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
