import Kernel
import Web
import Words

// Small values that several templates of incidents read.

/// One person on a page: by their name where one may see it, else by their number.
struct PersonLink: Sendable {
  let title: String
  let href: String?

  init(_ person: String, _ links: [String: NamedLink]) {
    title = links[person]?.title ?? person
    href = links[person]?.href
  }
}

/// What was wrong with what was entered: in the reader's words, or as the domain refused it, which is English.
struct Wrong: Sendable {
  let text: String
  let isEnglish: Bool

  init(_ text: String, isEnglish: Bool = false) { (self.text, self.isEnglish) = (text, isEnglish) }
  init(_ refusal: Refusal) { (text, isEnglish) = (refusal.message, true) }
}

/// One of several, in a `<select>` or as radio buttons.
struct Choice: Sendable {
  let value: String
  let words: String
  let isChosen: Bool
}

/// What a part calls something that it offers, in the reader's words. Texts have them as `harm.KIND.NAME`; of a part that nobody
/// has translated it is what the part says, which is English.
struct PartName: Sendable {
  enum Kind: String { case finder, stop, goesOn, remedy }

  let text: String
  let isEnglish: Bool

  /// - Parameter own: what the part says.
  init(_ kind: Kind, _ name: String, own: String? = nil, _ words: Words) {
    if let said = words.labels("harm")["\(kind.rawValue).\(name)"] {
      (text, isEnglish) = (said, false)
    } else {
      (text, isEnglish) = (own ?? name, true)
    }
  }
}

extension Wrong {
  /// What the acts for one person refuse, in the reader's words where there are some.
  init(_ refusal: Refusal, _ words: Words) {
    let message: Message? =
      switch refusal.code {
      case "stillToDo": .unreachableStillToDo
      case "wasGiven": .unharmedWasGiven
      case "notRefused": .retryNotRefused
      case "notSaid": .contactNotSaid
      default: nil
      }
    self = message.map { Wrong(words.text($0)) } ?? Wrong(refusal)
  }
}
