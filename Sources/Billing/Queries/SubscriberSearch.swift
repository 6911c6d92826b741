import Foundation
import Kernel
import Store
import Web

/// Finding subscribers by what people have at hand: any of their names, a mail address, a reference, a number.
///
/// Every step reads a bounded number of rows along an index, whatever is asked: what is too common is said to be.
package struct SubscriberSearch {
  let tx: Transaction

  /// So many who share a word are read and compared.
  static let candidates = 2_000
  /// So many rows of the rarest word are looked up among those of the others, where all of them are common.
  static let probes = 20_000
  /// Above this nobody counts.
  static let counted: Int64 = 10_000

  package init(tx: Transaction) { self.tx = tx }

  package func page(_ query: String) throws -> SubscribersPage {
    let text = String(query.trimmingCharacters(in: .whitespacesAndNewlines).prefix(SubscribersPage.queryLimit))
    let total = try tx.integer("SELECT count(*) FROM (SELECT id FROM customer LIMIT \(Self.counted + 1)) AS c") ?? 0
    var page = SubscribersPage(query: text, total: Int(total), isFilling: try FillSearch.isOpen(in: tx))
    guard !text.isEmpty else { return page }
    let exact = try named(text)
    let words = SearchWords.asked(text)
    let named = words.isEmpty ? Found() : try people(words)
    var seen: Set<Int64> = []
    let ids = (exact + named.ids).filter { seen.insert($0).inserted }
    page.found = try rows(Array(ids.prefix(SubscribersPage.listed)))
    page.more = ids.count > SubscribersPage.listed
    page.tooCommon = named.isCut
    return page
  }

  // MARK: By a number or a reference, as a whole

  private func named(_ text: String) throws -> [Int64] {
    var found: [Int64?] = [try tx.integer("SELECT id FROM customer WHERE reference = \(text)")]
    if let number = Int64(text) {
      found += [
        try tx.integer("SELECT id FROM customer WHERE id = \(number)"),
        try tx.integer("SELECT customer FROM subscription WHERE id = \(number)"),
        try tx.integer("SELECT customer FROM capture WHERE id = \(number)"),
      ]
    }
    if let effect = try tx.row("SELECT kind, slot FROM effect WHERE reference = \(text)") {
      let slot = Int64(try effect.text("slot").split(separator: ":").last ?? "") ?? -1
      let table: SQL = try effect.text("kind") == Refund.kind ? "refund" : "obligation"
      found.append(try tx.integer("SELECT customer FROM \(table) WHERE id = \(slot)"))
    }
    // The index of a partner's transactions begins with the partner: each is asked in turn.
    for lane in try tx.rows("SELECT name FROM lane ORDER BY name LIMIT 100") {
      let name = try lane.text("name")
      found.append(
        try tx.integer("SELECT customer FROM capture WHERE lane = \(name) AND partner_id = \(text)"))
    }
    return found.compactMap { $0 }
  }

  // MARK: By the beginnings of words

  struct Found {
    var ids: [Int64] = []
    /// There may be others.
    var isCut = false
  }

  private func people(_ words: [String]) throws -> Found {
    let counts = try words.map { (word: $0, count: try count($0)) }
    guard !counts.contains(where: { $0.count == 0 }) else { return Found() }
    guard let rarest = counts.min(by: { $0.count < $1.count }) else { return Found() }
    if words.count == 1 || rarest.count <= Self.candidates { return try compared(rarest.word, words) }
    return try intersected(words)
  }

  /// How many there are, as far as it matters.
  private func count(_ word: String) throws -> Int {
    let (from, below) = SearchWords.range(word)
    return Int(
      try tx.integer(
        """
        SELECT count(*) FROM (
          SELECT 1 AS one FROM customer_word WHERE word >= \(from) AND word < \(below) LIMIT \(Self.candidates + 1)) AS w
        """) ?? 0)
  }

  /// All who have the rarest word, and of them those who have the others.
  private func compared(_ rarest: String, _ words: [String]) throws -> Found {
    let (from, below) = SearchWords.range(rarest)
    let isAlone = words.count == 1
    // One person may have several words that begin so; of a word that is asked for alone the list needs no more than it shows.
    let limit = isAlone ? 4 * SubscribersPage.listed : Self.candidates + 1
    let ids = try tx.rows(
      """
      SELECT customer FROM customer_word WHERE word >= \(from) AND word < \(below) ORDER BY word, customer
      LIMIT \(limit)
      """
    ).map { try $0.integer("customer") }
    var seen: Set<Int64> = []
    let unique = ids.filter { seen.insert($0).inserted }
    if isAlone { return Found(ids: unique) }
    var found: [Int64] = []
    for row in try tx.rows("SELECT id, name, mail FROM customer WHERE id \(in: unique) ORDER BY id") {
      let own = SearchWords.of(name: try row.text("name"), mail: try row.textOrNull("mail"))
      // Byte by byte, as the index compares.
      let hasAll = words.allSatisfy { word in own.contains { $0.utf8.starts(with: word.utf8) } }
      if hasAll { found.append(try row.integer("id")) }
      if found.count > SubscribersPage.listed { break }
    }
    return Found(ids: found)
  }

  /// Every word is common: those who have all of them as whole words, among the first of the longest.
  private func intersected(_ words: [String]) throws -> Found {
    let longest = words.max { $0.utf8.count < $1.utf8.count } ?? ""
    let others = words.filter { $0 != longest }
    let holds: SQL = others.reduce("1 = 1") { sql, word in
      """
      \(sql) AND EXISTS (
        SELECT 1 FROM customer_word AS b WHERE b.word = \(Array(word.utf8)) AND b.customer = a.customer)
      """
    }
    let rows = try tx.rows(
      """
      SELECT a.customer FROM (
        SELECT customer FROM customer_word WHERE word = \(Array(longest.utf8)) ORDER BY customer LIMIT \(Self.probes)) AS a
      WHERE \(holds) LIMIT \(SubscribersPage.listed + 1)
      """)
    return Found(ids: try rows.map { try $0.integer("customer") }, isCut: true)
  }

  private func rows(_ ids: [Int64]) throws -> [SubscribersPage.Found] {
    guard !ids.isEmpty else { return [] }
    let rows = try tx.rows(
      """
      SELECT k.id, k.name, k.mail, k.created_at, k.clock, s.state, s.ends_at_period_end, s.end_reason, p.name AS plan
      FROM customer AS k LEFT JOIN subscription AS s ON s.customer = k.id LEFT JOIN plan AS p ON p.id = s.plan
      WHERE k.id \(in: ids) ORDER BY k.id, s.id DESC
      """)
    var byID: [Int64: SubscribersPage.Found] = [:]
    for row in rows {
      let id = try row.integer("id")
      guard byID[id] == nil else { continue }
      let standing = try row.textOrNull("state").flatMap(Subscription.State.init).map { state in
        SubscriptionStanding(
          state, endsAtPeriodEnd: try row.bool("ends_at_period_end"), endReason: try row.textOrNull("end_reason"))
      }
      byID[id] = .init(
        id: String(id), name: try row.text("name"), mail: try row.textOrNull("mail"),
        plan: try row.textOrNull("plan"), standing: standing, since: try row.instant("created_at"),
        isTest: try row.instantOrNull("clock") != nil)
    }
    return ids.compactMap { byID[$0] }
  }
}
