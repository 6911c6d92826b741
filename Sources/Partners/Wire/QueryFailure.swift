import Kernel

extension Exchange {
  /// A query that failed says nothing about the order: never `notSent`, which would be read as "it was not sent".
  func queryFailure(_ what: String) -> Reply? {
    switch self {
    case .answer(let answer) where answer.status == 200: nil
    case .answer(let answer): Reply(.unknown(reason: "\(what): HTTP \(answer.status)"), raw: answer.body)
    case .nothingSent(let reason): Reply(.unknown(reason: "\(what): \(reason)"))
    case .broken(let reason, let raw): Reply(.unknown(reason: "\(what): \(reason)"), raw: raw)
    }
  }
}
