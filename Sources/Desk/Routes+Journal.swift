import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

extension DeskRoutes {
  func addJournal(to doors: Doors) {
    doors.get("journal", needs: .readJournal) { request, visit in
      let around = try await frame.console(for: visit)
      let (filter, before) = (filter(request, around.zone), query("before", request))
      let (state, key, notice) = (verifier.state, formKey(), notice(request))
      return HTMLResponse(
        try await store.read { tx in
          let query = FactQuery(tx: tx)
          var page = try query.page(filter, before: before)
          page.verified = try query.lastVerification()
          (page.verification, page.publicKey, page.key, page.notice) = (state, journal.publicKey, key, notice)
          let actors = page.facts.map(\.actor) + [page.verified?.actor].compactMap(\.self)
          let subjects = page.facts.map(\.subject) + [filter.subject].compactMap(\.self)
          return page.html(
            in: around, try names(actors, for: visit, in: tx), try self.subjects(subjects, for: visit, in: tx))
        })
    }
    doors.get("journal/:fact", needs: .readJournal) { _, visit in try await fact(visit) }
    doors.get("journal/:fact/receipt", needs: .readJournal) { _, visit in
      let number = try number(visit)
      return ReceiptResponse(receipt: try await journal.receipt(for: number), number: number)
    }
    doors.post("journal/verify", needs: .readJournal) { _, visit -> Response in
      guard (8...80).contains(visit.form["key"].utf8.count) else { throw RefusalPage(.badRequest) }
      let started = verifier.start(by: try visit.known().actor)
      return Redirect(to: Paths.journal + "?done=" + (started ? "verifying" : "busy") + "#verification").response()
    }
  }

  private func fact(_ visit: Visit) async throws -> HTMLResponse {
    let number = try number(visit)
    let around = try await frame.console(for: visit)
    let receipt = try await receipt(number)
    let sealedAt = receipt.flatMap(journal.sealedAt)
    let html = try await store.read { tx -> String? in
      let query = FactQuery(tx: tx)
      guard let line = try query.fact(number) else { return nil }
      let (earlier, later) = try query.neighbours(line)
      let page = FactPage(line: line, receipt: receipt, sealedAt: sealedAt, earlier: earlier, later: later)
      return page.html(
        in: around, try names([line.actor], for: visit, in: tx), try subjects([line.subject], for: visit, in: tx))
    }
    guard let html else { throw Self.noFact }
    return HTMLResponse(html)
  }

  /// nil: not sealed yet.
  private func receipt(_ number: FactNumber) async throws -> Receipt? {
    do { return try await journal.receipt(for: number) } catch let refusal as Refusal where refusal.kind == .conflict {
      return nil
    }
  }

  private func number(_ visit: Visit) throws -> FactNumber {
    guard let number = FactNumber(try visit.parameters.require("fact")) else { throw Self.noFact }
    return number
  }

  private static var noFact: RefusalPage { RefusalPage(.notFound, detail: "There is no fact of that number.") }

  private func subjects(_ found: [String], for visit: Visit, in tx: Transaction) throws -> Subjects {
    Subjects(links: try links(found, for: visit, in: tx), fields: neighbours.subjectFields)
  }

  /// What was asked for; a day that is none is no filter.
  private func filter(_ request: Request, _ zone: TimeZone) -> FactQuery.Filter {
    var filter = FactQuery.Filter(
      kind: query("kind", request), subject: query("subject", request), actor: query("actor", request))
    if let day = query("day", request), let range = Self.range(of: day, in: zone) {
      (filter.day, filter.range) = (day, range)
    }
    return filter
  }

  /// `2026-03-03` as that day's beginning and end.
  static func range(of day: String, in zone: TimeZone) -> Range<Instant>? {
    guard let parts = day.wholeMatch(of: #/(\d{4})-(\d{2})-(\d{2})/#) else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let components = DateComponents(year: Int(parts.1), month: Int(parts.2), day: Int(parts.3))
    guard components.isValidDate(in: calendar), let start = calendar.date(from: components),
      let end = calendar.date(byAdding: .day, value: 1, to: start)
    else { return nil }
    return Instant(start)..<Instant(end)
  }
}

extension Instant {
  fileprivate init(_ date: Date) { self.init(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded())) }
}
