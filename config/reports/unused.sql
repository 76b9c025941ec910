-- # Reports that nobody views
-- Reports that some event of the range names, that were not deleted since, and that nobody viewed for the days of --idle up to the end of
-- the range. A report without any event in the range is not here: the activity log cannot know it; compare with an inventory of the
-- scanner API. Where the range is shorter than --idle, nothing can be said and the list is empty.
WITH reports AS (
  SELECT
    arg_max(report, sequence) AS report,
    arg_max(workspace, sequence) AS workspace,
    min(date) AS first_seen,
    max(date) FILTER (WHERE activity = 'ViewReport') AS last_view,
    max(created_at) FILTER (WHERE activity = 'DeleteReport') AS deleted_at,
    max(created_at) FILTER (WHERE activity <> 'DeleteReport') AS used_at,
    report_id,
    workspace_id
  FROM activity
  WHERE report_id IS NOT NULL
  GROUP BY report_id, workspace_id
)
SELECT
  report,
  workspace,
  last_view,
  first_seen,
  CAST($to AS DATE) - coalesce(last_view, first_seen) AS idle_days,
  report_id,
  workspace_id
FROM reports
WHERE (deleted_at IS NULL OR used_at > deleted_at)
  AND coalesce(last_view, first_seen) <= CAST($to AS DATE) - CAST($idle AS INTEGER)
ORDER BY idle_days DESC, report_id, workspace_id
