import Foundation
import Kernel
import Web
import Words

/// A chapter of the story in words.
struct ChapterView: Sendable {
  let anchor: String
  let chapterTitle: String
  /// `nil` for a chapter that has no state of its own.
  let chapterState: String?
  let chapterTone: String
  let entries: [EntryView]
  /// Steps of this chapter that the page has no room for.
  let left: String?

  init(_ chapter: StoryChapter, newest room: Int, _ time: LocalTime) {
    let words = time.words
    anchor = Self.anchor(chapter.id)
    chapterTitle =
      switch chapter.subject {
      case .period(let from, let to): words.text(.range(from: time.shortDay(from), to: time.shortDay(to)))
      case .subscription: words.text(.chapterSubscription)
      }
    chapterState = chapter.standing.map { words.text($0.words) }
    chapterTone = chapter.standing?.tone.rawValue ?? ""
    let shown = chapter.entries.suffix(room)
    var previous = ""
    entries = shown.map { entry in
      let day = time.shortDay(entry.at)
      defer { previous = day }
      return EntryView(entry, day: day == previous ? nil : day, time)
    }
    let hidden = chapter.entries.count - shown.count
    left = hidden > 0 ? words.text(.stepsLeft(hidden, shown: words.count(hidden))) : nil
  }

  /// What an id may look like in an address: the rest becomes a hyphen.
  static func anchor(_ id: String) -> String {
    "c-"
      + String(
        id.unicodeScalars.map {
          $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) ? Character($0) : "-"
        })
  }
}

struct EntryView: Sendable {
  /// nil: the same day as the step before.
  let day: String?
  let at: Moment
  let word: String
  let entryTone: String
  let sentence: String
  let quote: String?
  let evidence: [ProofView]
  let evidenceCount: String
  let fact: String?

  init(_ entry: StoryEntry, day: String?, _ time: LocalTime) {
    let words = time.words
    self.day = day
    at = Moment(entry.at, time.clock(entry.at))
    word = words.text(entry.step.word)
    entryTone = entry.step.tone.rawValue
    sentence = entry.sentence.text(time)
    quote = entry.quote
    evidence = entry.evidence.prefix(ProofView.listed).map { ProofView($0, time) }
    evidenceCount = Self.summary(entry.evidence, words)
    fact = entry.fact.map { words.text($0.sealed ? .factSealed($0.number) : .factNotSealed($0.number)) }
  }

  private static func summary(_ evidence: [EvidenceView], _ words: Words) -> String {
    let shown = words.count(evidence.count)
    if evidence.count == 1 { return words.text(.evidenceOne(words.text(evidence[0].sourceWords))) }
    guard evidence.count > ProofView.listed else { return words.text(.evidenceMany(evidence.count, shown: shown)) }
    return words.text(.evidenceFirst(evidence.count, shown: shown, first: words.count(ProofView.listed)))
  }
}

struct ProofView: Sendable {
  /// A notification may be sent again a thousand times; ten of them show what it is.
  static let listed = 10

  let source: String
  let received: Moment
  let eventID: String?
  let reference: String?
  let transaction: String?
  let raw: String?
  let cut: String?

  init(_ evidence: EvidenceView, _ time: LocalTime) {
    let words = time.words
    source = words.text(evidence.sourceWords)
    received = Moment(evidence.receivedAt, time.exact(evidence.receivedAt))
    eventID = evidence.eventID
    reference = evidence.reference
    transaction = evidence.transaction
    let body = RawBody(evidence.body)
    raw = evidence.body.isEmpty ? nil : body.text
    cut = words.cut(of: body)
  }
}
