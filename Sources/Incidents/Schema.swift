import Store

/// The tables of incidents. What must never happen twice is a unique index; what two people must do is a CHECK.
enum IncidentsSchema {
  static let migrations = [
    Migration("incidents/001", incident + finding + making + learning), Migration("incidents/002-owed", owed),
  ]

  /// What was owed when a remedy was worked out, which of it, and how much was back then: whether it is enough can be asked again
  /// later. Of what evidence says that it is no harm: the things that were known then. Whose stop it is.
  private static let owed = [
    "ALTER TABLE remedy ADD COLUMN owed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE remedy ADD COLUMN planned INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE remedy ADD COLUMN back INTEGER NOT NULL DEFAULT 0",
    "UPDATE remedy SET owed = amount, planned = amount",
    """
    UPDATE remedy SET owed = i.amount, back = i.back FROM affected AS a, incident AS n, cohort_item AS i
    WHERE a.id = remedy.affected AND n.id = remedy.incident AND i.cohort = n.cohort AND i.person = a.person
      AND i.item = remedy.about
    """,
    "ALTER TABLE affected ADD COLUMN unharmed_cohort INTEGER",
    """
    UPDATE affected SET unharmed_cohort = (SELECT i.cohort FROM incident AS i WHERE i.id = affected.incident)
    WHERE unharmed_by <> 'cohort'
    """,
    "ALTER TABLE containment ADD COLUMN stopped INTEGER NOT NULL DEFAULT 1",
  ]

  private static let incident = [
    // One is open for a kind and what it is about.
    """
    CREATE TABLE incident (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, title TEXT NOT NULL, severity INTEGER NOT NULL,
      state TEXT NOT NULL, began_at INTEGER NOT NULL, noticed_at INTEGER NOT NULL, contained_at INTEGER, closed_at INTEGER,
      opened_by TEXT NOT NULL, closed_by TEXT, target INTEGER, target_at INTEGER, cohort INTEGER,
      CHECK (severity BETWEEN 1 AND 4), CHECK (state IN ('open', 'contained', 'closed')), CHECK (began_at <= noticed_at),
      CHECK (state = 'open' OR contained_at IS NOT NULL), CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
      CHECK ((closed_at IS NULL) = (closed_by IS NULL)), CHECK (state <> 'closed' OR cohort IS NOT NULL),
      CHECK ((target IS NULL) = (target_at IS NULL)), CHECK (target BETWEEN 1 AND 100))
    """,
    "CREATE UNIQUE INDEX incident_open ON incident (kind, about) WHERE state <> 'closed'",
    "CREATE INDEX incident_noticed ON incident (noticed_at, id)",
    "CREATE TABLE incident_alert (alert INTEGER PRIMARY KEY, incident INTEGER NOT NULL)",
    """
    CREATE TABLE incident_role (
      incident INTEGER NOT NULL, role TEXT NOT NULL, person TEXT NOT NULL, since INTEGER NOT NULL,
      CHECK (role IN ('lead', 'communications', 'engineering', 'finance', 'support', 'scribe')),
      PRIMARY KEY (incident, role, person)) WITHOUT ROWID
    """,
    """
    CREATE TABLE incident_tell (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, whom TEXT NOT NULL, told_at INTEGER, told_by TEXT,
      CHECK ((told_at IS NULL) = (told_by IS NULL)))
    """,
    "CREATE UNIQUE INDEX incident_tell_whom ON incident_tell (incident, whom)",
    """
    CREATE TABLE incident_note (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL)
    """,
    "CREATE INDEX incident_note_of ON incident_note (incident, at)",
    """
    CREATE TABLE containment (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, reason TEXT NOT NULL,
      at INTEGER NOT NULL, actor TEXT NOT NULL, undone_at INTEGER, undone_by TEXT, undo_reason TEXT,
      CHECK ((undone_at IS NULL) = (undone_by IS NULL)), CHECK ((undone_at IS NULL) = (undo_reason IS NULL)))
    """,
    "CREATE UNIQUE INDEX containment_on ON containment (incident, kind, target) WHERE undone_at IS NULL",
    "CREATE INDEX containment_target ON containment (kind, target) WHERE undone_at IS NULL",
  ]

