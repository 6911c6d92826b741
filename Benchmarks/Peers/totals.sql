-- Renewals that have exactly their rows, each found through the one before it, and how many rows there are in all.
SELECT
  count(*) AS subscriptions,
  count(*) FILTER (
    WHERE s.period = 1 AND s.paid_until = s.due_at AND s.due_at = s.anchor + 2592000000000
      AND (SELECT count(*) FROM obligation AS o WHERE o.subscription = s.id AND o.state = 'settled') = 1
      AND (SELECT count(*) FROM obligation AS o
           JOIN effect AS e ON e.slot = 'obligation:' || o.id AND e.state = 'done' AND e.tries = 1
           JOIN evidence AS v ON v.effect = e.id AND v.reference = e.reference AND v.state = 'applied'
           JOIN capture AS c ON c.obligation = o.id AND c.effect = e.id AND c.evidence = v.id AND c.amount = 999
             AND c.partner_id = e.partner_id AND c.role = 'due'
           WHERE o.subscription = s.id) = 1
      AND (SELECT array_agg(f.kind ORDER BY f.id) FROM fact AS f WHERE f.subject = 'customer:' || s.customer)
        = ARRAY['renewalDue', 'chargeSettled']
  ) AS whole,
  (SELECT count(*) FROM obligation) AS obligations, (SELECT count(*) FROM effect) AS effects,
  (SELECT count(*) FROM evidence) AS evidence, (SELECT count(*) FROM capture) AS captures,
  (SELECT count(*) FROM fact) AS facts
FROM subscription AS s
