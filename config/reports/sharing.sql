-- # Sharing and links
-- Who shared what with whom: one row for each recipient. Without a recipient in the event, reach says how far it goes: web for anybody on
-- the internet, organisation for an app or a link for all, else what the source calls the scope.
WITH shares AS (
  SELECT a.*, unnest(CASE WHEN len(recipients) = 0 THEN [NULL] ELSE recipients END) AS recipient_json
  FROM (
    SELECT *,
      list_concat(
        json_extract(fields, '$.SharingInformation[*]'),
        json_extract(fields, '$.SubscribeeInformation[*]'),
        json_extract(fields, '$.ExternalSubscribeeInformation[*]')
      ) AS recipients
    FROM activity
    WHERE activity_kind = 'share'
  ) a
)
SELECT
  person,
  activity_name,
  arg_max(item, sequence) AS item,
  lower(coalesce(recipient_json->>'$.RecipientEmail', recipient_json->>'$.UserPrincipalName', recipient_json->>'$.RecipientName')) AS recipient,
  recipient_json->>'$.ResharePermission' AS permission,
  CASE
    WHEN activity = 'PublishToWebReport' THEN 'web'
    WHEN contains(fields->>'$.OrgAppPermission.recipients', 'Entire Organization') THEN 'organisation'
    ELSE fields->>'$.SharingScope'
  END AS reach,
  count(*) AS times,
  max(date) AS last,
  item_id
FROM shares
GROUP BY person, activity_name, item_id, recipient, permission, reach
ORDER BY times DESC, person, activity_name, item_id, recipient, permission, reach
