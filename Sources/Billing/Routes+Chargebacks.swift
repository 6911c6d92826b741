import Hummingbird
import Kernel
import Store
import Web
import Words

/// Saying what was decided about money that a bank took back.
extension BillingRoutes {
  func addChargebacks(to doors: Doors) {
    let path = "subscribers/:id/chargebacks/:chargeback"
    doors.get(path, needs: .decideCharges) { _, visit in
      let takenBack = try await takenBack(visit)
      return decision(takenBack, visit).response(in: frame.plain(for: visit))
    }
    doors.post(path, needs: .decideCharges) { _, visit -> Response in
      let takenBack = try await takenBack(visit)
      do {
        try await does(DecideChargeback(chargeback: takenBack.id, reason: try reason(visit)), visit)
        return back(to: takenBack.person, .decided)
      } catch let wrong as WrongEntry {
        var page = decision(takenBack, visit)
        page.wrong = wrong.shown(visit.words)
        return page.response(in: frame.plain(for: visit), status: wrong.status).response()
      }
    }
  }

  private func takenBack(_ visit: Visit) async throws -> ActSubject.TakenBack {
    guard let customer = number("id", visit), let id = number("chargeback", visit),
      let found = try await store.read({ tx in try ActSubject.takenBack(id, of: customer, in: tx) })
    else { throw Self.missing }
    return found
  }

  private func decision(_ takenBack: ActSubject.TakenBack, _ visit: Visit) -> ActPage {
    let words = visit.words
    let amount = words.amount(Amount(takenBack.amount, takenBack.currency))
    return ActPage(
      title: words.text(.takenBackTitle), subscriber: takenBack.person,
      action: Paths.chargeback(of: String(takenBack.person.id), takenBack.id), key: key(visit),
      facts: [words.text(.storyTakenBack(amount, takenBack.partner))], will: [words.text(.takenBackMeans)],
      reason: visit.form["reason"], button: words.text(.takenBackAct))
  }
}
