import Kernel

extension Chargeback.Notice {
  /// Of a charge of ours.
  init?(_ news: EffectNews, _ owed: Obligation?) {
    self.init(news, customer: owed?.customer, obligation: owed?.id)
  }

  init?(_ news: EffectNews, customer: Int64?, obligation: Int64?) {
    guard let customer else { return nil }
    switch news.verdict {
    case .reversed(let number): (isRestored, self.number) = (false, number)
    case .restored(let number): (isRestored, self.number) = (true, number)
    default: return nil
    }
    // Without a number of its own the message stands for it.
    if number.isEmpty { number = "evidence:\(news.evidence)" }
    lane = news.effect.lane
    amount = news.amount
    currency = news.currency
    evidence = news.evidence
    self.customer = customer
    self.obligation = obligation
    effect = news.effect.id
    payment = news.partnerID
  }
}
