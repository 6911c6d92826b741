import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

/// The page of the day, and the lists behind its figures.
extension BillingRoutes {
  func addDay(to doors: Doors) {
    doors.get("", needs: .readRenewals) { request, visit in
      var around = try await frame.console(for: visit)
      let choice = try choice(request, around)
      // Today's page differs from the same day's page tomorrow.
      let name = choice.isToday ? "today \(choice.name)" : choice.name
      let read = try await days.page(name, now: kernel.world.now) { [store] now in
        try await store.read { tx in try TodayQuery(tx: tx, now: now, choice: choice).page() }
      }
      around.now = read.at
      return read.page.response(in: around)
    }
    doors.get("charges", needs: .readRenewals) { request, visit in
      let around = try await frame.console(for: visit)
      let choice = try choice(request, around)
      let asked = request.uri.queryParameters
      guard let state = asked["state"].flatMap({ ChargeState(rawValue: String($0)) }) else {
        throw RefusalPage(.notFound, detail: "There is no such state of a charge.")
      }
      let after = asked["after"].flatMap { ChargesQuery.Cursor(String($0)) }
      return try await store.read { tx in try ChargesQuery(tx: tx, choice: choice, state: state).page(after: after) }
        .response(in: around)
    }
  }

  private func choice(_ request: Request, _ around: Console) throws -> DayChoice {
    let asked = request.uri.queryParameters["day"].map(String.init)
    do { return try DayChoice(asked, .named(around.zone), now: around.now) } catch {
      throw RefusalPage(.badRequest, detail: "A day is written like 2026-11-28.")
    }
  }
}
