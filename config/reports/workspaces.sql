-- # Life of workspaces
-- Each workspace that an event names: when it was first and last active, last viewed, by how many people, and whether its creation or deletion
-- is in the range. The longest idle comes first.
SELECT
  arg_max(workspace, sequence) AS workspace,
  max(date) AS last_activity,
  max(date) FILTER (WHERE activity = 'ViewReport') AS last_view,
  min(date) AS first_activity,
  count(*) AS events,
  count(DISTINCT person) FILTER (WHERE person_kind <> 'unknown') AS people,
  count(DISTINCT report_id) AS reports,
  max(date) FILTER (WHERE activity IN ('CreateFolder', 'CreateWorkspace', 'CreateGroup')) AS created,
  max(date) FILTER (WHERE activity IN ('DeleteFolder', 'DeleteGroup', 'DeleteWorkspaceViaAdminApi')) AS deleted,
  arg_max(capacity, sequence) AS capacity,
  workspace_id
FROM activity
WHERE workspace_id IS NOT NULL
GROUP BY workspace_id
ORDER BY last_activity, workspace_id
