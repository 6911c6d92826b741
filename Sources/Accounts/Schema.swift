import Store

/// The tables of accounts. Of everything that opens a door only a hash is kept: whoever reads the database cannot come in.
enum AccountsSchema {
  static let migrations = [
    Migration(
      "accounts/001-sign-in",
      [
        // `password` is null until an invitation was accepted, and for ever in an account of a program.
        // `factor` is the secret of the second factor, sealed; `offered` one that was not confirmed by a code yet.
        """
        CREATE TABLE account (
          id INTEGER PRIMARY KEY, mail TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, state TEXT NOT NULL,
          password TEXT, factor BLOB, factor_step INTEGER NOT NULL DEFAULT 0, offered BLOB, created_at INTEGER NOT NULL,
          CHECK (role IN ('operator', 'finance', 'support', 'auditor', 'administrator', 'subscriber')),
          CHECK (state IN ('invited', 'active', 'suspended')))
        """,
        "CREATE UNIQUE INDEX account_mail ON account (mail)",
        """
        CREATE TABLE account_session (
          id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id), digest BLOB NOT NULL, stage TEXT NOT NULL,
          made_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, agent TEXT NOT NULL,
          CHECK (stage IN ('full', 'secondStep')))
        """,
        "CREATE UNIQUE INDEX account_session_digest ON account_session (digest)",
        "CREATE INDEX account_session_account ON account_session (account)",
        "CREATE INDEX account_session_end ON account_session (ends_at)",
        // Browsers from which somebody signed in to this account before.
        """
        CREATE TABLE account_device (
          digest BLOB NOT NULL PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id), used_at INTEGER NOT NULL)
        """,
        "CREATE INDEX account_device_account ON account_device (account)",
        // An invitation or a reset. The row is gone once it was used.
        """
        CREATE TABLE account_link (
          digest BLOB NOT NULL PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id), purpose TEXT NOT NULL,
          ends_at INTEGER NOT NULL, CHECK (purpose IN ('invitation', 'reset')))
        """,
        "CREATE INDEX account_link_account ON account_link (account)",
        """
        CREATE TABLE account_recovery (
          account INTEGER NOT NULL REFERENCES account (id), digest BLOB NOT NULL, PRIMARY KEY (account, digest))
        """,
        """
        CREATE TABLE account_token (
          id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id), name TEXT NOT NULL, digest BLOB NOT NULL,
          scopes TEXT NOT NULL, made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, used_at INTEGER, revoked_at INTEGER)
        """,
        "CREATE UNIQUE INDEX account_token_digest ON account_token (digest)",
        "CREATE INDEX account_token_account ON account_token (account)",
        // Tries, by a keyed hash of who tried what: no address and no mail can be read from it.
        """
        CREATE TABLE account_attempt (
          bucket TEXT NOT NULL PRIMARY KEY, tries INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL)
        """,
        "CREATE INDEX account_attempt_at ON account_attempt (at)",
      ]),
    Migration(
      "accounts/002-organisations",
      [
        // Who somebody of an organisation is here: by the provider's own name for them, never by a mail address.
        """
        CREATE TABLE account_identity (
          issuer TEXT NOT NULL, subject TEXT NOT NULL, account INTEGER NOT NULL REFERENCES account (id),
          made_at INTEGER NOT NULL, PRIMARY KEY (issuer, subject))
        """,
        "CREATE INDEX account_identity_account ON account_identity (account)",
      ]),
    Migration(
      "accounts/subscribers",
      [
        // Of an account of the role subscriber: whose page it opens.
        "ALTER TABLE account ADD COLUMN customer INTEGER",
        "CREATE INDEX account_customer ON account (customer) WHERE customer IS NOT NULL",
        // A way in to one subscriber's page, a few times.
        """
        CREATE TABLE subscriber_link (
          digest BLOB NOT NULL PRIMARY KEY, customer INTEGER NOT NULL, made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
          uses INTEGER NOT NULL, CHECK (uses >= 0))
        """,
        "CREATE INDEX subscriber_link_customer ON subscriber_link (customer)",
        "CREATE INDEX subscriber_link_end ON subscriber_link (ends_at)",
        """
        CREATE TABLE subscriber_session (
          id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, digest BLOB NOT NULL, made_at INTEGER NOT NULL,
          seen_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, agent TEXT NOT NULL)
        """,
        "CREATE UNIQUE INDEX subscriber_session_digest ON subscriber_session (digest)",
        "CREATE INDEX subscriber_session_customer ON subscriber_session (customer)",
        "CREATE INDEX subscriber_session_end ON subscriber_session (ends_at)",
      ]),
    // BCP 47; null: nobody chose one.
    Migration(
      "accounts/003-language",
      [
        "ALTER TABLE account ADD COLUMN language TEXT",
        // Who is told of an alert. Subscribers may be many.
        "CREATE INDEX account_role ON account (role, id) WHERE role <> 'subscriber'",
      ]),
  ]
}
