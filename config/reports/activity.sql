-- The table that every report reads: one row for each event, with what people ask about under one name.
--
-- person: UserId in lower case, "(none)" where the event names nobody; such events are counted, never dropped.
-- person_kind: external has #ext# in its name; service-principal is a GUID; unknown is "(none)"; all others are person.
-- Ids are in lower case, since the source writes them in both. A template app has one report id in many workspaces: a report is
-- known by report_id and workspace_id together.
-- An id that stands on two different records of a day is one event, seen twice: the first record counts.
-- sequence orders events as the archive has them: by day, then by their number in the day.
-- fields is the event as JSON, for all but plain reading; a record that the engine cannot parse has none.
CREATE TABLE activity AS
WITH conflicting AS (
  SELECT e.tenant, e.date, e."Id", min(e.record_no) AS first_no
  FROM events e JOIN days d ON d.tenant = e.tenant AND d.date = e.date AND d.conflicting_ids > 0
  WHERE e."Id" IS NOT NULL
  GROUP BY ALL
  HAVING count(*) > 1
),
named AS (
  SELECT e.*, coalesce(e."Activity", e."Operation", '(none)') AS activity_text, c.first_no,
    coalesce(nullif(lower(trim(e."UserId")), ''), '(none)') AS person_text
  FROM events e LEFT JOIN conflicting c ON c.tenant = e.tenant AND c.date = e.date AND c."Id" = e."Id"
)
SELECT
  n.date,
  n.record_no,
  (n.date - DATE '2000-01-01') * 100000000 + n.record_no AS sequence,
  n."CreationTime" AS created_at,
  n.activity_text AS activity,
  coalesce(o.name, n.activity_text) AS activity_name,
  coalesce(o.kind, 'unlisted') AS activity_kind,
  n.person_text AS person,
  CASE
    WHEN n.person_text = '(none)' THEN 'unknown'
    WHEN contains(n.person_text, '#ext#') THEN 'external'
    WHEN regexp_full_match(n.person_text, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}') THEN 'service-principal'
    ELSE 'person'
  END AS person_kind,
  lower(n."ReportId") AS report_id,
  lower(n."WorkspaceId") AS workspace_id,
  lower(n."DatasetId") AS dataset_id,
  n."ReportName" AS report,
  n."WorkSpaceName" AS workspace,
  n."DatasetName" AS dataset,
  coalesce(n."ItemName", n."ArtifactName", n."ReportName", n."DashboardName", n."DatasetName", n."DataflowName", n."ObjectId") AS item,
  lower(coalesce(n."ReportId", n."DashboardId", n."ArtifactId", n."DatasetId", n."DataflowId")) AS item_id,
  lower(n."SensitivityLabelId") AS label_id,
  n."CapacityName" AS capacity,
  n."ObjectId" AS object,
  n."ClientIP" AS address,
  n."UserAgent" AS agent,
  coalesce(n."IsSuccess", true) AS succeeded,
  CASE WHEN coalesce(o.kind, '') <> 'read' AND json_valid(n.event) THEN n.event ELSE '{}' END AS fields
FROM named n LEFT JOIN operations o ON lower(o.operation) = lower(n.activity_text)
WHERE n.first_no IS NULL OR n.record_no = n.first_no;
