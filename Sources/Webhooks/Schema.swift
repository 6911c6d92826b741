import Store

enum WebhooksSchema {
  static let migrations = [
    Migration(
      "webhooks/001-endpoints",
      [
        // How far the journal has been announced: one row, and whoever announces holds it.
        "CREATE TABLE webhook_head (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, id INTEGER NOT NULL)",
        "INSERT INTO webhook_head (one, epoch, id) VALUES (1, -1, -1)",
        // No secret: it follows from the key of sign-in, the number and the generation.
        """
        CREATE TABLE webhook_endpoint (
          id INTEGER PRIMARY KEY, url TEXT NOT NULL, types TEXT NOT NULL, tests INTEGER NOT NULL, state TEXT NOT NULL,
          reason TEXT, changed_at INTEGER NOT NULL, generation INTEGER NOT NULL DEFAULT 1, older_until INTEGER,
          failures INTEGER NOT NULL DEFAULT 0, failing_since INTEGER, paused_until INTEGER, made_at INTEGER NOT NULL,
          CHECK (state IN ('enabled', 'disabled', 'failed', 'removed')), CHECK (state = 'enabled' OR reason IS NOT NULL))
        """,
        """
        CREATE TABLE webhook_event (
          id INTEGER PRIMARY KEY, fact_epoch INTEGER NOT NULL, fact_id INTEGER NOT NULL, type TEXT NOT NULL,
          test INTEGER NOT NULL, made_at INTEGER NOT NULL, payload TEXT NOT NULL)
        """,
        // A fact is announced once.
        "CREATE UNIQUE INDEX webhook_event_fact ON webhook_event (fact_epoch, fact_id)",
        "CREATE INDEX webhook_event_made ON webhook_event (made_at, id)",
        """
        CREATE TABLE webhook_delivery (
          id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, event INTEGER NOT NULL, state TEXT NOT NULL,
          due_at INTEGER NOT NULL, gives_up_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tried_at INTEGER,
          ended_at INTEGER, status INTEGER, answer TEXT,
          CHECK (state IN ('waiting', 'delivered', 'failed')), CHECK ((state = 'waiting') = (ended_at IS NULL)))
        """,
        "CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (event, endpoint)",
        "CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint, due_at, id) WHERE state = 'waiting'",
        "CREATE INDEX webhook_delivery_listed ON webhook_delivery (endpoint, id)",
        "CREATE INDEX webhook_delivery_failed ON webhook_delivery (endpoint, id) WHERE state = 'failed'",
      ])
  ]
}
