import Hummingbird
import Words

/// What a status says to a person.
struct RefusalWords {
  let title: Message
  let meaning: Message
  /// What became of what the reader had in hand.
  let change: Message
  let advice: Message

  init(_ status: HTTPResponse.Status) {
    (title, meaning, change, advice) =
      switch status.code {
      case 400, 422: (.unreadable, .unreadableMeaning, .nothingChanged, .unreadableAdvice)
      case 403: (.forbidden, .forbiddenMeaning, .nothingChanged, .forbiddenAdvice)
      case 404: (.missing, .missingMeaning, .nothingChanged, .missingAdvice)
      case 409: (.conflict, .conflictMeaning, .conflictChange, .conflictAdvice)
      case 413: (.tooLarge, .tooLargeMeaning, .nothingChanged, .tooLargeAdvice)
      case 429: (.tooMany, .tooManyMeaning, .nothingChanged, .waitAdvice)
      case 503: (.unavailable, .unavailableMeaning, .unavailableChange, .unavailableAdvice)
      case 400..<500: (.impossible, .impossibleMeaning(String(status.code)), .nothingChanged, .impossibleAdvice)
      default: (.failed, .failedMeaning, .failedChange, .failedAdvice)
      }
  }
}
