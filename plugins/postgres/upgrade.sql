-- Makes the tables of version 2 of Daybook's postgres sink from those of version 1, for `migrate: false`. Stop Daybook, and
-- run it as the role that owns the tables. All rows are written anew: it needs as much space again until it ends.
--   psql --set ON_ERROR_STOP=1 --file upgrade.sql DATABASE
BEGIN;
DROP FUNCTION "daybook".make_month(date);
CREATE TABLE "daybook".days (
  tenant text NOT NULL,
  date date NOT NULL,
  tenant_id text NOT NULL,
  revision integer NOT NULL,
  records bigint NOT NULL,
  manifest_sha256 text NOT NULL,
  event_set_sha256 text NOT NULL,
  retain_until date NOT NULL,
  delivered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, date)
);
COMMENT ON TABLE "daybook".days IS 'One row for each day that was delivered, also for a day without events';
COMMENT ON COLUMN "daybook".days.tenant IS 'The name of the tenant in the configuration of Daybook';
COMMENT ON COLUMN "daybook".days.date IS 'The UTC day';
COMMENT ON COLUMN "daybook".days.revision IS 'The reading of the day that the rows show; later ones have late events too';
COMMENT ON COLUMN "daybook".days.records IS 'The number of rows of the day in events';
COMMENT ON COLUMN "daybook".days.manifest_sha256 IS 'The hash of the signed manifest in the archive';
COMMENT ON COLUMN "daybook".days.event_set_sha256 IS 'The hash of the record lines, whatever their order';
COMMENT ON COLUMN "daybook".days.retain_until IS 'The last day on which the day must be kept';

