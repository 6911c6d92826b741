import Foundation
import Kernel
import Words

/// A mail in its reader's language: a subject, and the same content as plain text and as HTML.
///
/// All kinds have one form (greeting, sentences, a list of values, one button, small print), so there is one pair of
/// templates; what a kind says stands in `LetterContent`.
struct Letter: Sendable {
  let subject: String
  let plain: String
  let html: String

  init(_ matter: MailMatter, to recipient: MailRecipient, service: String) {
    let words = Words(recipient.language)
    let content = LetterContent(matter, words: words, zone: recipient.zone, service: service)
    let view = LetterView(content, words, name: recipient.name, link: matter.link, zone: recipient.zone, service)
    // A subject is one line of plain text: characters that isolate a name are no use in a list of mails.
    subject = HeaderText.oneLine(Isolation.withoutControls(words.text(content.subject)), limit: HeaderText.subjectLimit)
    plain = LetterTemplates.plain(view.plain)
    html = LetterTemplates.html(view.html)
  }
}

/// What a kind of mail says, before it is put into words.
struct LetterContent {
  typealias Row = (label: Message, value: Message.Value)

  var subject: Message
  var sentences: [Message]
  var rows: [Row] = []
  var action: Message
  var notes: [Message] = []

  init(_ matter: MailMatter, words: Words, zone: TimeZone, service: String) {
    func money(_ amount: MailAmount) -> String {
      words.money(amount.minor, amount.currency, digits: amount.digits)
    }
    func day(_ at: Instant) -> String { words.day(at, in: zone) }
    switch matter {
    case .invitation(let inviter, _):
      subject = .invitationSubject(service)
      sentences = [.invitationBody(by: inviter, to: service)]
      action = .invitationAction
      notes = [.invitationNote]
    case .passwordReset:
      subject = .passwordResetSubject(service)
      sentences = [.passwordResetBody]
      action = .passwordResetAction
      notes = [.passwordResetNote]
    case .signInNotice(let at, let device, let network, _):
      subject = .signInNoticeSubject(service)
      sentences = [.signInNoticeBody]
      rows = [(.timeLabel, .words(words.dayTime(at, in: zone))), (.deviceLabel, .name(device))]
      if let network { rows.append((.networkLabel, .name(network))) }
      action = .signInNoticeAction
      notes = [.signInNoticeNote]
    case .subscriberLink:
      subject = .subscriberLinkSubject(service)
      sentences = [.subscriberLinkBody]
      action = .subscriberLinkAction
      notes = [.subscriberLinkNote]
    case .receipt(let receipt, _):
      subject = .receiptSubject(service, amount: money(receipt.amount))
      sentences = [.receiptBody]
      let period = Message.range(from: day(receipt.period.lowerBound), to: day(receipt.period.upperBound))
      rows = [
        (.amountLabel, .words(money(receipt.amount))), (.planLabel, .name(receipt.plan)),
        (.periodLabel, .words(words.text(period))), (.methodLabel, .name(receipt.method)),
        (.dateLabel, .words(day(receipt.paidAt))), (.numberLabel, .name(receipt.number)),
      ]
      action = .receiptAction
    case .pastDue(let due, _):
      subject = .pastDueSubject(service)
      sentences = [.pastDueBody(amount: money(due.amount), plan: due.plan)]
      if let attempts = due.attempts {
        sentences.append(.pastDueAttempts(attempts.count, date: day(attempts.first)))
        if let until = due.accessUntil { sentences.append(.pastDueAccess(day(until))) }
        sentences.append(.pastDueAdvice)
        action = .pastDueAction
      } else {
        sentences += [.pastDueLast, .pastDueEnded]
        action = .cancelledAction
      }
    case .cancelled(let plan, let until, _):
      subject = .cancelledSubject(service)
      sentences = [.cancelledBody(plan), until.map { .cancelledUntil(day($0)) } ?? .cancelledEnded]
      action = .cancelledAction
    case .apology(let apology, _):
      subject = .apologySubject(service)
      let cause: Message =
        switch apology.cause {
        case .chargedTwice: .apologyTwice
        case .chargedAfterCancelling: .apologyAfterCancelling
        case .chargedTooMuch: .apologyTooMuch
        case .other: .apologyOther
        }
      sentences = [cause]
      sentences += apology.amounts.map { .apologyAmount(money($0)) }
      if apology.freePeriods > 0 { sentences.append(.apologyFree(apology.freePeriods)) }
      sentences.append(.apologyNotRight)
      action = .apologyAction
    case .alert(let alert, _):
      let title = alert.title(words)
      subject = alert.isEscalated ? .alertEscalatedSubject(title, service) : .alertRaisedSubject(title, service)
      sentences = [alert.isEscalated ? .alertEscalatedBody(title) : .alertRaisedBody(title)]
      rows = [
        (.alertSays, .name(alert.message)), (.alertAbout, .name(alert.about)),
        (.timeLabel, .words(words.dayTime(alert.at, in: zone))),
      ]
      action = .alertAction
      notes = [.alertNote]
    case .alertDigest(let alerts, let count, _):
      subject = .alertDigestSubject(count, service)
      sentences = [.alertDigestBody]
      rows = alerts.map { (.alertLine($0.title(words), $0.about), .name($0.message)) }
      if alerts.count < count { notes.append(.alertDigestMore(words.number(count - alerts.count))) }
      action = .alertAction
      notes.append(.alertNote)
    }
  }
}
