import Kernel
import Web
import Words

/// The journal, newest first, with its filters, and its verification.
package struct FactsPage: Sendable {
  package struct Line: Sendable {
    package var number: FactNumber
    package var at: Instant
    package var kind: String
    package var subject: String
    package var actor: String
    /// JSON.
    package var body: String
  }

  /// What a verification found.
  package struct Verified: Sendable {
    package var at: Instant
    package var actor: String
    package var facts: Int64
    package var checkpoints: Int64
    package var problems: Int64
    package var first: String?
    package var fact: FactNumber
  }

  var filter: FactQuery.Filter
  var facts: [Line]
  var next: FactNumber?
  /// The search stopped here, at its bound, and can go on.
  var searchedTo: Instant?
  var isFirst: Bool
  var kinds: [String]
  var verified: Verified?
  var verification = JournalVerifier.State.idle
  var publicKey = ""
  var key = ""
  var notice: Message?

  func html(in console: Console, _ names: Names, _ subjects: Subjects) -> String {
    Self.template.html(FactsView(self, console, names, subjects), console.words)
  }

  private static let template = Template("facts", PackageResources.facts_mustache)

  static func address(_ filter: FactQuery.Filter, before: FactNumber? = nil) -> String {
    let fields = [
      ("subject", filter.subject), ("kind", filter.kind), ("actor", filter.actor), ("day", filter.day),
      ("before", before.map { "\($0)" }),
    ].compactMap { name, value in value.map { "\(name)=\(Paths.segment($0))" } }
    return Paths.journal + (fields.isEmpty ? "" : "?" + fields.joined(separator: "&"))
  }

  static func path(_ number: FactNumber) -> String { "\(Paths.journal)/\(number)" }
}

struct FactsView: Sendable {
  let layout: Layout
  let notice: String?
  let subject: String
  let subjectLink: NamedLink?
  let isSubject: Bool
  let kind: String
  let actor: String
  let day: String
  let kinds: [String]
  let isFiltered: Bool
  let isFirst: Bool
  let rows: [Row]
  let next: String?
  let older: String
  let searched: String?
  let verification: Verification
  let publicKey: String
  let proof: String
  let key: String

  struct Row: Sendable {
    let href: String
    let number: String
    let at: Moment
    let kind: String
    let subject: String
    let subjectHref: String
    let title: String?
    let actor: String
    let fields: [FactView.Field]
  }

  struct Verification: Sendable {
    let isRunning: Bool
    let done: String
    /// Of a hundred.
    let share: String
    let progress: String
    let interrupted: String?
    let result: String?
    let tone: String
    let when: Moment?
    let href: String
    let problem: String?
  }

  init(_ page: FactsPage, _ console: Console, _ names: Names, _ subjects: Subjects) {
    let (words, time, filter) = (console.words, console.localTime, page.filter)
    layout = Layout(words.text(.placeJournal), at: .journal, in: console)
    notice = page.notice.map { words.text($0) }
    subject = filter.subject ?? ""
    subjectLink = filter.subject.flatMap { subjects.links[$0] }
    isSubject = filter.subject != nil
    (kind, actor, day) = (filter.kind ?? "", filter.actor ?? "", filter.day ?? "")
    kinds = page.kinds
    isFiltered = !filter.isEmpty
    isFirst = page.isFirst
    rows = page.facts.map { line in
      Row(
        href: FactsPage.path(line.number), number: "\(line.number)", at: Moment(line.at, time.exact(line.at)),
        kind: line.kind, subject: line.subject, subjectHref: subjects.history(line.subject),
        title: subjects.links[line.subject]?.title, actor: names.text(line.actor),
        fields: FactView.fields(line, subjects))
    }
    next = page.next.map { FactsPage.address(filter, before: $0) }
    older = words.text(page.searchedTo == nil ? .olderFacts : .searchOn)
    searched = page.searchedTo.map {
      words.text(.searchedFacts(words.count(FactQuery.searched), to: time.exact($0)))
    }
    verification = Self.verification(page, names, time)
    publicKey = page.publicKey
    proof = console.visitor?.proof ?? ""
    key = page.key
  }

  private static func verification(_ page: FactsPage, _ names: Names, _ time: LocalTime) -> Verification {
    let words = names.words
    let known = page.verified
    let result = known.map { found in
      words.text(
        found.problems == 0
          ? .verifiedWell(words.count(found.facts), checkpoints: words.count(found.checkpoints))
          : .verifiedBadly(words.count(found.facts), problems: words.count(found.problems)))
    }
    var (running, done, share, interrupted) = (false, "", 0 as Int64, nil as String?)
    switch page.verification {
    case .running(_, let read, let total):
      running = true
      share = total > 0 ? read * 100 / total : 0
      done = words.text(.verifying(words.count(read), of: words.count(total)))
    case .interrupted(let at): interrupted = words.text(.verifyInterrupted(time.exact(at)))
    case .idle: break
    }
    return Verification(
      isRunning: running, done: done, share: String(share), progress: words.share(Double(share) / 100),
      interrupted: interrupted, result: result, tone: (known?.problems == 0 ? Tone.settled : .refused).rawValue,
      when: known.map { Moment($0.at, words.text(.verifiedBy(names.text($0.actor), at: time.exact($0.at)))) },
      href: known.map { FactsPage.path($0.fact) } ?? "", problem: known?.first)
  }
}
