-- # Views by report
-- How often each report was viewed, and by how many people. A report is an id in a workspace: a template app has the same id in many.
-- The last two columns count the last 7 and 30 days of the range. Names are the newest seen.
-- chart: report views
SELECT
  arg_max(report, sequence) AS report,
  arg_max(workspace, sequence) AS workspace,
  count(*) AS views,
  count(DISTINCT person) FILTER (WHERE person_kind <> 'unknown') AS people,
  min(date) AS first_view,
  max(date) AS last_view,
  count(*) FILTER (WHERE date > CAST($to AS DATE) - 7) AS last_7_days,
  count(*) FILTER (WHERE date > CAST($to AS DATE) - 30) AS last_30_days,
  report_id,
  workspace_id
FROM activity
WHERE activity = 'ViewReport'
GROUP BY report_id, workspace_id
ORDER BY views DESC, report_id, workspace_id
