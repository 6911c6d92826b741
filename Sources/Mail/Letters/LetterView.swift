import Foundation
import Web
import Words

/// A letter as its two templates read it.
struct LetterView {
  struct Plain: Sendable {
    let greeting: String
    let sentences: [String]
    let rows: [Row]
    let action: String
    let url: String
    let until: String?
    let notes: [String]
    let footer: String

    struct Row: Sendable {
      let label: String
      let value: String
    }
  }

  /// What ends in HTML is escaped, with names in `<bdi>`.
  struct HTML: Sendable {
    let lang: String
    let dir: String
    let title: String
    let service: String
    let greetingHTML: String
    let sentences: [Part]
    let rows: [Row]
    let action: String
    let url: String
    let openAddress: String
    let until: String?
    let notes: [Part]
    let footerHTML: String

    struct Part: Sendable { let textHTML: String }

    struct Row: Sendable {
      let label: String
      let valueHTML: String
    }
  }

  let plain: Plain
  let html: HTML

  init(
    _ content: LetterContent, _ words: Words, name: String?, link: MailLink, zone: TimeZone, _ service: String
  ) {
    let until = link.until.map { words.text(.linkUntil(words.dayTime($0, in: zone))) }
    func html(_ message: Message) -> String { words.html(message, escape: HTMLText.escape) }
    plain = Plain(
      greeting: words.text(.greeting(name)), sentences: content.sentences.map(words.text),
      rows: content.rows.map { .init(label: words.text($0.label), value: words.text($0.value)) },
      action: words.text(content.action), url: link.url, until: until, notes: content.notes.map(words.text),
      footer: words.text(.footer(service)))
    self.html = HTML(
      lang: words.tag.description, dir: words.language.direction.rawValue, title: words.text(content.subject),
      service: service, greetingHTML: html(.greeting(name)),
      sentences: content.sentences.map { .init(textHTML: html($0)) },
      rows: content.rows.map {
        .init(label: words.text($0.label), valueHTML: words.html($0.value, escape: HTMLText.escape))
      },
      action: words.text(content.action), url: link.url, openAddress: words.text(.openAddress), until: until,
      notes: content.notes.map { .init(textHTML: html($0)) }, footerHTML: html(.footer(service)))
  }
}
