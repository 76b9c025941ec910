-- # Changes of permissions
-- Who gave or took access: one row for each person, group or principal that a change names, newest first. Roles of workspaces, group members,
-- owners of semantic models, sensitivity labels, credentials, keys and tokens.
WITH changes AS (
  SELECT *,
    list_concat(
      list_transform(
        json_extract(fields, '$.MembershipInformation[*]'),
        lambda m: {'subject': m->>'$.MemberEmail', 'role': CAST(NULL AS VARCHAR)}
      ),
      list_transform(
        json_extract(fields, '$.WorkspaceAccessList[*].UserAccessList[*]'),
        lambda m: {'subject': m->>'$.Identifier', 'role': m->>'$.GroupUserAccessRight'}
      ),
      list_transform(
        json_extract(fields, '$.FolderAccessRequests[*]'),
        lambda m: {'subject': coalesce(m->>'$.UserObjectId', m->>'$.GroupObjectId'), 'role': m->>'$.RolePermissions'}
      ),
      list_transform(
        list_filter([fields->>'$.TakingOverOwner'], lambda t: t IS NOT NULL),
        lambda t: {'subject': t, 'role': 'owner'}
      )
    ) AS subjects
  FROM activity
  WHERE activity_kind = 'security'
),
each_subject AS (
  SELECT *, unnest(CASE WHEN len(subjects) = 0 THEN [NULL] ELSE subjects END) AS change FROM changes
)
SELECT
  created_at,
  person,
  activity_name,
  lower(change.subject) AS subject,
  change.role AS role,
  coalesce(item, workspace) AS what,
  workspace,
  address,
  succeeded
FROM each_subject
ORDER BY created_at DESC NULLS LAST, date DESC, record_no DESC, subject, role
