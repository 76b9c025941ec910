-- # External people
-- Guests (#ext# in their name) and what they did, and addresses outside the organisation that something was shared with or sent to. The
-- organisation's domains are those of the people who acted and are no guests; for a recipient, first and last are when it was shared.
-- chart: who events
WITH home AS (
  SELECT DISTINCT split_part(person, '@', 2) AS domain FROM activity WHERE person_kind = 'person' AND contains(person, '@')
),
guests AS (
  SELECT
    person AS who,
    'guest' AS how,
    min(date) AS first,
    max(date) AS last,
    count(*) AS events,
    count(*) FILTER (WHERE activity = 'ViewReport') AS views,
    count(*) FILTER (WHERE activity_kind = 'export') AS exports,
    count(DISTINCT workspace_id) AS workspaces
  FROM activity
  WHERE person_kind = 'external'
  GROUP BY person
),
recipients AS (
  SELECT date,
    unnest(list_concat(
      json_extract_string(fields, '$.SharingInformation[*].RecipientEmail'),
      json_extract_string(fields, '$.ExternalSubscribeeInformation[*].RecipientEmail')
    )) AS address
  FROM activity
  WHERE activity_kind IN ('share', 'export')
)
SELECT * FROM guests
UNION ALL
SELECT lower(address), 'recipient', min(date), max(date), count(*), 0, 0, 0
FROM recipients
WHERE contains(address, '@')
  AND (contains(lower(address), '#ext#') OR lower(split_part(address, '@', 2)) NOT IN (SELECT domain FROM home))
GROUP BY lower(address)
ORDER BY events DESC, who, how
