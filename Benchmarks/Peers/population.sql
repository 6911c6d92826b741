-- So many subscriptions that fell due an hour ago, in four lanes, as in ../Population.swift. Times are microseconds.
WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM now()) * 1000000)::BIGINT - 3600000000 AS due),
  methods AS (
    INSERT INTO payment_method (id, customer, lane, token, label, created_at)
    SELECT n, n, (ARRAY['one', 'two', 'three', 'four'])[1 + n %% 4], 'tok-' || n, 'card', due
    FROM clock, generate_series(1, %(count)s::BIGINT) AS n)
INSERT INTO subscription (
  id, customer, plan, method, amount, currency, zone, anchor, state, period, due_at, paid_until, created_at)
SELECT n, n, 1, n, 999, 'EUR', 'UTC', due, 'active', 0, due, due, due
FROM clock, generate_series(1, %(count)s::BIGINT) AS n
