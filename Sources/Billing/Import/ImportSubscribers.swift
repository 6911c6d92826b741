import Kernel
import Store

/// One row of a subscriber file, as people who come from another system bring it.
package struct SubscriberRow: Sendable {
  /// The columns of the file; those after `label` may be left out.
  package static let required = ["reference", "name", "zone", "plan", "currency", "partner", "token"]
  package static let optional = ["mail", "partner_customer", "label", "anchor", "paid_until", "language"]

  package static let fieldLimit = 500

  /// - Throws: `Refusal` with a sentence for the person who made the file.
  package static func subscribe(_ fields: [String: String]) throws(Refusal) -> Subscribe {
    for (name, value) in fields where value.count > fieldLimit {
      throw Refusal(.invalid, "tooLong", "\(name) has \(value.count) characters; \(fieldLimit) are allowed.")
    }
    func needed(_ name: String) throws(Refusal) -> String {
      guard let value = fields[name], !value.isEmpty else {
        throw Refusal(.invalid, "missingField", "\(name) is empty.")
      }
      return value
    }
    func time(_ name: String) throws(Refusal) -> Instant? {
      guard let text = fields[name], !text.isEmpty else { return nil }
      guard let instant = Instant(iso8601: text) else {
        throw Refusal(.invalid, "badTime", "\(name) is '\(text.prefix(40))', not a time such as 2026-03-01T09:00:00Z.")
      }
      return instant
    }
    let zone = try needed("zone")
    do { _ = try BillingCalendar(zone: zone) } catch { throw Refusal(.invalid, "badZone", "\(error)") }
    let currency = try needed("currency")
    do { _ = try Currency(currency) } catch { throw Refusal(.invalid, "badCurrency", "\(error)") }
    let mail = fields["mail"].flatMap { $0.isEmpty ? nil : $0 }
    if let mail, !mail.contains("@") {
      throw Refusal(.invalid, "badMail", "mail is '\(mail.prefix(40))', which has no @.")
    }
    let language = fields["language"].flatMap { $0.isEmpty ? nil : $0 }
    if let language { try Settings.check(language: language) }
    return Subscribe(
      customer: NewCustomer(
        reference: try needed("reference"), name: try needed("name"), mail: mail, zone: zone,
        language: language),
      plan: try needed("plan"), currency: currency,
      method: NewMethod(
        lane: try needed("partner"), token: try needed("token"),
        partnerCustomer: fields["partner_customer"].flatMap { $0.isEmpty ? nil : $0 },
        label: fields["label"].flatMap { $0.isEmpty ? nil : $0 } ?? "payment method"),
      anchor: try time("anchor"), paidUntil: try time("paid_until"))
  }
}

/// What an import found and did.
package struct ImportReport: Sendable, Codable, Equatable {
  package struct BadRow: Sendable, Codable, Equatable {
    package var line: Int
    package var problem: String
  }

  package var rows = 0
  package var saved = 0
  package var bad: [BadRow] = []
  package var badCount = 0
  package static let listed = 1_000

  package init() {}

  package mutating func reject(line: Int, _ problem: String) {
    badCount += 1
    if bad.count < Self.listed { bad.append(BadRow(line: line, problem: problem)) }
  }
}

/// Brings in subscribers from a file: all of them in one transaction, or none.
package struct ImportSubscribers: Sendable {
  let kernel: Kernel
  package static let chunk = 5_000

  package init(kernel: Kernel) { self.kernel = kernel }

  package struct Numbered: Sendable {
    package var line: Int
    package var subscribe: Subscribe

    package init(line: Int, subscribe: Subscribe) {
      self.line = line
      self.subscribe = subscribe
    }
  }

  /// Checks rows against what is in the database, and each other, without changing anything.
  /// - Parameter seen: references of the rows before these.
  package func check(_ rows: [Numbered], seen: inout [String: Int], into report: inout ImportReport) async throws {
    let codes = Set(rows.map(\.subscribe.plan))
    let references = rows.map(\.subscribe.customer.reference)
    let now = kernel.world.now()
    let (plans, lanes, known) = try await kernel.store.read { tx in
      (
        try Plan.byCode(codes, in: tx),
        Set(
          try tx.rows("SELECT name FROM lane WHERE \(TestLane.isNot("name"))").map { try $0.text("name") }),
        Set(
          try tx.rows("SELECT reference FROM customer WHERE reference \(in: references)").map {
            try $0.text("reference")
          })
      )
    }
    for row in rows {
      let new = row.subscribe
      do {
        _ = try Subscriptions.Start(new, plans, now: now)
      } catch {
        report.reject(line: row.line, "\(error)")
        continue
      }
      if !lanes.contains(new.method.lane) {
        report.reject(
          line: row.line, "There is no partner \(new.method.lane); there are \(lanes.sorted().joined(separator: ", "))."
        )
      } else if known.contains(new.customer.reference) {
        report.reject(line: row.line, "The customer \(new.customer.reference) exists already.")
      } else if let first = seen[new.customer.reference] {
        report.reject(line: row.line, "The customer \(new.customer.reference) stands in line \(first) already.")
      } else {
        seen[new.customer.reference] = row.line
      }
    }
  }

  /// Saves all rows that `next` gives, chunk by chunk, in one transaction.
  package func save(
    count: Int, by actor: Actor, progress: @escaping @Sendable (Int) -> Void,
    next: @escaping @Sendable () throws -> (@Sendable () throws -> [Subscribe])
  ) async throws -> Int {
    try await kernel.change(by: actor, canRepeat: false, ids: count * 4 + 1_000) { change in
      let read = try next()
      var saved = 0
      while case let chunk = try read(), !chunk.isEmpty {
        saved += try Subscriptions.add(chunk, in: change).count
        try change.flush()
        progress(saved)
      }
      return saved
    }
  }
}
