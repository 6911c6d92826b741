import Accounts
import Foundation
import Mail

/// What accounts have to tell people, as mails.
enum AccountLetters {
  /// - Parameter origin: where the console is: `https://billing.example.org`.
  static func sender(_ mailer: Mailer, zone: TimeZone, origin: String) -> SendAccountLetter {
    { letter, change in
      let matter: MailMatter =
        switch letter.content {
        case .invitation(let by, let link, let until): .invitation(by: by, link: try MailLink(link, until: until))
        case .reset(let link, let until): .passwordReset(link: try MailLink(link, until: until))
        case .newDevice(let at, let device):
          .signInNotice(at: at, device: device, network: nil, link: try MailLink(origin + "/account"))
        }
      let recipient = MailRecipient(
        try MailAddress(letter.mail), name: letter.name, language: letter.language, zone: zone,
        owner: .account(letter.account))
      try mailer.enqueue(matter, to: recipient, in: change)
    }
  }
}
