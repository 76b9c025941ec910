-- # Service principals and programs
-- What service principals did, and what people did with programs rather than a browser or an app: by principal, kind of client and activity.
-- chart: who times
SELECT
  who,
  client,
  activity_name,
  times,
  failed,
  first,
  last
FROM (
  SELECT
    person AS who,
    CASE
      WHEN agent IS NULL THEN 'unknown'
      WHEN agent ILIKE '%python%' THEN 'python'
      WHEN agent ILIKE '%powershell%' THEN 'powershell'
      WHEN agent ILIKE '%curl%' OR agent ILIKE '%postman%' OR agent ILIKE '%okhttp%' OR agent ILIKE '%java/%' THEN 'other program'
      WHEN agent ILIKE '%iphone%' OR agent ILIKE '%ipad%' OR agent ILIKE '%android%' THEN 'mobile'
      WHEN agent ILIKE 'mozilla%' THEN 'browser'
      ELSE 'other program'
    END AS client,
    activity_name,
    person_kind,
    count(*) AS times,
    count(*) FILTER (WHERE NOT succeeded) AS failed,
    min(date) AS first,
    max(date) AS last
  FROM activity
  GROUP BY ALL
)
WHERE person_kind = 'service-principal' OR client IN ('python', 'powershell', 'other program')
ORDER BY times DESC, who, client, activity_name
