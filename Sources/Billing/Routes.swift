import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// The console's pages of billing. Handlers read and show, or hand a command to the kernel.
public struct BillingRoutes: Sendable {
  let kernel: Kernel
  let frame: Frame
  let days = KeptDays()
  let harms: PersonHarms
  var store: Store { kernel.store }

  package init(kernel: Kernel, frame: Frame, harms: PersonHarms = .none) {
    self.harms = harms
    self.kernel = kernel
    self.frame = frame
  }

  package func add(to doors: Doors) {
    addDay(to: doors)
    doors.get("subscribers", needs: .readSubscribers) { request, visit in
      let query = request.uri.queryParameters["q"].map(String.init) ?? ""
      return try await store.read { tx in try SubscriberSearch(tx: tx).page(query) }.response(
        in: try await frame.console(for: visit))
    }
    doors.get("subscribers/:id", needs: .readSubscribers) { request, visit in
      let around = try await frame.console(for: visit)
      let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
      guard let id = number("id", visit),
        var page = try await store.read({ [harms] tx -> SubscriberPage? in
          var page = try SubscriberQuery(tx: tx, now: around.now).page(id, before: before)
          let reached = try harms.of("customer:\(id)", SubscriberPage.harmsListed, tx)
          page?.harms = reached.shown
          page?.harmCount = reached.count
          return page
        })
      else { throw RefusalPage(.notFound, detail: "There is no subscriber of that number.") }
      page.notice = request.uri.queryParameters["done"].flatMap { ActNotice(rawValue: String($0)) }?.words
      page.key = ActKey.make(kernel.world)
      return page.response(in: around)
    }
    addActs(to: doors)
    addRefunds(to: doors)
    addNotes(to: doors)
    addChargebacks(to: doors)
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