CREATE TABLE "daybook".events (
  tenant text NOT NULL,
  date date NOT NULL,
  record_no integer NOT NULL,
  revision integer NOT NULL,
  id                 text,
  creationtime       timestamptz,
  activity           text,
  operation          text,
  workload           text,
  resultstatus       text,
  issuccess          boolean,
  recordtype         integer,
  usertype           integer,
  organizationid     text,
  userid             text,
  userkey            text,
  clientip           text,
  useragent          text,
  requestid          text,
  activityid         text,
  itemname           text,
  objectid           text,
  objecttype         text,
  workspacename      text,
  workspaceid        text,
  capacityid         text,
  capacityname       text,
  reportname         text,
  reportid           text,
  reporttype         text,
  dashboardname      text,
  dashboardid        text,
  datasetname        text,
  datasetid          text,
  artifactname       text,
  artifactid         text,
  artifactkind       text,
  dataflowname       text,
  dataflowid         text,
  appname            text,
  gatewayid          text,
  sensitivitylabelid text,
  distributionmethod text,
  consumptionmethod  text,
  sharingaction      text,
  refreshtype        text,
  PRIMARY KEY (tenant, date, record_no)
) PARTITION BY RANGE (date);
CREATE INDEX events_date ON "daybook".events USING brin (date) WITH (autosummarize = on);
COMMENT ON TABLE "daybook".events IS 'One row for each distinct record of a day: the columns and names of the lake';
COMMENT ON COLUMN "daybook".events.date IS 'The UTC day; partitions are months';
COMMENT ON COLUMN "daybook".events.record_no IS 'The number of the record line in the archive, from 1';
COMMENT ON COLUMN "daybook".events.revision IS 'The reading of the day that has the row';
COMMENT ON COLUMN "daybook".events.id IS 'The field Id';
COMMENT ON COLUMN "daybook".events.creationtime IS 'The field CreationTime';
COMMENT ON COLUMN "daybook".events.activity IS 'The field Activity';
COMMENT ON COLUMN "daybook".events.operation IS 'The field Operation';
COMMENT ON COLUMN "daybook".events.workload IS 'The field Workload';
COMMENT ON COLUMN "daybook".events.resultstatus IS 'The field ResultStatus';
COMMENT ON COLUMN "daybook".events.issuccess IS 'The field IsSuccess';
COMMENT ON COLUMN "daybook".events.recordtype IS 'The field RecordType';
COMMENT ON COLUMN "daybook".events.usertype IS 'The field UserType';
COMMENT ON COLUMN "daybook".events.organizationid IS 'The field OrganizationId';
COMMENT ON COLUMN "daybook".events.userid IS 'The field UserId';
COMMENT ON COLUMN "daybook".events.userkey IS 'The field UserKey';
COMMENT ON COLUMN "daybook".events.clientip IS 'The field ClientIP';
COMMENT ON COLUMN "daybook".events.useragent IS 'The field UserAgent';
COMMENT ON COLUMN "daybook".events.requestid IS 'The field RequestId';
COMMENT ON COLUMN "daybook".events.activityid IS 'The field ActivityId';
COMMENT ON COLUMN "daybook".events.itemname IS 'The field ItemName';
COMMENT ON COLUMN "daybook".events.objectid IS 'The field ObjectId';
COMMENT ON COLUMN "daybook".events.objecttype IS 'The field ObjectType';
COMMENT ON COLUMN "daybook".events.workspacename IS 'The field WorkSpaceName';
COMMENT ON COLUMN "daybook".events.workspaceid IS 'The field WorkspaceId';
COMMENT ON COLUMN "daybook".events.capacityid IS 'The field CapacityId';
COMMENT ON COLUMN "daybook".events.capacityname IS 'The field CapacityName';
COMMENT ON COLUMN "daybook".events.reportname IS 'The field ReportName';
COMMENT ON COLUMN "daybook".events.reportid IS 'The field ReportId';
COMMENT ON COLUMN "daybook".events.reporttype IS 'The field ReportType';
COMMENT ON COLUMN "daybook".events.dashboardname IS 'The field DashboardName';
COMMENT ON COLUMN "daybook".events.dashboardid IS 'The field DashboardId';
COMMENT ON COLUMN "daybook".events.datasetname IS 'The field DatasetName';
COMMENT ON COLUMN "daybook".events.datasetid IS 'The field DatasetId';
COMMENT ON COLUMN "daybook".events.artifactname IS 'The field ArtifactName';
COMMENT ON COLUMN "daybook".events.artifactid IS 'The field ArtifactId';
COMMENT ON COLUMN "daybook".events.artifactkind IS 'The field ArtifactKind';
COMMENT ON COLUMN "daybook".events.dataflowname IS 'The field DataflowName';
COMMENT ON COLUMN "daybook".events.dataflowid IS 'The field DataflowId';
COMMENT ON COLUMN "daybook".events.appname IS 'The field AppName';
COMMENT ON COLUMN "daybook".events.gatewayid IS 'The field GatewayId';
COMMENT ON COLUMN "daybook".events.sensitivitylabelid IS 'The field SensitivityLabelId';
COMMENT ON COLUMN "daybook".events.distributionmethod IS 'The field DistributionMethod';
COMMENT ON COLUMN "daybook".events.consumptionmethod IS 'The field ConsumptionMethod';
COMMENT ON COLUMN "daybook".events.sharingaction IS 'The field SharingAction';
COMMENT ON COLUMN "daybook".events.refreshtype IS 'The field RefreshType';

CREATE TABLE "daybook".event_lines (
  tenant text NOT NULL,
  date date NOT NULL,
  record_no integer NOT NULL,
  event text NOT NULL,
  PRIMARY KEY (tenant, date, record_no)
) PARTITION BY RANGE (date);
COMMENT ON TABLE "daybook".event_lines IS 'The record line of each row of events';
COMMENT ON COLUMN "daybook".event_lines.event IS 'The record line as archived, byte for byte';

