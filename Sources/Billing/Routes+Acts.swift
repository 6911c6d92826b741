import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// Cancel, pause, resume: each a page that says what will happen, and a form with a reason.
enum SubscriptionAct: String, CaseIterable, Sendable { case cancel, pause, resume }

extension BillingRoutes {
  func addActs(to doors: Doors) {
    for act in SubscriptionAct.allCases {
      let path = "subscribers/:id/subscriptions/:subscription/\(act.rawValue)"
      doors.get(path, needs: .changeSubscriptions) { _, visit in
        let agreement = try await agreement(visit)
        return form(act, agreement, visit).response(in: frame.plain(for: visit))
      }
      doors.post(path, needs: .changeSubscriptions) { _, visit -> Response in
        let agreement = try await agreement(visit)
        do {
          let notice = try await perform(act, agreement, visit)
          return back(to: agreement.person, notice)
        } catch let wrong as WrongEntry {
          var page = form(act, agreement, visit)
          page.wrong = wrong.shown(visit.words)
          return page.response(in: frame.plain(for: visit), status: wrong.status).response()
        }
      }
    }
  }

  private func agreement(_ visit: Visit) async throws -> ActSubject.Agreement {
    let now = kernel.world.now()
    guard let customer = number("id", visit), let id = number("subscription", visit),
      let found = try await store.read({ tx in try ActSubject.agreement(id, of: customer, at: now, in: tx) })
    else { throw Self.missing }
    return found
  }

  private func perform(
    _ act: SubscriptionAct, _ agreement: ActSubject.Agreement, _ visit: Visit
  ) async throws -> ActNotice {
    let id = agreement.subscription.id
    let reason = try reason(visit)
    switch act {
    case .pause:
      try await does(PauseSubscription(subscription: id, reason: reason), visit)
      return .paused
    case .resume:
      try await does(ResumeSubscription(subscription: id, reason: reason), visit)
      return .resumed
    case .cancel:
      guard let when = CancelSubscription.When(rawValue: visit.form["when"]) else { throw WrongEntry(.chooseWhen) }
      try await does(CancelSubscription(subscription: id, when: when, reason: reason), visit)
      return when == .now ? .cancelledNow : .cancelledAtEnd
    }
  }

  private func form(_ act: SubscriptionAct, _ agreement: ActSubject.Agreement, _ visit: Visit) -> ActPage {
    let (words, subscription, plan) = (visit.words, agreement.subscription, agreement.plan.name)
    let time = LocalTime(named: agreement.person.zone, words)
    let until = (subscription.paidUntil ?? subscription.trialUntil).map(time.dayTime)
    var page = ActPage(
      title: "", subscriber: agreement.person,
      action: "\(Paths.subscriber(String(agreement.person.id)))/subscriptions/\(subscription.id)/\(act.rawValue)",
      key: key(visit), reason: visit.form["reason"], button: "")
    switch act {
    case .pause:
      page.title = words.text(.pauseTitle(plan))
      page.button = words.text(.actPause)
      page.will =
        [words.text(.pauseMeans)] + (until.map { [words.text(.pauseUntil($0))] } ?? [])
        + [words.text(.pauseUnderWay)]
    case .resume:
      page.title = words.text(.resumeTitle(plan))
      page.button = words.text(.actResume)
      let amount = words.amount(Amount(subscription.amount, subscription.currency))
      page.will = agreement.resumes.map { [words.text(.resumeMeans(time.dayTime($0), amount))] } ?? []
    case .cancel:
      page.title = words.text(.cancelTitle(plan))
      page.button = words.text(.cancelButton)
      page.isDanger = true
      let isPaused = subscription.state == .paused
      let chosen = visit.form["when"]
      page.choices = [
        .init(
          value: CancelSubscription.When.periodEnd.rawValue, label: words.text(.cancelAtEnd),
          means: words.text(isPaused ? .cancelAtEndPaused : until.map(Message.cancelAtEndMeans) ?? .cancelAtEndOpen),
          isChosen: chosen == CancelSubscription.When.periodEnd.rawValue, isClosed: isPaused),
        .init(
          value: CancelSubscription.When.now.rawValue, label: words.text(.cancelNow),
          means: words.text(.cancelNowMeans), isChosen: chosen == CancelSubscription.When.now.rawValue),
      ]
    }
    return page
  }
}

/// What was entered cannot be taken: the form is shown again, with what was in it.
struct WrongEntry: Error {
  let message: Message?
  let refusal: Refusal?

  init(_ message: Message) { (self.message, refusal) = (message, nil) }
  init(_ refusal: Refusal) { (message, self.refusal) = (nil, refusal) }

  var status: HTTPResponse.Status { refusal.map { RefusalPage($0).status } ?? .unprocessableContent }

  func shown(_ words: Words) -> ActPage.Wrong? { message.map { .init($0, words) } ?? refusal.map { .init($0) } }
}

/// What every act of the console does alike.
extension BillingRoutes {
  static var missing: RefusalPage {
    RefusalPage(.notFound, detail: "There is no such subscriber, or nothing of that number is theirs.")
  }

  func number(_ name: String, _ visit: Visit) -> Int64? { visit.parameters.get(name).flatMap { Int64($0) } }

  /// The same form shown again keeps its key: what was sent with it before was refused.
  func key(_ visit: Visit) -> String {
    let given = visit.form[ActKey.field]
    return given.isEmpty ? ActKey.make(kernel.world) : given
  }

  func reason(_ visit: Visit) throws -> String {
    let reason = visit.form["reason"].trimmingCharacters(in: .whitespacesAndNewlines)
    guard (3...500).contains(reason.count) else { throw WrongEntry(.reasonMissing) }
    return reason
  }

  func does(_ command: some Command, _ visit: Visit) async throws {
    let (actor, key) = (try visit.known().actor, try ActKey.of(visit))
    do { _ = try await kernel.perform(command, by: actor, key: key) } catch let refusal as Refusal {
      throw WrongEntry(refusal)
    }
  }

  func back(to person: ActSubject.Person, _ notice: ActNotice) -> Response {
    Redirect(to: "\(Paths.subscriber(String(person.id)))?done=\(notice.rawValue)").response()
  }
}
