-- # Active people by week
-- Different people with any event in a week from Monday to Sunday, UTC. days_held says of how many days the number is made: a week
-- with a lost day is not a quiet week.
-- chart: week people
WITH weeks AS (
  SELECT
    CAST(date_trunc('week', date) AS DATE) AS week,
    count(*) FILTER (WHERE held) AS days_held,
    count(*) FILTER (WHERE state = 'lost') AS days_lost
  FROM days
  GROUP BY ALL
)
SELECT
  w.week,
  w.days_held,
  w.days_lost,
  count(DISTINCT person) FILTER (WHERE person_kind = 'person') AS people,
  count(DISTINCT person) FILTER (WHERE person_kind = 'external') AS external,
  count(DISTINCT person) FILTER (WHERE person_kind = 'service-principal') AS service_principals,
  count(*) FILTER (WHERE activity = 'ViewReport') AS views,
  count(activity) AS events
FROM weeks w LEFT JOIN activity a ON CAST(date_trunc('week', a.date) AS DATE) = w.week
GROUP BY ALL
ORDER BY w.week
