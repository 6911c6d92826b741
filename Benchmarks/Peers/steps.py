"""One renewal as three steps: what is owed · sent · what came of it. All peers take these very statements.

Each step is ONE statement that writes all its rows, on a connection that commits by itself: one round trip and one
commit. Few programs are written so tightly, and the same statement takes one subscription or a hundred, so a batch is
as fast here as PostgreSQL allows without COPY. The rows are those of ../PlainSQL.swift.

Left out, to the peers' favour: ids are sums of the subscription's id instead of a sequence's, a period is always thirty
days, and what a crash leaves between two steps is not looked for.
"""

import os

import psycopg

CLOCK = "clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::BIGINT AS now)"

# What is no longer due (somebody else was here, or the task came twice) is not opened again.
OPEN = f"""
WITH {CLOCK}, due AS MATERIALIZED (
    SELECT s.id, s.customer, s.amount, s.currency, s.due_at, m.lane, m.token, now,
      1099511627776 + s.id * 8 AS base, lpad(to_hex(now / 1000), 10, '0') || lpad(to_hex(s.id), 16, '0') AS reference
    FROM clock, subscription AS s JOIN payment_method AS m ON m.id = s.method
    WHERE s.id = ANY(%(ids)s::BIGINT[]) AND s.due_at <= now
    FOR UPDATE OF s),
  owed AS (
    INSERT INTO obligation (
      id, subscription, customer, lane, period, period_start, period_end, amount, opened_at, currency, state)
    SELECT base, id, customer, lane, 1, due_at, due_at + 2592000000000, amount, now, currency, 'open' FROM due),
  moved AS (
    UPDATE subscription AS s SET period = s.period + 1, due_at = due.due_at + 2592000000000
    FROM due WHERE s.id = due.id),
  prepared AS (
    INSERT INTO effect (id, lane, kind, slot, reference, payload, state, rank, prepared_at, due_at)
    SELECT base + 1, lane, 'charge', 'obligation:' || base, reference,
      format('{{"amount":%%s,"currency":"%%s","description":"Club 2026-11-23","method":"%%s"}}',
        amount, currency, token), 'prepared', 0, now, now FROM due),
  noted AS (
    INSERT INTO fact (epoch, id, at, kind, subject, actor, body)
    SELECT pg_current_xact_id()::TEXT::BIGINT, base + 2, now, 'renewalDue', 'customer:' || customer, 'system:peer',
      format('{{"amount":%%s,"currency":"%%s","lane":"%%s","obligation":%%s,"reference":"%%s"}}',
        amount, currency, lane, base, reference) FROM due)
SELECT base AS obligation, base + 1 AS effect, reference FROM due
"""

SEND = f"""
WITH {CLOCK}
UPDATE effect SET state = 'sent', rank = 1, sent_at = now, lease = 1, next_at = now + 600000000, tries = tries + 1
FROM clock WHERE id = ANY(%(effects)s::BIGINT[])
"""

SETTLE = f"""
WITH {CLOCK}, answer AS MATERIALIZED (
    SELECT a.*, o.id AS base, o.subscription, o.customer, o.lane, o.period_end, o.amount, o.currency, now
    FROM clock, unnest(%(obligations)s::BIGINT[], %(references)s::TEXT[], %(transactions)s::TEXT[], %(raws)s::BYTEA[])
      AS a (obligation, reference, transaction, raw) JOIN obligation AS o ON o.id = a.obligation),
  said AS (
    INSERT INTO evidence (
      id, lane, source, event_id, reference, partner_id, says, amount, currency, received_at, effect, state, raw)
    SELECT base + 3, lane, 'answer', 'answer/' || reference || '/1', reference, transaction, 'done', amount, currency,
      now, base + 1, 'applied', raw FROM answer),
  ended AS (
    UPDATE effect AS e SET state = 'done', rank = 6, partner_id = transaction, next_at = NULL, ended_at = now,
      lease = NULL FROM answer WHERE e.id = base + 1),
  taken AS (
    INSERT INTO capture (
      id, obligation, customer, effect, lane, partner_id, amount, currency, role, at, evidence, differs)
    SELECT base + 4, base, customer, base + 1, lane, transaction, amount, currency, 'due', now, base + 3, 0
    FROM answer),
  settled AS (
    UPDATE obligation AS o SET state = 'settled', ended_at = now FROM answer WHERE o.id = base),
  paid AS (
    UPDATE subscription AS s SET paid_until = period_end FROM answer WHERE s.id = answer.subscription)
INSERT INTO fact (epoch, id, at, kind, subject, actor, body)
SELECT pg_current_xact_id()::TEXT::BIGINT, base + 5, now, 'chargeSettled', 'customer:' || customer, 'system:peer',
  format('{{"amount":%%s,"currency":"%%s","evidence":%%s,"obligation":%%s,"transaction":"%%s"}}',
    amount, currency, base + 3, base, transaction) FROM answer
"""

# The tables start out empty, so the planner might settle on reading them whole and stay with that as they grow.
PLANNER = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
CONNECT = {"conninfo": os.environ.get("PEERS_DATABASE", ""), "autocommit": True, "options": PLANNER}


def connect() -> psycopg.Connection:
    return psycopg.connect(**CONNECT)


def partner(reference: str) -> tuple[str, bytes]:
    """Takes every charge at once, within the process: what is left is the peer's own work."""
    transaction = f"pay-{reference}"
    return transaction, f'{{"id":"{transaction}","status":"succeeded","amount":999,"currency":"EUR"}}'.encode()


def sent(opened: list[tuple]) -> dict:
    return {"effects": [effect for _, effect, _ in opened]}


def answered(opened: list[tuple]) -> dict:
    references = [reference for _, _, reference in opened]
    replies = [partner(reference) for reference in references]
    return {
        "obligations": [obligation for obligation, _, _ in opened],
        "references": references,
        "transactions": [transaction for transaction, _ in replies],
        "raws": [raw for _, raw in replies],
    }


def renew(connection: psycopg.Connection, ids: list[int]) -> None:
    opened = connection.execute(OPEN, {"ids": ids}).fetchall()
    connection.execute(SEND, sent(opened))
    connection.execute(SETTLE, answered(opened))


def tasks(count: int, batch: int) -> list[list[int]]:
    """The ids of each task: one subscription, or a batch of them, in the order in which they are due."""
    return [list(range(first, min(first + batch, count + 1))) for first in range(1, count + 1, batch)]