CREATE FUNCTION "daybook".make_month(of_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month_start date := date_trunc('month', of_day::timestamp)::date;
  month_end date := (date_trunc('month', of_day::timestamp) + interval '1 month')::date;
  month text := to_char(of_day::timestamp, 'YYYY_MM');
  whole text;
BEGIN
  IF to_regclass(format('%I.%I', 'daybook', 'event_lines_' || month)) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('daybook make_month daybook', 0));
  -- Another writer may have made them in the meantime.
  IF to_regclass(format('%I.%I', 'daybook', 'event_lines_' || month)) IS NOT NULL THEN RETURN; END IF;
  FOREACH whole IN ARRAY ARRAY['events', 'event_lines'] LOOP
    EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL)',
      'daybook', whole || '_' || month, 'daybook', whole);
    EXECUTE format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
      'daybook', whole, 'daybook', whole || '_' || month, month_start, month_end);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION "daybook".make_month(date) FROM PUBLIC;

CREATE FUNCTION "daybook".drop_month(of_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month_start date := date_trunc('month', of_day::timestamp)::date;
  month_end date := (date_trunc('month', of_day::timestamp) + interval '1 month')::date;
  month text := to_char(of_day::timestamp, 'YYYY_MM');
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('daybook month daybook ' || month, 0)) THEN
    RETURN false;
  END IF;
  IF EXISTS (SELECT FROM "daybook".days WHERE date >= month_start AND date < month_end) THEN RETURN false; END IF;
  EXECUTE format('DROP TABLE IF EXISTS %I.%I, %I.%I',
    'daybook', 'events_' || month, 'daybook', 'event_lines_' || month);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION "daybook".drop_month(date) FROM PUBLIC;

CREATE VIEW "daybook".events_with_lines AS
SELECT e.*, l.event
FROM "daybook".events e JOIN "daybook".event_lines l USING (tenant, date, record_no);
COMMENT ON VIEW "daybook".events_with_lines IS 'Each event with its record line: event::json ->> ''Field'' has any field';

CREATE VIEW "daybook".report_views AS
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
FROM "daybook".events
WHERE coalesce(activity, operation) = 'ViewReport'
GROUP BY tenant, lower(reportid), lower(workspaceid);
COMMENT ON VIEW "daybook".report_views IS 'How often each report was viewed, and by how many people; names are the newest seen';

CREATE VIEW "daybook".active_people AS
WITH weeks AS (
  SELECT tenant, date_trunc('week', date::timestamp)::date AS week, count(*) AS days_held
  FROM "daybook".days GROUP BY 1, 2
),
used AS (
  SELECT
    tenant,
    date_trunc('week', date::timestamp)::date AS week,
    count(DISTINCT nullif(lower(trim(userid)), '')) AS people,
    count(*) AS events
  FROM "daybook".events GROUP BY 1, 2
)
SELECT tenant, week, w.days_held, coalesce(u.people, 0) AS people, coalesce(u.events, 0) AS events
FROM weeks w LEFT JOIN used u USING (tenant, week);
COMMENT ON VIEW "daybook".active_people IS
  'Different names in UserId in each week from Monday to Sunday, UTC, and how many of its days are here';

DO $$ BEGIN
  PERFORM "daybook".make_month(month)
  FROM (SELECT DISTINCT date_trunc('month', day::timestamp)::date AS month FROM "daybook".archive_day) months;
END $$;

INSERT INTO "daybook".days (tenant, date, tenant_id, revision, records, manifest_sha256, event_set_sha256, retain_until, delivered_at)
SELECT tenant, day, tenant_id, revision, records, manifest_sha256, event_set_sha256, retain_until, delivered_at
FROM "daybook".archive_day;

INSERT INTO "daybook".event_lines (tenant, date, record_no, event)
SELECT tenant, day, record_no, event FROM "daybook".activity_event;

