-- # Exports and downloads
-- Who took content out, of which item, under which sensitivity label: exports, downloads, prints, analyses in Excel and by other programs,
-- subscriptions that were sent. A failed attempt is in times and not in succeeded.
-- chart: person times
SELECT
  person,
  activity_name,
  arg_max(item, sequence) AS item,
  label_id,
  count(*) AS times,
  count(*) FILTER (WHERE succeeded) AS succeeded,
  count(DISTINCT address) AS addresses,
  max(date) AS last,
  person_kind,
  item_id
FROM activity
WHERE activity_kind = 'export'
GROUP BY person, person_kind, activity_name, item_id, label_id
ORDER BY times DESC, person, activity_name, item_id, label_id
