-- # Unusual
-- Where a person might look: an activity on its first day, after the first day of the range; a person's first use of an address, after the first day
-- on which that person was seen; exports and changes by administrators before 07:00, from 19:00 on or on a weekend, UTC; and a day on which
-- a person exported more than the mean of that person's other days by three standard deviations, with three other days at least.
WITH starts AS (
  SELECT min(date) AS start FROM days WHERE held
),
first_activity AS (
  SELECT activity_name, min(date) AS date, arg_min(person, sequence) AS person, count(*) AS times FROM activity GROUP BY activity_name
),
first_address AS (
  SELECT person, address, min(date) AS date, count(*) AS times FROM activity
  WHERE address IS NOT NULL AND person_kind <> 'unknown' GROUP BY person, address
),
first_day AS (
  SELECT person, min(date) AS date FROM activity GROUP BY person
),
exports AS (
  SELECT person, date, count(*) AS times FROM activity WHERE activity_kind = 'export' AND person_kind <> 'unknown' GROUP BY person, date
),
others AS (
  SELECT e.person, e.date, e.times, avg(o.times) AS mean, stddev_pop(o.times) AS deviation, count(*) AS days
  FROM exports e JOIN exports o ON o.person = e.person AND o.date <> e.date
  GROUP BY e.person, e.date, e.times
)
SELECT date, 'activity seen first' AS what, person, activity_name AS detail, times FROM first_activity, starts WHERE date > start
UNION ALL
SELECT a.date, 'new address', a.person, a.address, a.times FROM first_address a JOIN first_day f ON f.person = a.person AND a.date > f.date
UNION ALL
SELECT date, 'off hours', person, activity_name, count(*) FROM activity
WHERE activity_kind IN ('export', 'admin') AND person_kind IN ('person', 'external')
  AND (hour(created_at) < 7 OR hour(created_at) >= 19 OR isodow(created_at) >= 6)
GROUP BY date, person, activity_name
UNION ALL
SELECT date, 'many exports', person, 'mean of other days ' || round(mean, 1), times FROM others
WHERE days >= 3 AND times > mean + 3 * deviation + 0.000001
ORDER BY date DESC, what, person, detail
