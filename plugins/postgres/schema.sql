-- The tables of Daybook's postgres sink, for `migrate: false`. Run it as the role that shall own them:
--   CREATE ROLE daybook_writer LOGIN PASSWORD '…';  -- Daybook signs in with it
--   CREATE ROLE daybook_reader;                      -- granted to whoever analyses
--   psql --set ON_ERROR_STOP=1 --file schema.sql DATABASE
BEGIN;
CREATE SCHEMA "daybook";

CREATE TABLE "daybook".schema_version (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE "daybook".archive_day (
  tenant text NOT NULL,
  day date NOT NULL,
  tenant_id text NOT NULL,
  revision integer NOT NULL,
  records bigint NOT NULL,
  manifest_sha256 text NOT NULL,
  event_set_sha256 text NOT NULL,
  retain_until date NOT NULL,
  delivered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, day)
);
COMMENT ON TABLE "daybook".archive_day IS 'One row a day that was delivered, also for a day without events';

CREATE TABLE "daybook".activity_event (
  tenant text NOT NULL,
  day date NOT NULL,
  record_no integer NOT NULL,
  event_id            text,
  creation_time       timestamptz,
  record_type         integer,
  activity            text,
  operation           text,
  user_id             text,
  user_type           integer,
  client_ip           text,
  user_agent          text,
  is_success          boolean,
  request_id          text,
  workspace_id        text,
  workspace_name      text,
  capacity_id         text,
  capacity_name       text,
  item_name           text,
  artifact_id         text,
  artifact_name       text,
  artifact_kind       text,
  report_id           text,
  report_name         text,
  dashboard_id        text,
  dashboard_name      text,
  dataset_id          text,
  dataset_name        text,
  app_name            text,
  consumption_method  text,
  distribution_method text,
  event text NOT NULL,
  PRIMARY KEY (tenant, day, record_no)
) PARTITION BY RANGE (day);
COMMENT ON TABLE "daybook".activity_event IS 'The current view: one row for each distinct record of a day';
COMMENT ON COLUMN "daybook".activity_event.event IS 'The record line as archived, byte for byte';
COMMENT ON COLUMN "daybook".activity_event.event_id IS 'Id';
COMMENT ON COLUMN "daybook".activity_event.creation_time IS 'CreationTime';
COMMENT ON COLUMN "daybook".activity_event.record_type IS 'RecordType';
COMMENT ON COLUMN "daybook".activity_event.activity IS 'Activity';
COMMENT ON COLUMN "daybook".activity_event.operation IS 'Operation';
COMMENT ON COLUMN "daybook".activity_event.user_id IS 'UserId';
COMMENT ON COLUMN "daybook".activity_event.user_type IS 'UserType';
COMMENT ON COLUMN "daybook".activity_event.client_ip IS 'ClientIP';
COMMENT ON COLUMN "daybook".activity_event.user_agent IS 'UserAgent';
COMMENT ON COLUMN "daybook".activity_event.is_success IS 'IsSuccess';
COMMENT ON COLUMN "daybook".activity_event.request_id IS 'RequestId';
COMMENT ON COLUMN "daybook".activity_event.workspace_id IS 'WorkspaceId';
COMMENT ON COLUMN "daybook".activity_event.workspace_name IS 'WorkSpaceName';
COMMENT ON COLUMN "daybook".activity_event.capacity_id IS 'CapacityId';
COMMENT ON COLUMN "daybook".activity_event.capacity_name IS 'CapacityName';
COMMENT ON COLUMN "daybook".activity_event.item_name IS 'ItemName';
COMMENT ON COLUMN "daybook".activity_event.artifact_id IS 'ArtifactId';
COMMENT ON COLUMN "daybook".activity_event.artifact_name IS 'ArtifactName';
COMMENT ON COLUMN "daybook".activity_event.artifact_kind IS 'ArtifactKind';
COMMENT ON COLUMN "daybook".activity_event.report_id IS 'ReportId';
COMMENT ON COLUMN "daybook".activity_event.report_name IS 'ReportName';
COMMENT ON COLUMN "daybook".activity_event.dashboard_id IS 'DashboardId';
COMMENT ON COLUMN "daybook".activity_event.dashboard_name IS 'DashboardName';
COMMENT ON COLUMN "daybook".activity_event.dataset_id IS 'DatasetId';
COMMENT ON COLUMN "daybook".activity_event.dataset_name IS 'DatasetName';
COMMENT ON COLUMN "daybook".activity_event.app_name IS 'AppName';
COMMENT ON COLUMN "daybook".activity_event.consumption_method IS 'ConsumptionMethod';
COMMENT ON COLUMN "daybook".activity_event.distribution_method IS 'DistributionMethod';

CREATE FUNCTION "daybook".make_month(of_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  month_start date := date_trunc('month', of_day::timestamp)::date;
  month_end date := (date_trunc('month', of_day::timestamp) + interval '1 month')::date;
  part text := 'activity_event_' || to_char(of_day::timestamp, 'YYYY_MM');
BEGIN
  IF to_regclass(format('%I.%I', 'daybook', part)) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('daybook make_month daybook', 0));
  -- Another writer may have made it in the meantime.
  IF to_regclass(format('%I.%I', 'daybook', part)) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I.%I (LIKE %I.activity_event INCLUDING ALL)', 'daybook', part, 'daybook');
  EXECUTE format('ALTER TABLE %I.activity_event ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
    'daybook', 'daybook', part, month_start, month_end);
END $$;
REVOKE ALL ON FUNCTION "daybook".make_month(date) FROM PUBLIC;
INSERT INTO "daybook".schema_version (version) VALUES (1);

GRANT USAGE ON SCHEMA "daybook" TO "daybook_writer";
GRANT SELECT ON "daybook".schema_version TO "daybook_writer";
GRANT SELECT, INSERT, UPDATE, DELETE ON "daybook".archive_day, "daybook".activity_event TO "daybook_writer";
GRANT EXECUTE ON FUNCTION "daybook".make_month(date) TO "daybook_writer";

GRANT USAGE ON SCHEMA "daybook" TO "daybook_reader";
GRANT SELECT ON "daybook".archive_day, "daybook".activity_event TO "daybook_reader";
COMMIT;
