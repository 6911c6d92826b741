import Foundation
import Kernel
import Web

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
    anchor = Self.anchor(chapter.id)
    chapterTitle = chapter.title
    chapterState = chapter.state.isEmpty ? nil : chapter.state
    chapterTone = chapter.tone.rawValue
    let shown = chapter.entries.suffix(room)
    var previous = ""
    entries = shown.map { entry in
      let day = time.shortDay(entry.at)
      defer { previous = day }
      return EntryView(entry, day: day == previous ? nil : day, time)
    }
    let hidden = chapter.entries.count - shown.count
    left =
      hidden > 0 ? "\(Figures.count(hidden, "earlier step", "earlier steps")) of this chapter not shown here." : nil
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
  let evidence: [ProofView]
  let evidenceCount: String
  let fact: String?

  init(_ entry: StoryEntry, day: String?, _ time: LocalTime) {
    self.day = day
    at = Moment(entry.at, time.clock(entry.at))
    word = entry.step.word
    entryTone = entry.step.tone.rawValue
    sentence = entry.text
    evidence = entry.evidence.prefix(ProofView.listed).map { ProofView($0, time) }
    evidenceCount = Self.summary(entry.evidence)
    fact = entry.fact.map { "Fact \($0.number) of the journal, \($0.sealed ? "sealed" : "not sealed yet")" }
  }

  private static func summary(_ evidence: [EvidenceView]) -> String {
    guard evidence.count != 1 else { return "Evidence: " + evidence[0].source }
    let shown = min(evidence.count, ProofView.listed)
    let first = shown < evidence.count ? ", the first \(shown) here" : ""
    return "Evidence: \(Figures.count(evidence.count)) pieces\(first)"
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
    source = evidence.source
    received = Moment(evidence.receivedAt, time.exact(evidence.receivedAt))
    eventID = evidence.eventID
    reference = evidence.reference
    transaction = evidence.transaction
    let body = RawBody(evidence.body)
    raw = evidence.body.isEmpty ? nil : body.text
    cut = body.cut
  }
}