  private static let finding = [
    // A version of who is affected. `key` is how far the search has come, `last` where it ends.
    """
    CREATE TABLE cohort (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, n INTEGER NOT NULL, finder TEXT NOT NULL, rule TEXT NOT NULL,
      reason TEXT NOT NULL, state TEXT NOT NULL, key INTEGER NOT NULL, last INTEGER NOT NULL, made_at INTEGER NOT NULL,
      made_by TEXT NOT NULL, frozen_at INTEGER, people INTEGER, items INTEGER, added INTEGER, removed INTEGER,
      approved_at INTEGER, approved_by TEXT,
      CHECK (state IN ('searching', 'frozen', 'approved', 'dropped')),
      CHECK (state NOT IN ('frozen', 'approved') OR (frozen_at IS NOT NULL AND people IS NOT NULL AND items IS NOT NULL)),
      CHECK ((state = 'approved') = (approved_by IS NOT NULL)), CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
      CHECK (approved_by <> made_by))
    """,
    "CREATE UNIQUE INDEX cohort_version ON cohort (incident, n)",
    "CREATE UNIQUE INDEX cohort_searching ON cohort (incident) WHERE state = 'searching'",
    """
    CREATE TABLE cohort_item (
      cohort INTEGER NOT NULL, person TEXT NOT NULL, item TEXT NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL,
      back INTEGER NOT NULL, coming INTEGER NOT NULL, evidence TEXT NOT NULL,
      CHECK (amount > 0), CHECK (back BETWEEN 0 AND amount), CHECK (coming >= 0),
      PRIMARY KEY (cohort, person, item)) WITHOUT ROWID
    """,
    """
    CREATE TABLE cohort_total (
      cohort INTEGER NOT NULL, unit TEXT NOT NULL, people INTEGER NOT NULL, items INTEGER NOT NULL, amount INTEGER NOT NULL,
      back INTEGER NOT NULL, coming INTEGER NOT NULL, PRIMARY KEY (cohort, unit)) WITHOUT ROWID
    """,
    """
    CREATE TABLE cohort_outside (
      cohort INTEGER NOT NULL, person TEXT NOT NULL, item TEXT NOT NULL, why TEXT NOT NULL, evidence TEXT NOT NULL,
      PRIMARY KEY (cohort, person, item)) WITHOUT ROWID
    """,
    """
    CREATE TABLE cohort_change (
      cohort INTEGER NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL, why TEXT NOT NULL,
      CHECK (what IN ('added', 'removed')), PRIMARY KEY (cohort, person)) WITHOUT ROWID
    """,
  ]

