import Store

enum MailSchema {
  static let migrations = [
    Migration(
      "mail/001-mails",
      [
        // What stands in a mail is personal data: its row is deleted after `ForgetMails.keeps`, and nothing else has it.
        // `link` holds the address that lets its reader in, where there is one.
        """
        CREATE TABLE mail (
          id INTEGER PRIMARY KEY, kind TEXT NOT NULL, customer INTEGER, account INTEGER, language TEXT NOT NULL,
          address TEXT NOT NULL, name TEXT, subject TEXT NOT NULL, plain TEXT NOT NULL, html TEXT NOT NULL, link TEXT,
          message_id TEXT NOT NULL, made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, state TEXT NOT NULL,
          attempts INTEGER NOT NULL DEFAULT 1, ended_at INTEGER, code TEXT,
          CHECK (state IN ('waiting', 'sent', 'refused', 'expired')), CHECK ((state = 'waiting') = (ended_at IS NULL)))
        """,
        // Mails to subscribers and mails to accounts have different readers.
        "CREATE INDEX mail_to_customers ON mail (made_at, id) WHERE customer IS NOT NULL",
        "CREATE INDEX mail_to_others ON mail (made_at, id) WHERE customer IS NULL",
        "CREATE INDEX mail_waiting ON mail (expires_at, id) WHERE state = 'waiting'",
        "CREATE INDEX mail_ended ON mail (ended_at, id) WHERE ended_at IS NOT NULL",
        "CREATE INDEX mail_customer ON mail (customer, made_at) WHERE customer IS NOT NULL",
      ]),
    Migration(
      "mail/002-alert-letters",
      [
        // Which account was told of which alert. `held`: not by a letter of its own; it waits for the next list.
        """
        CREATE TABLE alert_letter (
          id INTEGER PRIMARY KEY, account INTEGER NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL, message TEXT NOT NULL,
          state TEXT NOT NULL, at INTEGER NOT NULL, held INTEGER NOT NULL,
          CHECK (state IN ('raised', 'escalated')), CHECK (held IN (0, 1)))
        """,
        "CREATE INDEX alert_letter_sent ON alert_letter (account, at) WHERE held = 0",
        "CREATE INDEX alert_letter_held ON alert_letter (account, at) WHERE held = 1",
        "CREATE INDEX alert_letter_old ON alert_letter (at) WHERE held = 0",
      ]),
  ]
}
