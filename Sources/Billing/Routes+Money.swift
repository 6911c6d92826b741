import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// Giving money back, in two steps: enter, then read what will happen and say yes. And notes.
extension BillingRoutes {
  func addRefunds(to doors: Doors) {
    let path = "subscribers/:id/payments/:payment/refund"
    doors.get(path, needs: .refundPayments) { _, visit in
      let payment = try await payment(visit)
      return refundForm(payment, visit).response(in: frame.plain(for: visit))
    }
    doors.post(path, needs: .refundPayments) { _, visit -> Response in
      let payment = try await payment(visit)
      do {
        let amount = try amount(payment, visit)
        let reason = try reason(visit)
        let isPaidOtherwise = Self.isPaidOtherwise(visit)
        guard visit.form["confirmed"] == "yes" else {
          return confirmation(payment, amount, reason, visit).response(in: frame.plain(for: visit)).response()
        }
        try await does(
          RefundPayment(
            capture: payment.id, amount: amount, reason: reason, isPaidOtherwise: isPaidOtherwise ? true : nil), visit)
        return back(to: payment.person, .refund)
      } catch let wrong as WrongEntry {
        var page = refundForm(payment, visit)
        page.wrong = wrong.shown(visit.words)
        return page.response(in: frame.plain(for: visit), status: wrong.status).response()
      }
    }
  }

  func addNotes(to doors: Doors) {
    let path = "subscribers/:id/notes"
    doors.get(path, needs: .writeNotes) { _, visit in
      let person = try await person(visit)
      return noteForm(person, visit).response(in: frame.plain(for: visit))
    }
    doors.post(path, needs: .writeNotes) { _, visit -> Response in
      let person = try await person(visit)
      do {
        let text = visit.form["note"].replacing("\r\n", with: "\n")
        guard (1...NoteOnCustomer.limit).contains(text.trimmingCharacters(in: .whitespacesAndNewlines).count) else {
          throw WrongEntry(.noteLength(visit.words.count(NoteOnCustomer.limit)))
        }
        try await does(NoteOnCustomer(customer: person.id, text: text), visit)
        return back(to: person, .noted)
      } catch let wrong as WrongEntry {
        var page = noteForm(person, visit)
        page.wrong = wrong.shown(visit.words)
        return page.response(in: frame.plain(for: visit), status: wrong.status).response()
      }
    }
  }

  private func payment(_ visit: Visit) async throws -> ActSubject.Payment {
    guard let customer = number("id", visit), let id = number("payment", visit),
      let found = try await store.read({ tx in try ActSubject.payment(id, of: customer, in: tx) })
    else { throw Self.missing }
    return found
  }

  private func person(_ visit: Visit) async throws -> ActSubject.Person {
    guard let id = number("id", visit), let found = try await store.read({ tx in try ActSubject.person(id, in: tx) })
    else { throw Self.missing }
    return found
  }

  private func amount(_ payment: ActSubject.Payment, _ visit: Visit) throws -> Int64 {
    let left = Money(payment.left, try Currency(payment.currency))
    guard let amount = EnteredAmount.read(visit.form["amount"], left.currency), amount > 0 else {
      throw WrongEntry(.amountUnreadable(Money(max(left.minor, 1), left.currency).decimal))
    }
    // A form sent twice is one refund: that the first has used the money up is for its key to say.
    guard amount <= left.minor || visit.form["confirmed"] == "yes" else {
      throw WrongEntry(.amountTooMuch(visit.words.amount(Amount(left.minor, payment.currency))))
    }
    return amount
  }

  private static func isPaidOtherwise(_ visit: Visit) -> Bool { visit.form["when"] == "otherwise" }

  private func stands(_ payment: ActSubject.Payment, _ words: Words) -> [String] {
    func shown(_ minor: Int64) -> String { words.amount(Amount(minor, payment.currency)) }
    let day = LocalTime(named: payment.person.zone, words).day(payment.at)
    var facts = [words.text(.refundTaken(shown(payment.amount), payment.partner, day))]
    if payment.takenBack > 0 { facts.append(words.text(.refundTakenBack(shown(payment.takenBack)))) }
    if payment.givenBack > 0 { facts.append(words.text(.refundBack(shown(payment.givenBack)))) }
    facts.append(words.text(.refundLeft(shown(payment.left))))
    return facts
  }

  private func refundForm(_ payment: ActSubject.Payment, _ visit: Visit) -> ActPage {
    let words = visit.words
    let entered = visit.form["amount"]
    let all = (try? Currency(payment.currency)).map { Money(payment.left, $0).decimal } ?? ""
    return ActPage(
      title: words.text(.refundTitle(String(payment.id))), subscriber: payment.person,
      action: Paths.refund(of: String(payment.person.id), payment: payment.id), key: key(visit),
      facts: stands(payment, words),
      choices: [
        .init(
          value: "partner", label: words.text(.refundByPartner(payment.partner)),
          means: words.text(.refundByPartnerMeans), isChosen: !Self.isPaidOtherwise(visit)),
        .init(
          value: "otherwise", label: words.text(.refundOtherwise), means: words.text(.refundOtherwiseMeans),
          isChosen: Self.isPaidOtherwise(visit)),
      ], legend: words.text(.refundHow),
      amount: .init(
        label: words.text(.refundAmount(payment.currency)), value: entered.isEmpty ? all : entered,
        hint: words.text(.refundHint)),
      reason: visit.form["reason"], button: words.text(.refundGoOn))
  }

  private func confirmation(
    _ payment: ActSubject.Payment, _ amount: Int64, _ reason: String, _ visit: Visit
  ) -> ActPage {
    let words = visit.words
    func shown(_ minor: Int64) -> String { words.amount(Amount(minor, payment.currency)) }
    let path = Paths.refund(of: String(payment.person.id), payment: payment.id)
    return ActPage(
      title: words.text(.refundTitle(String(payment.id))), subscriber: payment.person, action: path, key: key(visit),
      will: [
        words.text(
          Self.isPaidOtherwise(visit)
            ? .refundWillOtherwise(shown(amount), payment.person.name, payment.partner)
            : .refundWill(shown(amount), payment.person.name, payment.partner)),
        words.text(.refundRest(shown(payment.left - amount))), words.text(.refundFinal),
      ],
      hidden: [
        .init(name: "amount", value: visit.form["amount"]), .init(name: "reason", value: reason),
        .init(name: "when", value: visit.form["when"]),
        .init(name: "confirmed", value: "yes"),
      ], button: words.text(.refundButton(shown(amount))), isDanger: true, change: path)
  }

  private func noteForm(_ person: ActSubject.Person, _ visit: Visit) -> ActPage {
    let words = visit.words
    return ActPage(
      title: words.text(.noteTitle), subscriber: person, action: Paths.notes(of: String(person.id)), key: key(visit),
      note: .init(
        label: words.text(.noteTitle), value: visit.form["note"],
        hint: words.text(.noteHint(words.count(NoteOnCustomer.limit)))),
      button: words.text(.actNote))
  }
}
