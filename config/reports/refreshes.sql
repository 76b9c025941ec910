-- # Refreshes
-- By semantic model: refreshes that were requested, that failed or were cancelled, changes of the schedule, and the last that succeeded.
-- The log has the request of a refresh and whether it was accepted, not how long it ran.
-- chart: dataset refreshes
SELECT
  arg_max(dataset, sequence) AS dataset,
  arg_max(workspace, sequence) AS workspace,
  count(*) FILTER (WHERE activity = 'RefreshDataset') AS refreshes,
  count(*) FILTER (WHERE activity = 'RefreshDataset' AND NOT succeeded) AS failed,
  count(*) FILTER (WHERE activity = 'CancelDatasetRefresh') AS cancelled,
  count(*) FILTER (WHERE activity IN ('SetScheduledRefresh', 'SetDQRefreshScheduleOfDataset', 'SetModelRefreshScheduleOfDataset')) AS schedule_changes,
  max(created_at) FILTER (WHERE activity = 'RefreshDataset' AND succeeded) AS last_success,
  max(created_at) FILTER (WHERE activity = 'RefreshDataset' AND NOT succeeded) AS last_failure,
  dataset_id,
  workspace_id
FROM activity
WHERE activity IN (
  'RefreshDataset', 'CancelDatasetRefresh', 'SetScheduledRefresh', 'SetDQRefreshScheduleOfDataset', 'SetModelRefreshScheduleOfDataset'
)
GROUP BY dataset_id, workspace_id
ORDER BY failed DESC, refreshes DESC, dataset_id, workspace_id
