import Store

extension Journal {
  /// How far the times of neighbours in the journal may be out of order: facts carry the time at which their transaction began,
  /// and stand in the order in which transactions got their numbers.
  public static let disorder = Span.minutes(10)

  /// Where facts end that were written before a moment: the number of the first sealed fact that is younger, found by halving
  /// (about forty reads of two rows each, in a journal of any size), so that no index on time is needed.
  /// - Returns: nil where no sealed fact is younger: then the newest is near enough.
  public static func first(after moment: Instant, in tx: Transaction) throws -> FactNumber? {
    let size = try tx.integer("SELECT size FROM journal_head WHERE one = 1") ?? 0
    var (low, high): (Int64, Int64) = (0, size)
    var found: FactNumber?
    while low < high {
      let middle = (low + high) / 2
      guard let fact = try fact(at: middle, in: tx) else { return nil }
      if fact.at > moment {
        found = fact.number
        high = middle
      } else {
        low = middle + 1
      }
    }
    return found
  }

  /// The fact at a leaf of the tree.
  private static func fact(at leaf: Int64, in tx: Transaction) throws -> (number: FactNumber, at: Instant)? {
    let page = try tx.row("SELECT facts FROM journal_place WHERE n = \(leaf / Int64(Tile.width))")
    let places = Place.read(try page?.blob("facts") ?? [])
    let index = Int(leaf % Int64(Tile.width))
    guard index < places.count else { return nil }
    let number = places[index].number
    let row = try tx.row("SELECT at FROM fact WHERE epoch = \(number.epoch) AND id = \(number.id)")
    return try row.map { (number, try $0.instant("at")) }
  }
}