  private static let making = [
    // `todo`: a remedy run has to look at this person; `unharmed`: the evidence that nothing reached them.
    """
    CREATE TABLE affected (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, person TEXT NOT NULL, cohort INTEGER NOT NULL, state TEXT NOT NULL,
      todo INTEGER NOT NULL DEFAULT 1, told_at INTEGER, whole_at INTEGER, unharmed TEXT, unharmed_by TEXT,
      unreachable_at INTEGER,
      CHECK (state IN ('affected', 'told', 'whole', 'unharmed', 'unreachable', 'disputed')), CHECK (todo IN (0, 1)),
      CHECK (state NOT IN ('told', 'whole') OR told_at IS NOT NULL),
      CHECK (state <> 'whole' OR (whole_at IS NOT NULL AND todo = 0)),
      CHECK (state <> 'unharmed' OR unharmed IS NOT NULL), CHECK ((unharmed IS NULL) = (unharmed_by IS NULL)),
      CHECK (state <> 'unreachable' OR unreachable_at IS NOT NULL))
    """,
    "CREATE UNIQUE INDEX affected_once ON affected (incident, person)",
    "CREATE INDEX affected_person ON affected (person)",
    "CREATE INDEX affected_state ON affected (incident, state, id)",
    "CREATE INDEX affected_todo ON affected (incident, id) WHERE todo = 1",
    """
    CREATE TABLE remedy_rule (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, n INTEGER NOT NULL, steps TEXT NOT NULL, assumptions TEXT NOT NULL,
      cohort INTEGER NOT NULL, people INTEGER NOT NULL, state TEXT NOT NULL, made_at INTEGER NOT NULL, made_by TEXT NOT NULL,
      approved_at INTEGER, approved_by TEXT, started_at INTEGER, started_by TEXT, stopped TEXT,
      CHECK (state IN ('tried', 'approved', 'running', 'stopped')), CHECK ((state = 'tried') = (approved_by IS NULL)),
      CHECK ((approved_at IS NULL) = (approved_by IS NULL)), CHECK (approved_by <> made_by),
      CHECK (state <> 'running' OR started_by IS NOT NULL), CHECK ((state = 'stopped') = (stopped IS NOT NULL)))
    """,
    "CREATE UNIQUE INDEX remedy_rule_version ON remedy_rule (incident, n)",
    "CREATE UNIQUE INDEX remedy_rule_running ON remedy_rule (incident) WHERE state = 'running'",
    // What a rule comes to, and how much of it somebody else allowed: the database holds that no more is spent.
    """
    CREATE TABLE remedy_total (
      rule INTEGER NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL, people INTEGER NOT NULL, amount INTEGER NOT NULL,
      most INTEGER NOT NULL, allowed INTEGER, spent INTEGER NOT NULL DEFAULT 0, CHECK (spent >= 0),
      CHECK (allowed IS NULL OR spent <= allowed), CHECK (spent = 0 OR allowed IS NOT NULL),
      PRIMARY KEY (rule, kind, unit)) WITHOUT ROWID
    """,
    """
    CREATE TABLE remedy_outlier (
      rule INTEGER NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL, person TEXT NOT NULL, amount INTEGER NOT NULL,
      PRIMARY KEY (rule, kind, unit, person)) WITHOUT ROWID
    """,
    // `about` is the thing that it is for, or nothing where it is for the person.
    """
    CREATE TABLE remedy (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, affected INTEGER NOT NULL, rule INTEGER NOT NULL, kind TEXT NOT NULL,
      about TEXT NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL, state TEXT NOT NULL, reference INTEGER, evidence TEXT,
      code TEXT, tells INTEGER NOT NULL, made_at INTEGER NOT NULL, ended_at INTEGER, tries INTEGER NOT NULL DEFAULT 1,
      CHECK (state IN ('underWay', 'done', 'refused', 'held')), CHECK (state <> 'underWay' OR reference IS NOT NULL),
      CHECK (state <> 'done' OR evidence IS NOT NULL), CHECK (state <> 'refused' OR code IS NOT NULL),
      CHECK ((state = 'underWay') = (ended_at IS NULL)), CHECK (amount >= 0))
    """,
    // Nobody is made whole twice for the same thing.
    "CREATE UNIQUE INDEX remedy_once ON remedy (affected, kind, about)",
    "CREATE INDEX remedy_open ON remedy (kind, id) WHERE state IN ('underWay', 'refused', 'held') AND reference IS NOT NULL",
    "CREATE INDEX remedy_incident ON remedy (incident, state, id)",
    """
    CREATE TABLE contact_try (
      id INTEGER PRIMARY KEY, affected INTEGER NOT NULL, means TEXT NOT NULL, reached INTEGER NOT NULL, at INTEGER NOT NULL,
      actor TEXT NOT NULL, note TEXT NOT NULL, CHECK (means IN ('mail', 'letter', 'phone', 'page', 'message')))
    """,
    "CREATE INDEX contact_try_of ON contact_try (affected, id)",
    // "This is not right": work for somebody, until a date.
    """
    CREATE TABLE objection (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, affected INTEGER NOT NULL, text TEXT NOT NULL,
      raised_at INTEGER NOT NULL, raised_by TEXT NOT NULL, owner TEXT NOT NULL, due_at INTEGER NOT NULL,
      answered_at INTEGER, answered_by TEXT, answer TEXT, outcome TEXT,
      CHECK (outcome IN ('right', 'wrong')), CHECK ((answered_at IS NULL) = (answer IS NULL)),
      CHECK ((answered_at IS NULL) = (answered_by IS NULL)), CHECK ((answered_at IS NULL) = (outcome IS NULL)))
    """,
    "CREATE UNIQUE INDEX objection_open ON objection (affected) WHERE answered_at IS NULL",
    "CREATE INDEX objection_due ON objection (due_at, id) WHERE answered_at IS NULL",
    "CREATE INDEX objection_of ON objection (affected, id)",
  ]

