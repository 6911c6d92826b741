import Foundation
import Kernel
import Words

/// What every page of the console shows around its own matter.
package struct Console: Sendable {
  /// The name of the service whose subscribers these are.
  package var service: String
  /// The zone in which the console tells the time.
  package var zone: TimeZone
  package var now: Instant
  /// nil where it was not read, as on a page that says that the database does not answer.
  package var journal: JournalState?
  /// Of the program, for those who report a fault.
  package var version: String
  /// Who looks; nil before they have signed in, and on a refusal.
  package var visitor: Identity?
  /// The page's own address, where it was asked for by GET.
  package var path: LocalPath?
  /// In the reader's language.
  package var words: Words
  /// Whether single keys are shortcuts in the reader's browser.
  package var hasKeys = true

  package init(
    service: String, zone: TimeZone, now: Instant, journal: JournalState?, version: String, visitor: Identity? = nil,
    words: Words = Words(.english), path: LocalPath? = nil
  ) {
    self.service = service
    self.zone = zone
    self.now = now
    self.journal = journal
    self.version = version
    self.visitor = visitor
    self.words = words
    self.path = path
  }

  package var localTime: LocalTime { LocalTime(zone, words) }
}

/// How far the journal is sealed.
package struct JournalState: Sendable {
  package struct Checkpoint: Sendable {
    package var number: Int64
    /// Facts 1…`facts` are under its root.
    package var facts: Int64
    /// The root hash in hexadecimal.
    package var root: String
    package var at: Instant

    package init(number: Int64, facts: Int64, root: String, at: Instant) {
      self.number = number
      self.facts = facts
      self.root = root
      self.at = at
    }
  }

  package var facts: Int64
  package var checkpoint: Checkpoint?
  /// What the last verification found wrong, in words; nil: nothing.
  package var fault: String?

  package init(facts: Int64, checkpoint: Checkpoint?, fault: String? = nil) {
    self.facts = facts
    self.checkpoint = checkpoint
    self.fault = fault
  }
}
