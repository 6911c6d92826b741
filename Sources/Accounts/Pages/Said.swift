import Kernel
import Words

/// What was wrong with what was entered, in the reader's words.
package struct Said: Sendable {
  let text: String
  /// BCP 47: what nobody has translated says so.
  let lang: String

  private init(text: String, lang: String) {
    self.text = text
    self.lang = lang
  }

  init(_ message: Message, _ words: Words) { self.init(text: words.text(message), lang: words.tag.description) }

  /// What the domain refuses it says in English; here are the words for what a person meets on these pages.
  init(_ refusal: Refusal, _ words: Words) {
    guard let message = Self.message(refusal.code, words) else {
      self.init(text: refusal.message, lang: "en")
      return
    }
    self.init(message, words)
  }

  static func message(_ code: String, _ words: Words) -> Message? {
    switch code {
    case "passwordShort": .passwordShort(words.number(PasswordRules.shortest))
    case "passwordLong": .passwordLong(words.number(PasswordRules.longest))
    case "passwordCommon": .passwordCommon
    case "wrongPassword": .wrongPassword
    case "tooManyTries": .tooManyTries
    case "tooManyPasswords": .busy
    case "wrongCode": .wrongCode
    case "noOffer": .noOffer
    case "hasFactor": .hasFactor
    case "badTokenName": .tokenName
    case "noScope": .noScope
    case "tooManyTokens": .tooManyTokens
    case "noToken": .noToken
    case "notActive": .notActive
    case "noRole": .noRole
    case "noReason": .noReason
    case "badMail": .badMail
    case "badName": .badName
    case "mailTaken": .mailTaken
    case "ownAccount": .ownAccountRefused
    case "suspended": .suspendedAlready
    case "lastAdministrator": .lastAdministrator
    case "linkUsed": .linkUsed
    case "noReference": .noReference
    case "unknownReference": .unknownReference
    case "boundAlready": .boundAlready
    case "noSubscribersAccount": .noSubscribersAccount
    case "noCustomer": .referenceOfOther
    case "subscriberAccount": .subscriberStays
    case "identityTaken": .identityTaken
    default: nil
    }
  }
}