  private static let learning = [
    """
    CREATE TABLE lesson (
      incident INTEGER PRIMARY KEY, context TEXT NOT NULL, failed TEXT NOT NULL, did TEXT NOT NULL, learned TEXT NOT NULL,
      differently TEXT NOT NULL, written_at INTEGER NOT NULL, written_by TEXT NOT NULL, closed_at INTEGER, closed_by TEXT,
      CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
      CHECK (closed_at IS NULL OR (context <> '' AND failed <> '' AND did <> '' AND learned <> '' AND differently <> '')))
    """,
    """
    CREATE TABLE lesson_action (
      id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, text TEXT NOT NULL, owner TEXT NOT NULL, due_at INTEGER NOT NULL,
      control_kind TEXT, control TEXT, done_at INTEGER, done_by TEXT, verified_at INTEGER, verified_by TEXT,
      CHECK (control_kind IN ('check', 'guard', 'checklist', 'test')), CHECK ((control_kind IS NULL) = (control IS NULL)),
      CHECK ((done_at IS NULL) = (done_by IS NULL)), CHECK (done_at IS NULL OR control IS NOT NULL),
      CHECK ((verified_at IS NULL) = (verified_by IS NULL)), CHECK (verified_at IS NULL OR done_at IS NOT NULL),
      CHECK (verified_by <> done_by))
    """,
    "CREATE INDEX lesson_action_of ON lesson_action (incident, id)",
    "CREATE INDEX lesson_action_due ON lesson_action (due_at, id) WHERE verified_at IS NULL",
    """
    CREATE TABLE checklist_item (
      id INTEGER PRIMARY KEY, area TEXT NOT NULL, text TEXT NOT NULL, action INTEGER, added_at INTEGER NOT NULL,
      added_by TEXT NOT NULL, retired_at INTEGER, retired_by TEXT, retire_reason TEXT,
      CHECK (area IN ('performance', 'scalability', 'reliability', 'outside', 'tests', 'wayBack')),
      CHECK ((retired_at IS NULL) = (retired_by IS NULL)), CHECK ((retired_at IS NULL) = (retire_reason IS NULL)))
    """,
    "CREATE INDEX checklist_item_current ON checklist_item (area, id) WHERE retired_at IS NULL",
    """
    CREATE TABLE launch (
      id INTEGER PRIMARY KEY, title TEXT NOT NULL, opened_at INTEGER NOT NULL, opened_by TEXT NOT NULL,
      first_at INTEGER, first_by TEXT, second_at INTEGER, second_by TEXT,
      CHECK ((first_at IS NULL) = (first_by IS NULL)), CHECK ((second_at IS NULL) = (second_by IS NULL)),
      CHECK (second_by IS NULL OR first_by IS NOT NULL), CHECK (second_by <> first_by))
    """,
    """
    CREATE TABLE launch_answer (
      launch INTEGER NOT NULL, item INTEGER NOT NULL, answer TEXT, note TEXT, at INTEGER, actor TEXT,
      CHECK (answer IN ('yes', 'no', 'notNeeded')), CHECK ((answer IS NULL) = (actor IS NULL)),
      CHECK (answer IS NULL OR answer = 'yes' OR note IS NOT NULL), PRIMARY KEY (launch, item)) WITHOUT ROWID
    """,
  ]
}
