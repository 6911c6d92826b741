import Foundation
import Kernel
import Store
import Web

extension JournalState {
  /// How far the journal is sealed, and what the last verification found, for the foot of every page: three rows by their keys.
  static func read(_ store: Store) async throws -> JournalState {
    try await store.read { tx in
      let size = try tx.integer("SELECT size FROM journal_head WHERE one = 1") ?? 0
      let seal = try tx.row("SELECT size, at, checkpoint FROM journal_seal ORDER BY size DESC LIMIT 1")
      let root = try seal?.text("checkpoint").split(separator: "\n").dropFirst(2).first.map(String.init) ?? ""
      let checkpoint = try seal.map {
        Checkpoint(
          number: try $0.integer("size"), facts: try $0.integer("size"), root: hexadecimal(root),
          at: try $0.instant("at"))
      }
      let verified = try tx.row(
        "SELECT body FROM fact WHERE subject = \(JournalVerified.about) ORDER BY id DESC LIMIT 1")
      return JournalState(
        facts: size, checkpoint: checkpoint, fault: try verified.flatMap { fault(try $0.text("body")) })
    }
  }

  /// What was found wrong; the journal's own words, which are English.
  private static func fault(_ body: String) -> String? {
    (try? JSONDecoder().decode([String: Field].self, from: Data(body.utf8)))?["first"]?.text
  }

  private struct Field: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
  }

  private static func hexadecimal(_ base64: String) -> String {
    (Data(base64Encoded: base64) ?? Data()).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
