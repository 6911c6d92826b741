import Foundation
import Kernel
import Store
import Web

/// Reads mails for the console.
struct MailQuery {
  let tx: Transaction
  let reader: MailReader
  /// No server is configured: mails leave nowhere.
  let isKeptHere: Bool

  static let listed = 50

  /// The newest first. A cursor is the moment and the number of the last one shown.
  func page(before cursor: String?) throws -> MailsPage {
    let from = cursor.flatMap(Cursor.init) ?? Cursor(at: .max, id: .max)
    let rows = try tx.rows(
      """
      SELECT id, kind, customer, address, subject, language, made_at, state, attempts, code FROM mail
      WHERE \(theirs) AND (made_at, id) < (\(from.at), \(from.id)) ORDER BY made_at DESC, id DESC LIMIT \(Self.listed + 1)
      """)
    let shown = rows.prefix(Self.listed)
    let next = try rows.count > Self.listed ? shown.last.map { try Cursor($0).text } : nil
    return MailsPage(mails: try shown.map(summary), older: next, isKeptHere: isKeptHere, isFirst: cursor == nil)
  }

  func mail(_ id: Int64) throws -> MailPage? {
    let found = try tx.row(
      """
      SELECT id, kind, customer, address, name, subject, language, plain, link, made_at, expires_at, ended_at, state, attempts, code
      FROM mail WHERE id = \(id) AND \(theirs)
      """)
    guard let row = found else { return nil }
    let isWaiting = try row.text("state") == "waiting"
    return MailPage(
      summary: try summary(row), address: try row.text("address"), name: try row.textOrNull("name"),
      plain: masked(try row.text("plain"), try row.textOrNull("link")),
      expiresAt: isWaiting ? try row.instant("expires_at") : nil, endedAt: try row.instantOrNull("ended_at"),
      hidesLink: try hides(row.textOrNull("link")))
  }

  /// The HTML as it was sent, but for a link that lets its reader in.
  func html(_ id: Int64) throws -> String? {
    guard let row = try tx.row("SELECT html, link FROM mail WHERE id = \(id) AND \(theirs)") else { return nil }
    return masked(try row.text("html"), try row.textOrNull("link"))
  }

  private var theirs: SQL {
    switch reader.whose {
    case .subscribers: "customer IS NOT NULL"
    case .accounts: "customer IS NULL"
    }
  }

  private func hides(_ link: String?) -> Bool { link != nil && !reader.seesLinks }

  /// A link to a new password is for its reader alone: whoever operates the service must not be able to use it.
  private func masked(_ text: String, _ link: String?) -> String {
    guard let link, hides(link) else { return text }
    let hidden = "https://hidden.invalid/"
    return text.replacing(HTMLText.escape(link), with: hidden).replacing(link, with: hidden)
  }

  private func summary(_ row: Row) throws -> MailsPage.Mail {
    .init(
      id: try row.integer("id"), kind: try row.text("kind"), customer: try row.integerOrNull("customer"),
      address: try row.text("address"), subject: try row.text("subject"), language: try row.text("language"),
      madeAt: try row.instant("made_at"), state: MailState(rawValue: try row.text("state")) ?? .waiting,
      attempts: try row.int("attempts"), code: try row.textOrNull("code"))
  }

  struct Cursor {
    var at: Int64
    var id: Int64

    init(at: Int64, id: Int64) {
      self.at = at
      self.id = id
    }

    init(_ row: Row) throws { self.init(at: try row.integer("made_at"), id: try row.integer("id")) }

    init?(_ text: String) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
      guard parts.count == 2, let at = parts[0], let id = parts[1] else { return nil }
      self.init(at: at, id: id)
    }

    var text: String { "\(at).\(id)" }
  }
}
