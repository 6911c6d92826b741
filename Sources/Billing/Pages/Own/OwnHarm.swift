import Kernel
import Web
import Words

/// What an incident was for a subscriber, in their words: what happened to me, what you did about it, is it settled.
struct OwnHarmView: Sendable {
  let id: Int64
  let path: String
  let what: String
  let noticed: String
  let settled: String
  let tone: String
  let because: String
  let items: [String]
  let did: [String]
  let said: [Said]
  let mayObject: Bool
  let key: String
  let longest: Int
  let entered: String
  /// Empty, or one.
  let problem: [String]

  struct Said: Sendable {
    let when: String
    let text: String
    let answer: [String]
    let waits: [String]
  }

  /// - Parameter wrong: what was entered here and not taken, and why.
  init(_ harm: PersonHarm, _ teller: OwnTeller, key: String, wrong: OwnPage.Wrong?) {
    let (words, time) = (teller.words, teller.time)
    id = harm.incident
    path = "\(Paths.own)/incidents/\(harm.incident)/object"
    what = words.text(harm.ownWords)
    noticed = words.text(.ownHarmNoticed(time.day(harm.noticedAt)))
    settled = words.text(harm.standing.isSettled ? .ownHarmYes : .ownHarmNo)
    tone = harm.standing.tone.rawValue
    let open = harm.objections.first { $0.answer == nil }
    because = words.text(Self.because(harm, open, time))
    items = harm.items.map { item in
      words.text(.ownHarmItem(teller.money(item.amount, item.unit), number: Self.number(item.item)))
    }
    did = Self.did(harm, teller)
    said = harm.objections.map { objection in
      Said(
        when: words.text(.ownHarmSaid(time.day(objection.raisedAt))), text: objection.text,
        answer: objection.answer.map { [$0] } ?? [],
        waits: objection.answer == nil ? [words.text(.ownHarmAnswerBy(time.day(objection.dueAt)))] : [])
    }
    mayObject = open == nil
    self.key = key
    longest = OwnPage.longest
    let mine = wrong?.incident == harm.incident ? wrong : nil
    entered = mine?.text ?? ""
    problem = mine.map { [words.text($0.message)] } ?? []
  }

  private static func because(_ harm: PersonHarm, _ open: PersonHarm.Objection?, _ time: LocalTime) -> Message {
    switch harm.standing {
    case .open, .told: harm.given.contains { $0.state == .refused } ? .ownHarmStuck : .ownHarmWorking
    case .whole: .ownHarmWhole(time.day(harm.wholeAt ?? harm.noticedAt))
    case .unharmed: .ownHarmUnharmed
    case .unreachable: .ownHarmHeld
    case .disputed: .ownHarmDisputed
    }
  }

  /// What was given, one line each, and that they were told. What tells them is a remedy too, and said once.
  private static func did(_ harm: PersonHarm, _ teller: OwnTeller) -> [String] {
    let (words, time) = (teller.words, teller.time)
    let given = harm.given.compactMap { given -> Message? in
      let day = time.day(given.at)
      switch (given.remedy, given.state) {
      case (FreePeriods.remedy, .done): return .ownHarmPeriods(Int(given.amount), shown: words.count(given.amount))
      case (GiveMoneyBack.remedy, .done):
        return .ownHarmBack(teller.money(given.amount, given.unit), date: day)
      case (GiveMoneyBack.remedy, .underWay): return .ownHarmComing(teller.money(given.amount, given.unit))
      case (GiveMoneyBack.remedy, .held): return .ownHarmKept(teller.money(given.amount, given.unit))
      case (GiveMoneyBack.remedy, .refused): return .ownHarmRefused(teller.money(given.amount, given.unit))
      default: return nil
      }
    }
    return (given + (harm.toldAt.map { [Message.ownHarmTold(time.day($0))] } ?? [])).map { words.text($0) }
  }

  /// The number in `capture:7`: the payment's, as receipts have it.
  private static func number(_ item: String) -> String {
    item.split(separator: ":", maxSplits: 1).last.map(String.init) ?? item
  }
}

extension PersonHarm {
  /// What happened, by our own finders; whatever another part finds is told without particulars.
  var ownWords: Message {
    switch finder {
    case ChargedTwice.finder: .ownHarmTwice
    case ChargedAfterCancelling.finder: .ownHarmAfter
    case ChargedAnotherAmount.finder: .ownHarmAnother
    default: .ownHarmOther
    }
  }
}

extension PersonHarm.Standing {
  var isSettled: Bool { self == .whole || self == .unharmed }

  var tone: Tone {
    switch self {
    case .open: .refused
    case .told: .waiting
    case .whole: .settled
    case .unharmed: .unsent
    case .unreachable: .held
    case .disputed: .person
    }
  }
}
