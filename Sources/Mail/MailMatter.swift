import Foundation
import Kernel
import Words

/// What a mail is about, with all that it says. A new kind is a case here, its letter in `Letters/`, and its words.
public enum MailMatter: Sendable {
  /// A colleague asks somebody to work here too.
  case invitation(by: String, link: MailLink)
  case passwordReset(link: MailLink)
  /// An account was used from a device that was not seen before. `link`: where the owner can lock others out.
  case signInNotice(at: Instant, device: String, network: String?, link: MailLink)
  /// A subscriber's own page, without a password.
  case subscriberLink(link: MailLink)
  case receipt(MailReceipt, link: MailLink)
  case pastDue(MailPastDue, link: MailLink)
  /// `until`: how long the subscription may still be used; `nil`: it has ended.
  case cancelled(plan: String, until: Instant?, link: MailLink)
  /// What happened to a subscriber by our mistake, and what was done about it.
  case apology(MailApology, link: MailLink)
  /// Something needs one of those who run the service.
  case alert(MailAlert, link: MailLink)
  /// Alerts that were held back, the oldest first; `count` of them in all.
  case alertDigest([MailAlert], count: Int, link: MailLink)

  /// The word that is stored.
  public var kind: String {
    switch self {
    case .invitation: "invitation"
    case .passwordReset: "passwordReset"
    case .signInNotice: "signInNotice"
    case .subscriberLink: "subscriberLink"
    case .receipt: "receipt"
    case .pastDue: "pastDue"
    case .cancelled: "cancelled"
    case .apology: "apology"
    case .alert: "alert"
    case .alertDigest: "alertDigest"
    }
  }

  public var link: MailLink {
    switch self {
    case .invitation(_, let link), .passwordReset(let link), .signInNotice(_, _, _, let link),
      .subscriberLink(let link), .receipt(_, let link), .pastDue(_, let link), .cancelled(_, _, let link),
      .apology(_, let link), .alert(_, let link), .alertDigest(_, _, let link):
      link
    }
  }

  /// Whether whoever has the link may act as its reader.
  var isLinkSecret: Bool {
    switch self {
    case .invitation, .passwordReset, .subscriberLink: true
    case .signInNotice, .receipt, .pastDue, .cancelled, .apology, .alert, .alertDigest: false
    }
  }

  /// How long sending it makes sense. RFC 5321, section 4.5.4.1, has a queue try for four to five days; a link that is no
  /// longer good, or a warning of the day before yesterday, helps nobody.
  func expires(madeAt now: Instant) -> Instant {
    let latest =
      switch self {
      case .passwordReset: now + .hours(1)
      case .signInNotice: now + .days(2)
      // Whoever reads it later looks at the page of alerts anyway.
      case .alert, .alertDigest: now + .days(1)
      default: now + .days(5)
      }
    return min(latest, link.until ?? latest)
  }
}

/// An address for the reader to open, made and signed by whoever sends the mail.
public struct MailLink: Sendable {
  public let url: String
  /// When it stops being good.
  public let until: Instant?

  /// - Parameter url: `https:` or `http:`, ASCII, without white space or quotes: it stands in HTML and in plain text.
  public init(_ url: String, until: Instant? = nil) throws(Refusal) {
    let isWeb = url.hasPrefix("https://") || url.hasPrefix("http://")
    guard isWeb, url.utf8.count <= 2_000,
      url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) })
    else {
      throw Refusal(.invalid, "badLink", "A link in a mail is an http(s) address in ASCII, of 2,000 bytes at most.")
    }
    self.url = url
    self.until = until
  }
}

/// An amount in minor units, with the decimals of its currency's minor unit (ISO 4217).
public struct MailAmount: Sendable {
  public var minor: Int64
  public var currency: String
  public var digits: Int

  public init(_ minor: Int64, _ currency: String, digits: Int) {
    self.minor = minor
    self.currency = currency
    self.digits = digits
  }
}

public struct MailReceipt: Sendable {
  public var number: String
  public var plan: String
  public var period: Range<Instant>
  public var amount: MailAmount
  /// As the subscriber knows it: "Visa 4242", "Phone bill".
  public var method: String
  public var paidAt: Instant

  public init(
    number: String, plan: String, period: Range<Instant>, amount: MailAmount, method: String, paidAt: Instant
  ) {
    self.number = number
    self.plan = plan
    self.period = period
    self.amount = amount
    self.method = method
    self.paidAt = paidAt
  }
}

public struct MailPastDue: Sendable {
  public var plan: String
  public var amount: MailAmount
  /// Attempts still to come, and when the first of them is; `nil`: there is none, and the subscription has ended.
  public var attempts: (count: Int, first: Instant)?
  public var accessUntil: Instant?

  public init(plan: String, amount: MailAmount, attempts: (count: Int, first: Instant)?, accessUntil: Instant?) {
    self.plan = plan
    self.amount = amount
    self.attempts = attempts
    self.accessUntil = accessUntil
  }
}

public struct MailApology: Sendable {
  public enum Cause: Sendable, CaseIterable { case chargedTwice, chargedAfterCancelling, chargedTooMuch, other }

  public var cause: Cause
  /// What goes back, in each currency.
  public var amounts: [MailAmount]
  /// Periods that cost nothing.
  public var freePeriods: Int

  public init(cause: Cause, amounts: [MailAmount], freePeriods: Int) {
    self.cause = cause
    self.amounts = amounts
    self.freePeriods = freePeriods
  }
}

/// Who gets a mail, and how they read.
public struct MailRecipient: Sendable {
  public enum Owner: Sendable, Hashable {
    case customer(Int64)
    case account(Int64)
    /// Nobody who is known here yet: an invitation.
    case nobody
  }

  public var address: MailAddress
  public var name: String?
  public var language: LanguageTag
  public var zone: TimeZone
  public var owner: Owner

  public init(_ address: MailAddress, name: String?, language: LanguageTag, zone: TimeZone, owner: Owner) {
    self.address = address
    self.name = name
    self.language = language
    self.zone = zone
    self.owner = owner
  }
}
