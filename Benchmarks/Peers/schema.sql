-- The tables that a renewal reads and writes: columns, checks and indexes as `amends migrate` makes them on PostgreSQL
-- (Sources/Kernel/Schema.swift, Sources/Billing/Schema.swift). run.py compares them with a migrated database whenever
-- a built `amends` is at hand.

CREATE TABLE payment_method (
  id BIGINT PRIMARY KEY, customer BIGINT NOT NULL, lane TEXT NOT NULL, token TEXT NOT NULL, partner_customer TEXT,
  label TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE INDEX payment_method_customer ON payment_method (customer);

CREATE TABLE subscription (
  id BIGINT PRIMARY KEY, customer BIGINT NOT NULL, plan BIGINT NOT NULL, method BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, zone TEXT NOT NULL, anchor BIGINT NOT NULL,
  state TEXT NOT NULL, period BIGINT NOT NULL, due_at BIGINT, trial_until BIGINT, paid_until BIGINT,
  ends_at_period_end BIGINT NOT NULL DEFAULT 0, paused_at BIGINT, ended_at BIGINT, end_reason TEXT,
  created_at BIGINT NOT NULL,
  CHECK (state IN ('trial', 'active', 'pastDue', 'paused', 'cancelled')),
  CHECK (state <> 'cancelled' OR (due_at IS NULL AND ended_at IS NOT NULL)),
  CHECK (state <> 'paused' OR (due_at IS NULL AND paused_at IS NOT NULL)));
CREATE INDEX subscription_due ON subscription (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX subscription_customer ON subscription (customer);

CREATE TABLE obligation (
  id BIGINT PRIMARY KEY, subscription BIGINT NOT NULL, customer BIGINT NOT NULL, lane TEXT NOT NULL,
  period BIGINT NOT NULL, period_start BIGINT NOT NULL, period_end BIGINT NOT NULL, amount BIGINT NOT NULL,
  currency TEXT NOT NULL, state TEXT NOT NULL, declines BIGINT NOT NULL DEFAULT 0, failures BIGINT NOT NULL DEFAULT 0,
  opened_at BIGINT NOT NULL, ended_at BIGINT,
  CHECK (state IN ('open', 'settled', 'uncollectable', 'waived')), CHECK (period_end > period_start));
CREATE UNIQUE INDEX obligation_period ON obligation (subscription, period_start);
CREATE INDEX obligation_day ON obligation (period_start, id);
CREATE INDEX obligation_open_day ON obligation (period_start, id) WHERE state = 'open';

CREATE TABLE effect (
  id BIGINT PRIMARY KEY, lane TEXT NOT NULL, kind TEXT NOT NULL, slot TEXT NOT NULL, reference TEXT NOT NULL,
  payload TEXT NOT NULL, state TEXT NOT NULL, rank BIGINT NOT NULL, prepared_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL, sent_at BIGINT, resent_at BIGINT, lease BIGINT, next_at BIGINT,
  tries BIGINT NOT NULL DEFAULT 0, asked BIGINT NOT NULL DEFAULT 0, absent BIGINT NOT NULL DEFAULT 0, code TEXT,
  partner_id TEXT, ended_at BIGINT, owner TEXT, deadline BIGINT, live BIGINT NOT NULL DEFAULT 1,
  CHECK (live = CASE WHEN state IN ('refused', 'cancelled', 'surplus') THEN 0 ELSE 1 END),
  CHECK (state IN ('prepared', 'sent', 'unknown', 'pending', 'refused', 'cancelled', 'done', 'surplus')),
  CHECK (state NOT IN ('sent', 'unknown', 'pending') OR next_at IS NOT NULL
    OR (owner IS NOT NULL AND deadline IS NOT NULL)));
CREATE UNIQUE INDEX effect_reference ON effect (reference);
CREATE UNIQUE INDEX effect_live ON effect (slot) WHERE live = 1;
CREATE INDEX effect_slot ON effect (slot);
CREATE INDEX effect_due ON effect (lane, due_at, id) WHERE state = 'prepared';
CREATE INDEX effect_open ON effect (lane, next_at, id) WHERE state IN ('sent', 'unknown', 'pending');
CREATE INDEX effect_parked ON effect (deadline, id) WHERE owner IS NOT NULL AND ended_at IS NULL;

CREATE TABLE evidence (
  id BIGINT PRIMARY KEY, lane TEXT NOT NULL, source TEXT NOT NULL, event_id TEXT NOT NULL, reference TEXT,
  partner_id TEXT, says TEXT NOT NULL, code TEXT, amount BIGINT, currency TEXT, occurred_at BIGINT,
  received_at BIGINT NOT NULL, effect BIGINT, state TEXT NOT NULL, raw BYTEA NOT NULL,
  CHECK (source IN ('answer', 'query', 'cancel', 'notification', 'statement', 'person')),
  CHECK (state IN ('new', 'applied', 'waiting', 'foreign', 'stuck')));
CREATE UNIQUE INDEX evidence_event ON evidence (lane, event_id);
CREATE INDEX evidence_effect ON evidence (effect, id);
CREATE INDEX evidence_named ON evidence (lane, partner_id)
  WHERE source IN ('answer', 'query') AND says IN ('pending', 'done') AND partner_id IS NOT NULL;
CREATE INDEX evidence_stuck ON evidence (id) WHERE state = 'stuck';
CREATE INDEX evidence_todo ON evidence (state, id) WHERE state IN ('new', 'waiting');

CREATE TABLE capture (
  id BIGINT PRIMARY KEY, obligation BIGINT NOT NULL, customer BIGINT NOT NULL, effect BIGINT NOT NULL,
  lane TEXT NOT NULL, partner_id TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0), currency TEXT NOT NULL,
  role TEXT NOT NULL, given_back BIGINT NOT NULL DEFAULT 0, differs BIGINT NOT NULL DEFAULT 0, at BIGINT NOT NULL,
  evidence BIGINT NOT NULL,
  CHECK (role IN ('due', 'surplus')), CHECK (given_back BETWEEN 0 AND amount));
CREATE UNIQUE INDEX capture_partner ON capture (lane, partner_id);
CREATE UNIQUE INDEX capture_due ON capture (obligation) WHERE role = 'due';
CREATE INDEX capture_surplus ON capture (id) WHERE role = 'surplus';
CREATE INDEX capture_differs ON capture (id) WHERE differs = 1;
CREATE INDEX capture_obligation ON capture (obligation);

CREATE TABLE fact (
  epoch BIGINT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  actor TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (epoch, id));
CREATE INDEX fact_subject ON fact (subject, id);
