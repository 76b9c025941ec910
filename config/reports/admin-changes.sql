-- # Changes by administrators
-- Tenant settings, capacities, gateways and their data sources, domains, workloads: each change, newest first, with what it was made on and the
-- new state where the event says it.
SELECT
  created_at,
  person,
  activity_name,
  coalesce(object, item) AS what,
  coalesce(fields->>'$.SwitchState', fields->>'$.CapacityState', fields->>'$.State') AS new_state,
  address,
  succeeded
FROM activity
WHERE activity_kind = 'admin'
ORDER BY created_at DESC NULLS LAST, date DESC, record_no DESC
