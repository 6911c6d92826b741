import Store

enum BillingSchema {
  static let migrations = [
    Migration(
      "billing/001-renewals",
      [
        """
        CREATE TABLE plan (
          id INTEGER PRIMARY KEY, product TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, every TEXT NOT NULL,
          trial_days INTEGER NOT NULL CHECK (trial_days BETWEEN 0 AND 3650),
          grace_days INTEGER NOT NULL CHECK (grace_days BETWEEN 0 AND 365), dunning TEXT NOT NULL)
        """,
        "CREATE UNIQUE INDEX plan_code ON plan (code)",
        """
        CREATE TABLE price (
          plan INTEGER NOT NULL REFERENCES plan (id), currency TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
          PRIMARY KEY (plan, currency))
        """,
        """
        CREATE TABLE customer (
          id INTEGER PRIMARY KEY, reference TEXT NOT NULL, name TEXT NOT NULL, mail TEXT, zone TEXT NOT NULL,
          created_at INTEGER NOT NULL)
        """,
        "CREATE UNIQUE INDEX customer_reference ON customer (reference)",
        // The partner's tokens; what was on the card is the partner's secret.
        """
        CREATE TABLE payment_method (
          id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, lane TEXT NOT NULL, token TEXT NOT NULL, partner_customer TEXT,
          label TEXT NOT NULL, created_at INTEGER NOT NULL)
        """,
        "CREATE INDEX payment_method_customer ON payment_method (customer)",
        // `due_at` is the start of the next period that has no obligation yet; null: none will come.
        """
        CREATE TABLE subscription (
          id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, plan INTEGER NOT NULL, method INTEGER NOT NULL,
          amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, zone TEXT NOT NULL, anchor INTEGER NOT NULL,
          state TEXT NOT NULL, period INTEGER NOT NULL, due_at INTEGER, trial_until INTEGER, paid_until INTEGER,
          ends_at_period_end INTEGER NOT NULL DEFAULT 0, paused_at INTEGER, ended_at INTEGER, end_reason TEXT,
          created_at INTEGER NOT NULL,
          CHECK (state IN ('trial', 'active', 'pastDue', 'paused', 'cancelled')),
          CHECK (state <> 'cancelled' OR (due_at IS NULL AND ended_at IS NOT NULL)),
          CHECK (state <> 'paused' OR (due_at IS NULL AND paused_at IS NOT NULL)))
        """,
        "CREATE INDEX subscription_due ON subscription (due_at, id) WHERE due_at IS NOT NULL",
        "CREATE INDEX subscription_customer ON subscription (customer)",
        // What is owed for one period. The unique index is the promise of story 1.
        """
        CREATE TABLE obligation (
          id INTEGER PRIMARY KEY, subscription INTEGER NOT NULL, customer INTEGER NOT NULL, lane TEXT NOT NULL,
          period INTEGER NOT NULL, period_start INTEGER NOT NULL, period_end INTEGER NOT NULL, amount INTEGER NOT NULL,
          currency TEXT NOT NULL, state TEXT NOT NULL, declines INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
          opened_at INTEGER NOT NULL, ended_at INTEGER,
          CHECK (state IN ('open', 'settled', 'uncollectable', 'waived')), CHECK (period_end > period_start))
        """,
        "CREATE UNIQUE INDEX obligation_period ON obligation (subscription, period_start)",
        "CREATE INDEX obligation_day ON obligation (period_start, id)",
        // Money that a partner took. One capture counts for an obligation; any other is surplus.
        """
        CREATE TABLE capture (
          id INTEGER PRIMARY KEY, obligation INTEGER NOT NULL, customer INTEGER NOT NULL, effect INTEGER NOT NULL, lane TEXT NOT NULL,
          partner_id TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, role TEXT NOT NULL,
          given_back INTEGER NOT NULL DEFAULT 0, differs INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL,
          evidence INTEGER NOT NULL,
          CHECK (role IN ('due', 'surplus')), CHECK (given_back BETWEEN 0 AND amount))
        """,
        "CREATE UNIQUE INDEX capture_partner ON capture (lane, partner_id)",
        "CREATE UNIQUE INDEX capture_due ON capture (obligation) WHERE role = 'due'",
        "CREATE INDEX capture_surplus ON capture (id) WHERE role = 'surplus'",
        "CREATE INDEX capture_differs ON capture (id) WHERE differs = 1",
        "CREATE INDEX capture_obligation ON capture (obligation)",
        """
        CREATE TABLE refund (
          id INTEGER PRIMARY KEY, capture INTEGER NOT NULL, customer INTEGER NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
          currency TEXT NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, asked_at INTEGER NOT NULL,
          ended_at INTEGER, code TEXT,
          CHECK (cause IN ('surplus', 'request')), CHECK (state IN ('asked', 'done', 'refused')))
        """,
        "CREATE UNIQUE INDEX refund_surplus ON refund (capture) WHERE cause = 'surplus'",
        "CREATE INDEX refund_capture ON refund (capture)",
        "CREATE INDEX refund_refused ON refund (ended_at) WHERE state = 'refused'",
        """
        CREATE TABLE statement (
          id INTEGER PRIMARY KEY, lane TEXT NOT NULL, partner TEXT NOT NULL, sequence INTEGER NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL,
          lines INTEGER NOT NULL, complete INTEGER NOT NULL, imported_at INTEGER NOT NULL, digest BLOB NOT NULL)
        """,
        "CREATE UNIQUE INDEX statement_sequence ON statement (lane, sequence)",
        "CREATE INDEX statement_period ON statement (lane, starts)",
      ]),
    Migration("billing/002-late-refunds", ["CREATE INDEX refund_asked ON refund (asked_at) WHERE state = 'asked'"]),
    // Of charges most are settled; those that were not paid are few, and looked for.
    Migration(
      "billing/003-charges-unpaid",
      ["CREATE INDEX obligation_unpaid ON obligation (id) WHERE state IN ('uncollectable', 'waived')"]),
    Migration(
      "billing/004-search",
      [
        // The words by which a person is found (`SearchWords`). BLOB: compared byte by byte on both engines, whatever the
        // database's collation is, so that a beginning is a range.
        """
        CREATE TABLE customer_word (
          word BLOB NOT NULL, customer INTEGER NOT NULL, PRIMARY KEY (word, customer)) WITHOUT ROWID
        """,
        // Those who were there before get theirs in batches (`FillSearch`): from `next` on, as far as `until`.
        """
        CREATE TABLE customer_word_fill (
          one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL, until INTEGER NOT NULL)
        """,
        "INSERT INTO customer_word_fill (one, next, until) SELECT 1, 0, COALESCE(max(id), 0) FROM customer",
      ]),
    // The page of the day. What is settled, which is most, is summed from an index alone; the others are few at a time.
    Migration(
      "billing/005-day",
      [
        // With the state in it, so that SQLite 3.40 needs no row either. It costs each renewal an entry, and is worth it: along
        // `obligation_day` alone the day's charges would have to be sorted into partners and currencies.
        """
        CREATE INDEX obligation_settled ON obligation (lane, currency, period_start, amount, state)
        WHERE state = 'settled'
        """,
        // Also for whoever lists what is open, the newest period first.
        "CREATE INDEX obligation_open_day ON obligation (period_start, id) WHERE state = 'open'",
        """
        CREATE INDEX obligation_ended_day ON obligation (state, period_start, id)
        WHERE state IN ('uncollectable', 'waived')
        """,
      ]),
    Migration(
      "billing/017-test-clocks",
      [
        // `busy` is whoever advances it just now, until `busy_until` of the real time.
        """
        CREATE TABLE test_clock (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL, now INTEGER NOT NULL, target INTEGER, busy INTEGER,
          busy_until INTEGER, made_at INTEGER NOT NULL)
        """,
        "ALTER TABLE customer ADD COLUMN clock INTEGER",
        "ALTER TABLE subscription ADD COLUMN clock INTEGER",
        "CREATE INDEX customer_clock ON customer (clock) WHERE clock IS NOT NULL",
        // Whoever claims what is due never reads a test customer's row.
        "DROP INDEX subscription_due",
        "CREATE INDEX subscription_due ON subscription (due_at, id) WHERE due_at IS NOT NULL AND clock IS NULL",
        "CREATE INDEX subscription_clock ON subscription (clock, due_at, id) WHERE clock IS NOT NULL",
        // What the test partner will say later.
        """
        CREATE TABLE test_notice (
          id INTEGER PRIMARY KEY, clock INTEGER NOT NULL, due_at INTEGER NOT NULL, reference TEXT NOT NULL,
          partner_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL)
        """,
        "CREATE UNIQUE INDEX test_notice_reference ON test_notice (reference)",
        "CREATE INDEX test_notice_due ON test_notice (clock, due_at)",
      ]),
    // Plans of which nothing new is charged until somebody undoes it.
    Migration(
      "billing/020-harm",
      [
        """
        CREATE TABLE plan_stop (
          plan INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL)
        """
      ]),
    // Who was charged twice just before or after an incident, without reading everybody who ever was.
    Migration(
      "billing/021-surplus-time", ["CREATE INDEX capture_surplus_at ON capture (at, id) WHERE role = 'surplus'"]),
    Migration(
      "billing/own-page",
      [
        // What subscribers choose for themselves.
        "ALTER TABLE customer ADD COLUMN language TEXT",
        "ALTER TABLE customer ADD COLUMN receipts INTEGER NOT NULL DEFAULT 0",
        // Who asks for a link is found by an address however it was written.
        "CREATE INDEX customer_own_mail ON customer (lower(mail)) WHERE mail IS NOT NULL",
        "CREATE INDEX capture_customer ON capture (customer, at, id)",
        // The way to a partner's page and back. `state` is the hash of the secret in the address to return to; `page` the
        // partner's name for the page, once it is open.
        """
        CREATE TABLE method_page (
          id INTEGER PRIMARY KEY, state BLOB NOT NULL, customer INTEGER NOT NULL, subscription INTEGER NOT NULL,
          lane TEXT NOT NULL, page TEXT, made_at INTEGER NOT NULL, ended_at INTEGER)
        """,
        "CREATE UNIQUE INDEX method_page_state ON method_page (state)",
        "CREATE INDEX method_page_customer ON method_page (customer, made_at)",
      ]),
    Migration(
      "billing/025-chargebacks",
      [
        // Money that a payer's bank took back, once for the partner's own number of it. `capture` is null while the payment is not
        // known; `twice` is how much of it went back by a refund as well. Who is to look at it stands in it until it is decided.
        """
        CREATE TABLE chargeback (
          id INTEGER PRIMARY KEY, lane TEXT NOT NULL, partner_id TEXT NOT NULL, effect INTEGER, obligation INTEGER,
          capture INTEGER, customer INTEGER NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL,
          at INTEGER NOT NULL, heard_at INTEGER NOT NULL, evidence INTEGER NOT NULL, restored_at INTEGER, owner TEXT,
          deadline INTEGER, decided_at INTEGER, twice INTEGER NOT NULL DEFAULT 0,
          CHECK ((owner IS NULL) = (deadline IS NULL)), CHECK (owner IS NULL OR decided_at IS NULL))
        """,
        "CREATE UNIQUE INDEX chargeback_partner ON chargeback (lane, partner_id)",
        "CREATE INDEX chargeback_obligation ON chargeback (obligation)",
        "CREATE INDEX chargeback_capture ON chargeback (capture)",
        "CREATE INDEX chargeback_customer ON chargeback (customer, id)",
        "CREATE INDEX chargeback_open ON chargeback (deadline, id) WHERE owner IS NOT NULL",
        // No more is taken back than was taken. With a refund that was under way it may be more together: that has happened, and
        // no rule of ours undoes it.
        """
        ALTER TABLE capture ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0
        CHECK (taken_back >= 0 AND taken_back <= amount)
        """,
        "CREATE INDEX capture_taken_back ON capture (obligation) WHERE taken_back > 0",
        // The reference of another system, of what it took before: statements name it.
        "ALTER TABLE capture ADD COLUMN reference TEXT",
        "CREATE INDEX capture_reference ON capture (lane, reference) WHERE reference IS NOT NULL",
        // Until now such lines were kept and not understood. They are weighed anew.
        """
        UPDATE evidence SET says = 'reversed', code = partner_id, partner_id = NULL, state = 'new'
        WHERE source = 'statement' AND event_id LIKE 'statement/return/%' AND partner_id IS NOT NULL
        """,
      ]),
  ]
}
