import Store

/// The kernel's tables.
public enum KernelSchema {
  public static let migrations = [
    Migration(
      "kernel/001",
      [
        "CREATE TABLE identifier (id INTEGER PRIMARY KEY, next INTEGER NOT NULL)",
        "INSERT INTO identifier (id, next) VALUES (1, 1)",
        """
        CREATE TABLE command (
          key TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, result TEXT NOT NULL, at INTEGER NOT NULL)
        """,

        // The journal. The key is the order of sealing, so that the sealer reads along it.
        """
        CREATE TABLE fact (
          epoch INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
          actor TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (epoch, id)) WITHOUT ROWID
        """,
        "CREATE INDEX fact_subject ON fact (subject, id)",
        """
        CREATE TABLE journal_head (
          one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, epoch INTEGER NOT NULL, id INTEGER NOT NULL)
        """,
        "INSERT INTO journal_head (one, size, epoch, id) VALUES (1, 0, -1, -1)",
        """
        CREATE TABLE journal_tile (
          level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, n)) WITHOUT ROWID
        """,
        "CREATE TABLE journal_place (n INTEGER PRIMARY KEY, facts BLOB NOT NULL)",
        """
        CREATE TABLE journal_seal (
          size INTEGER PRIMARY KEY, first INTEGER NOT NULL, at INTEGER NOT NULL, checkpoint TEXT NOT NULL)
        """,

        // The outbox. `rank` orders the states; it only ever grows.
        """
        CREATE TABLE effect (
          id INTEGER PRIMARY KEY, lane TEXT NOT NULL, kind TEXT NOT NULL, slot TEXT NOT NULL, reference TEXT NOT NULL,
          payload TEXT NOT NULL, state TEXT NOT NULL, rank INTEGER NOT NULL, prepared_at INTEGER NOT NULL,
          due_at INTEGER NOT NULL, sent_at INTEGER, resent_at INTEGER, lease INTEGER, next_at INTEGER, tries INTEGER NOT NULL DEFAULT 0,
          asked INTEGER NOT NULL DEFAULT 0, absent INTEGER NOT NULL DEFAULT 0, code TEXT, partner_id TEXT, ended_at INTEGER,
          owner TEXT, deadline INTEGER, live INTEGER NOT NULL DEFAULT 1,
          CHECK (live = CASE WHEN state IN ('refused', 'cancelled', 'surplus') THEN 0 ELSE 1 END),
          CHECK (state IN ('prepared', 'sent', 'unknown', 'pending', 'refused', 'cancelled', 'done', 'surplus')),
          CHECK (state NOT IN ('sent', 'unknown', 'pending') OR next_at IS NOT NULL
            OR (owner IS NOT NULL AND deadline IS NOT NULL)))
        """,
        "CREATE UNIQUE INDEX effect_reference ON effect (reference)",
        // `live`: it may still happen, or it has. A column of its own, because most changes of state leave it as it is, and
        // then SQLite leaves the index alone too.
        "CREATE UNIQUE INDEX effect_live ON effect (slot) WHERE live = 1",
        "CREATE INDEX effect_slot ON effect (slot)",
        "CREATE INDEX effect_due ON effect (lane, due_at, id) WHERE state = 'prepared'",
        """
        CREATE INDEX effect_open ON effect (lane, next_at, id) WHERE state IN ('sent', 'unknown', 'pending')
        """,
        "CREATE INDEX effect_parked ON effect (deadline, id) WHERE owner IS NOT NULL AND ended_at IS NULL",

        // The inbox: everything that was said about an effect, as it came.
        """
        CREATE TABLE evidence (
          id INTEGER PRIMARY KEY, lane TEXT NOT NULL, source TEXT NOT NULL, event_id TEXT NOT NULL, reference TEXT,
          partner_id TEXT, says TEXT NOT NULL, code TEXT, amount INTEGER, currency TEXT, occurred_at INTEGER,
          received_at INTEGER NOT NULL, effect INTEGER, state TEXT NOT NULL, raw BLOB NOT NULL,
          CHECK (source IN ('answer', 'query', 'cancel', 'notification', 'statement', 'person')),
          CHECK (state IN ('new', 'applied', 'waiting', 'foreign', 'stuck')))
        """,
        "CREATE UNIQUE INDEX evidence_event ON evidence (lane, event_id)",
        "CREATE INDEX evidence_effect ON evidence (effect, id)",
        // A notification may name nothing but the partner's own id; the answer that accepted the charge gave it.
        """
        CREATE INDEX evidence_named ON evidence (lane, partner_id)
        WHERE source IN ('answer', 'query') AND says = 'pending' AND partner_id IS NOT NULL
        """,
        "CREATE INDEX evidence_stuck ON evidence (id) WHERE state = 'stuck'",
        "CREATE INDEX evidence_todo ON evidence (state, id) WHERE state IN ('new', 'waiting')",

        // One row a lane: the switch, the breaker, the ramp and the token bucket.
        """
        CREATE TABLE lane (
          name TEXT NOT NULL PRIMARY KEY, switch TEXT NOT NULL DEFAULT 'on', reason TEXT, switched_by TEXT, switched_at INTEGER,
          breaker TEXT NOT NULL DEFAULT 'closed', opened INTEGER NOT NULL DEFAULT 0, until INTEGER,
          ramp INTEGER NOT NULL DEFAULT 100, ramp_at INTEGER, tokens INTEGER NOT NULL DEFAULT 0, filled_at INTEGER NOT NULL DEFAULT 0,
          CHECK (switch IN ('on', 'off')), CHECK (breaker IN ('closed', 'open', 'halfOpen')), CHECK (ramp BETWEEN 1 AND 100))
        """,
        """
        CREATE TABLE lane_window (
          lane TEXT NOT NULL, at INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,
          refused INTEGER NOT NULL DEFAULT 0, pending INTEGER NOT NULL DEFAULT 0, unknown INTEGER NOT NULL DEFAULT 0,
          asked INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (lane, at)) WITHOUT ROWID
        """,
        // How long notifications take, by powers of two of a second.
        """
        CREATE TABLE lane_delay (
          lane TEXT NOT NULL, hour INTEGER NOT NULL, bucket INTEGER NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY (lane, hour, bucket)) WITHOUT ROWID
        """,

        """
        CREATE TABLE alert (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, message TEXT NOT NULL, raised_at INTEGER NOT NULL,
          owner TEXT NOT NULL, escalates_at INTEGER NOT NULL, escalated_to TEXT, escalated_at INTEGER, seen_at INTEGER NOT NULL,
          cleared_at INTEGER)
        """,
        "CREATE UNIQUE INDEX alert_open ON alert (name, subject) WHERE cleared_at IS NULL",
        "CREATE INDEX alert_raised ON alert (raised_at)",
        "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL)",
      ]),
    // An answer that says "done" at once names the charge as well as one that says "pending".
    Migration(
      "kernel/002",
      [
        "DROP INDEX evidence_named",
        """
        CREATE INDEX evidence_named ON evidence (lane, partner_id)
        WHERE source IN ('answer', 'query') AND says IN ('pending', 'done') AND partner_id IS NOT NULL
        """,
      ]),
    // What is added to a transaction's number where a restored database counts from lower on: see `AdoptRestored`.
    Migration(
      "kernel/003-epoch-shift",
      [
        "CREATE TABLE journal_shift (one INTEGER PRIMARY KEY CHECK (one = 1), shift INTEGER NOT NULL)",
        "INSERT INTO journal_shift (one, shift) VALUES (1, 0)",
      ]),
    // What programs were answered is deleted by its age.
    Migration("kernel/004-answers", ["CREATE INDEX command_api ON command (at) WHERE substr(key, 1, 4) = 'api/'"]),
  ]
}
