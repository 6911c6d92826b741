import Store

/// Which programs have run on this database, and what was asked for to exchange them.
enum ReleaseSchema {
  static let migrations = [
    Migration(
      "server/001-releases",
      [
        // `steps`: the steps of the schema that this program knows, one a line. A database that has others is refused by it.
        """
        CREATE TABLE release (
          id INTEGER PRIMARY KEY, version TEXT NOT NULL, steps TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL)
        """,
        "CREATE UNIQUE INDEX release_version ON release (version)",
        "CREATE INDEX release_first ON release (first_at)",
        """
        CREATE TABLE release_switch (
          id INTEGER PRIMARY KEY, way TEXT NOT NULL, version_from TEXT NOT NULL, version_to TEXT NOT NULL,
          reason TEXT NOT NULL, state TEXT NOT NULL, asked_at INTEGER NOT NULL, ended_at INTEGER, code TEXT,
          CHECK (way IN ('back', 'forward')), CHECK (state IN ('asked', 'done', 'refused')),
          CHECK ((state = 'asked') = (ended_at IS NULL)))
        """,
        // One exchange at a time.
        "CREATE UNIQUE INDEX release_switch_open ON release_switch (state) WHERE state = 'asked'",
      ])
  ]
}
