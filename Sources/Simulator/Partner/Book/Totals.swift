/// What really happened to somebody's money, whatever anybody was told.
public struct Totals: Sendable, Codable, Equatable {
  /// In one currency, amounts in minor units.
  public struct Sums: Sendable, Codable, Equatable {
    public var currency: String
    public var captures = 0
    public var captured: Int64 = 0
    public var refunds = 0
    public var refunded: Int64 = 0
    public var returns = 0
    public var returned: Int64 = 0
    public var net: Int64 { captured - refunded - returned }

    init(_ currency: String) { self.currency = currency }

    mutating func add(_ kind: BookingKind, _ amount: Int64) {
      switch kind {
      case .capture: (captures, captured) = (captures + 1, captured + amount)
      case .refund: (refunds, refunded) = (refunds + 1, refunded + amount)
      case .return: (returns, returned) = (returns + 1, returned + amount)
      }
    }
  }

  /// In alphabetical order of currency.
  public var sums: [Sums]

  public subscript(currency: String) -> Sums { sums.first { $0.currency == currency } ?? Sums(currency) }
  public var captures: Int { sums.reduce(0) { $0 + $1.captures } }
}

/// Adds up what comes in any order of currencies. They are few: a linear search is quick.
struct SumsByCurrency {
  private var sums: [Totals.Sums] = []

  var all: [Totals.Sums] { sums.sorted { $0.currency < $1.currency } }

  mutating func add(_ kind: BookingKind, _ amount: Int64, _ currency: String) {
    if let index = sums.firstIndex(where: { $0.currency == currency }) { return sums[index].add(kind, amount) }
    sums.append(Totals.Sums(currency))
    sums[sums.count - 1].add(kind, amount)
  }
}

/// One payer's part of a `census`.
public struct PayerTotals: Sendable, Codable, Equatable {
  public var payer: String
  public var totals: Totals
}
