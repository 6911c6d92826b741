import Documents
import Foundation
import Kernel
import Web
import Words

extension Receipt {
  /// - Parameter sender: the service's name and the lines of its address.
  func document(sender: [String], _ words: Words) -> Document {
    let time = LocalTime(named: zone, words)
    func money(_ amount: Amount) -> String {
      words.money(amount.minor, amount.currency, digits: Amount.digits(of: amount.currency))
    }
    func name(_ text: String) -> String { words.text(.name(text)) }
    func row(_ label: Message, _ value: String, isSum: Bool = false) -> Document.Row {
      Document.Row(words.text(label), value, isSum: isSum)
    }
    var rows = [
      row(.ownReceiptNumber, String(number)), row(.ownReceiptDate, time.day(paidAt)),
      row(.ownReceiptName, name(self.name)),
      row(.ownReceiptCustomer, name(customer)), row(.ownReceiptPlan, name(plan)),
      row(
        .ownReceiptPeriod, words.text(.range(from: time.day(period.lowerBound), to: time.day(period.upperBound)))),
      row(.ownReceiptPartner, name(partner)), row(.ownReceiptReference, name(reference)),
    ]
    if let transaction { rows.append(row(.ownReceiptTransaction, name(transaction))) }
    rows.append(row(.ownReceiptAmount, money(amount), isSum: true))
    var blocks: [Document.Block] = [.values(rows)]
    if isSurplus { blocks.append(.paragraph(words.text(.ownReceiptTwice))) }
    if !refunds.isEmpty {
      blocks += [
        .heading(words.text(.ownReceiptRefunds)),
        .table(
          head: [words.text(.dateLabel), words.text(.ownReceiptAmount), words.text(.ownReceiptState)],
          rows: refunds.map { [time.day($0.endedAt ?? $0.askedAt), money($0.amount), words.text($0.state.words)] }),
      ]
      if left != amount { blocks.append(.values([row(.ownReceiptLeft, money(left), isSum: true)])) }
    }
    let number = String(number)
    return Document(
      title: words.text(.ownReceiptTitle), language: words.tag.description,
      direction: words.language.direction == .rtl ? .rtl : .ltr, sender: sender.map(name), made: made, blocks: blocks
    ) { words.text(.ownReceiptPage(number, page: words.number($0), pages: words.number($1))) }
  }

  /// The last thing that it tells of: so that the same receipt is the same file.
  private var made: Instant { refunds.map { $0.endedAt ?? $0.askedAt }.reduce(paidAt, max) }
}

extension Receipt.Refund.State {
  var words: Message {
    switch self {
    case .asked: .ownReceiptAsked
    case .done: .ownReceiptDone
    case .refused: .ownReceiptRefused
    case .takenBack: .ownReceiptTakenBack
    }
  }
}
