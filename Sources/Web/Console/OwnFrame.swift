import Foundation
import Kernel
import Words

/// The frame of a subscriber's page, as the template `own-frame` reads it: the service's name, their own, the language; nothing
/// of the console.
package struct OwnFrame: Sendable {
  let title: String
  let service: String
  let lang: String
  let dir: String
  let stylesheet: String
  let home: String
  let visitor: Visitor?
  let languages: [Layout.Choice]
  let languageAction: String
  /// Where one is, to come back to in another language.
  let back: String
  /// "Times in Europe/Berlin."
  let zone: String?

  struct Visitor: Sendable {
    let name: String
    let proof: String
    /// For whoever has an account: where its password is changed.
    let account: String?
    let hasNone: Bool
  }

  /// - Parameters:
  ///   - words: in which the page is written: what the subscriber chose, else what `console` has.
  ///   - zone: of the times on the page, where there are any.
  package init(_ title: Message, in console: Console, _ words: Words, zone: String? = nil) {
    self.title = words.text(title)
    service = console.service
    lang = words.tag.description
    dir = words.language.direction.rawValue
    stylesheet = Assets.stylesheet.path
    visitor = console.visitor.flatMap { visitor in
      let hasAccount = visitor.account != 0
      return visitor.customer == nil
        ? nil
        : Visitor(
          name: visitor.name, proof: visitor.proof, account: hasAccount ? Paths.ownAccount : nil, hasNone: !hasAccount)
    }
    home = visitor == nil ? Paths.ownLink : Paths.own
    languages = Language.allCases.map { .init(tag: $0.tag, name: $0.ownName, isNow: $0 == words.language) }
    languageAction = visitor == nil ? "/language" : Paths.own + "/language"
    back = console.path?.text ?? home
    self.zone = zone.map { words.text(.ownZone($0)) }
  }
}