CREATE FUNCTION "daybook".added_texts(event text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  record jsonb;
BEGIN
  record := event::jsonb;
  RETURN ARRAY[
    CASE WHEN jsonb_typeof(record -> 'Workload') = 'string' THEN record ->> 'Workload' END,
    CASE WHEN jsonb_typeof(record -> 'ResultStatus') = 'string' THEN record ->> 'ResultStatus' END,
    CASE WHEN jsonb_typeof(record -> 'OrganizationId') = 'string' THEN record ->> 'OrganizationId' END,
    CASE WHEN jsonb_typeof(record -> 'UserKey') = 'string' THEN record ->> 'UserKey' END,
    CASE WHEN jsonb_typeof(record -> 'ActivityId') = 'string' THEN record ->> 'ActivityId' END,
    CASE WHEN jsonb_typeof(record -> 'ObjectId') = 'string' THEN record ->> 'ObjectId' END,
    CASE WHEN jsonb_typeof(record -> 'ObjectType') = 'string' THEN record ->> 'ObjectType' END,
    CASE WHEN jsonb_typeof(record -> 'ReportType') = 'string' THEN record ->> 'ReportType' END,
    CASE WHEN jsonb_typeof(record -> 'DataflowName') = 'string' THEN record ->> 'DataflowName' END,
    CASE WHEN jsonb_typeof(record -> 'DataflowId') = 'string' THEN record ->> 'DataflowId' END,
    CASE WHEN jsonb_typeof(record -> 'GatewayId') = 'string' THEN record ->> 'GatewayId' END,
    CASE WHEN jsonb_typeof(record -> 'SensitivityLabelId') = 'string' THEN record ->> 'SensitivityLabelId' END,
    CASE WHEN jsonb_typeof(record -> 'SharingAction') = 'string' THEN record ->> 'SharingAction' END,
    CASE WHEN jsonb_typeof(record -> 'RefreshType') = 'string' THEN record ->> 'RefreshType' END
  ];
EXCEPTION WHEN OTHERS THEN
  RETURN ARRAY[]::text[];
END $$;

INSERT INTO "daybook".events (tenant, date, record_no, revision, id, creationtime, activity, operation, workload, resultstatus, issuccess, recordtype, usertype, organizationid, userid, userkey, clientip, useragent, requestid, activityid, itemname, objectid, objecttype, workspacename, workspaceid, capacityid, capacityname, reportname, reportid, reporttype, dashboardname, dashboardid, datasetname, datasetid, artifactname, artifactid, artifactkind, dataflowname, dataflowid, appname, gatewayid, sensitivitylabelid, distributionmethod, consumptionmethod, sharingaction, refreshtype)
SELECT a.tenant, a.day, a.record_no, d.revision, a.event_id, a.creation_time, a.activity, a.operation, added[1], added[2], a.is_success, a.record_type, a.user_type, added[3], a.user_id, added[4], a.client_ip, a.user_agent, a.request_id, added[5], a.item_name, added[6], added[7], a.workspace_name, a.workspace_id, a.capacity_id, a.capacity_name, a.report_name, a.report_id, added[8], a.dashboard_name, a.dashboard_id, a.dataset_name, a.dataset_id, a.artifact_name, a.artifact_id, a.artifact_kind, added[9], added[10], a.app_name, added[11], added[12], a.distribution_method, a.consumption_method, added[13], added[14]
FROM "daybook".activity_event a
JOIN "daybook".archive_day d USING (tenant, day)
CROSS JOIN LATERAL "daybook".added_texts(a.event) AS added;

DROP FUNCTION "daybook".added_texts(text);
DROP TABLE "daybook".activity_event, "daybook".archive_day;
INSERT INTO "daybook".schema_version (version) VALUES (2);

GRANT USAGE ON SCHEMA "daybook" TO "daybook_writer";
GRANT SELECT ON "daybook".schema_version TO "daybook_writer";
GRANT SELECT, INSERT, UPDATE, DELETE ON "daybook".days, "daybook".events, "daybook".event_lines TO "daybook_writer";
GRANT EXECUTE ON FUNCTION "daybook".make_month(date), "daybook".drop_month(date) TO "daybook_writer";

GRANT USAGE ON SCHEMA "daybook" TO "daybook_reader";
GRANT SELECT ON "daybook".days, "daybook".events, "daybook".event_lines, "daybook".events_with_lines, "daybook".report_views, "daybook".active_people TO "daybook_reader";
COMMIT;
