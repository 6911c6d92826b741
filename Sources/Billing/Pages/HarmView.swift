import Kernel
import Web
import Words

/// On a subscriber's page of the console: an incident that reached them, where they stand in it, and what they said to it.
struct HarmView: Sendable {
  let title: String
  /// Empty, or one: where the incident's page is, for those who may read it.
  let href: [String]
  let state: String
  let tone: String
  let noticed: Moment
  let items: [String]
  let given: [String]
  let said: [Said]

  struct Said: Sendable {
    let at: Moment
    let text: String
    let href: [String]
    let label: String
  }

  init(_ harm: PersonHarm, _ time: LocalTime, for visitor: Identity?) {
    let words = time.words
    let reads = visitor?.rights.contains(.readIncidents) == true
    title = harm.title
    href = reads ? ["\(Paths.incidents)/\(harm.incident)"] : []
    state = words.text(harm.standing.words)
    tone = harm.standing.tone.rawValue
    noticed = Moment(harm.noticedAt, time.dayTime(harm.noticedAt))
    items = harm.items.map { item in
      let number = item.item.split(separator: ":", maxSplits: 1).last.map(String.init) ?? item.item
      return words.text(.harmItem(words.amount(Amount(item.amount, item.unit)), number: number))
    }
    given = harm.given.map { given in
      let isMoney = !given.unit.isEmpty && given.unit == given.unit.uppercased()
      let amount =
        isMoney
        ? words.amount(Amount(given.amount, given.unit))
        : given.remedy == FreePeriods.remedy
          ? words.text(.harmPeriods(Int(given.amount), shown: words.count(given.amount))) : words.text(.harmTelling)
      return words.text(.harmGiven(amount, state: words.text(given.state.words)))
    }
    said = harm.objections.map { objection in
      Said(
        at: Moment(objection.raisedAt, time.dayTime(objection.raisedAt)), text: objection.text,
        href: reads ? ["/objections/\(objection.id)"] : [],
        label: words.text(objection.answer == nil ? .harmToAnswer(time.dayTime(objection.dueAt)) : .harmAnswered))
    }
  }
}

extension PersonHarm.Standing {
  fileprivate var words: Message {
    switch self {
    case .open: .personAffected
    case .told: .personTold
    case .whole: .personWhole
    case .unharmed: .personUnharmed
    case .unreachable: .personUnreachable
    case .disputed: .personDisputed
    }
  }
}

extension PersonHarm.Given.State {
  fileprivate var words: Message {
    switch self {
    case .underWay: .remedyUnderWay
    case .done: .remedyDone
    case .refused: .remedyRefused
    case .held: .remedyHeld
    }
  }
}
