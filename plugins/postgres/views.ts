/** The views that `createViews` makes. */
export const VIEWS: readonly string[] = ["events_with_lines", "report_views", "active_people"];

/** `s` is the schema's name as SQL writes it. */
export function createViews(s: string): string {
  return `CREATE VIEW ${s}.events_with_lines AS
SELECT e.*, l.event
FROM ${s}.events e JOIN ${s}.event_lines l USING (tenant, date, record_no);
COMMENT ON VIEW ${s}.events_with_lines IS 'Each event with its record line: event::json ->> ''Field'' has any field';

CREATE VIEW ${s}.report_views AS
SELECT
  tenant,
  (array_agg(reportname ORDER BY date DESC, record_no DESC) FILTER (WHERE reportname IS NOT NULL))[1] AS report,
  (array_agg(workspacename ORDER BY date DESC, record_no DESC) FILTER (WHERE workspacename IS NOT NULL))[1] AS workspace,
  count(*) AS views,
  count(DISTINCT nullif(lower(trim(userid)), '')) AS people,
  min(date) AS first_view,
  max(date) AS last_view,
  lower(reportid) AS report_id,
  lower(workspaceid) AS workspace_id
FROM ${s}.events
WHERE coalesce(activity, operation) = 'ViewReport'
GROUP BY tenant, lower(reportid), lower(workspaceid);
COMMENT ON VIEW ${s}.report_views IS 'How often each report was viewed, and by how many people; names are the newest seen';

CREATE VIEW ${s}.active_people AS
WITH weeks AS (
  SELECT tenant, date_trunc('week', date::timestamp)::date AS week, count(*) AS days_held
  FROM ${s}.days GROUP BY 1, 2
),
used AS (
  SELECT
    tenant,
    date_trunc('week', date::timestamp)::date AS week,
    count(DISTINCT nullif(lower(trim(userid)), '')) AS people,
    count(*) AS events
  FROM ${s}.events GROUP BY 1, 2
)
SELECT tenant, week, w.days_held, coalesce(u.people, 0) AS people, coalesce(u.events, 0) AS events
FROM weeks w LEFT JOIN used u USING (tenant, week);
COMMENT ON VIEW ${s}.active_people IS
  'Different names in UserId in each week from Monday to Sunday, UTC, and how many of its days are here';
`;
}
