import Foundation
import Kernel
import Web

/// The repair in figures, the same on the terminal and on the page.
extension RepairOutcome {
  func rows(_ currency: String) -> [(what: String, value: String)] {
    guard charged > 0 else { return [] }
    func money(_ amount: Int64) -> String { Amount(amount, currency).text }
    var rows = [
      ("People charged more than once, by the partner’s book", Figures.count(charged)),
      ("Found by the incident", Figures.count(found)),
      ("Missed · named wrongly", "\(Figures.count(missed)) · \(Figures.count(wronglyNamed))"),
      ("Found only by a second search", Figures.count(addedLater)),
      ("Charges too many", "\(Figures.count(surplus)), \(money(surplusAmount))"),
      ("Given back, by the partner’s book", "\(Figures.count(refunds)), \(money(givenBack))"),
      ("Given back twice or wrongly", Figures.count(paidTwice)),
      ("Held for people whom nobody reached", "\(money(held)) of \(Figures.count(unreachable, "person", "people"))"),
      ("People made whole", Figures.count(whole)),
      (
        "What went wrong meanwhile",
        "\(Figures.count(crashes, "crash", "crashes")), \(Figures.count(unknown)) outcomes unknown, "
          + "\(Figures.count(refused)) refunds refused and tried again"
      ),
    ]
    if let noticedAt, let closedAt {
      rows.append(("From notice to closed", SpanText.text(closedAt - noticedAt)))
    } else {
      rows.append(("Closed", "no"))
    }
    return rows + problems.map { ("WRONG", $0) }
  }
}
