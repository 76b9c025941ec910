-- Made by `npm run docs` from the columns of the lake; docs/LAKE.md says what is what.
-- Azure SQL Database, Azure SQL Managed Instance, SQL Server 2022 and later (there: sp_configure 'polybase enabled', 1).
-- Put your own names for <account>, <container>, contoso and the secrets. Nothing is copied: the table is read where it lies.

CREATE MASTER KEY ENCRYPTION BY PASSWORD = '<password>';

-- A shared access signature that may read and list; without the question mark at its start.
CREATE DATABASE SCOPED CREDENTIAL daybook_lake
WITH IDENTITY = 'SHARED ACCESS SIGNATURE', SECRET = '<signature>';

CREATE EXTERNAL DATA SOURCE daybook_lake
WITH (LOCATION = 'adls://<container>@<account>.dfs.core.windows.net', CREDENTIAL = daybook_lake);

CREATE EXTERNAL FILE FORMAT daybook_delta WITH (FORMAT_TYPE = DELTA);

CREATE EXTERNAL TABLE dbo.daybook_events (
  [date] DATE,
  [record_no] INT,
  [revision] INT,
  [event] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
  [Id] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [CreationTime] DATETIME2(6),
  [Activity] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [Operation] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [Workload] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ResultStatus] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [IsSuccess] BIT,
  [RecordType] INT,
  [UserType] INT,
  [OrganizationId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [UserId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [UserKey] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ClientIP] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [UserAgent] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [RequestId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ActivityId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ItemName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ObjectId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ObjectType] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [WorkSpaceName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [WorkspaceId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [CapacityId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [CapacityName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ReportName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ReportId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ReportType] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DashboardName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DashboardId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DatasetName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DatasetId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ArtifactName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ArtifactId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ArtifactKind] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DataflowName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DataflowId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [AppName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [GatewayId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [SensitivityLabelId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DistributionMethod] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ConsumptionMethod] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [SharingAction] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [RefreshType] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8
)
WITH (LOCATION = '/tenant=contoso', DATA_SOURCE = daybook_lake, FILE_FORMAT = daybook_delta);

-- The same without a table, for one question:
SELECT [date], COUNT(*) AS events
FROM OPENROWSET(BULK '/tenant=contoso', FORMAT = 'DELTA', DATA_SOURCE = 'daybook_lake')
WITH (
  [date] DATE,
  [record_no] INT,
  [revision] INT,
  [event] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
  [Id] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [CreationTime] DATETIME2(6),
  [Activity] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [Operation] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [Workload] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ResultStatus] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [IsSuccess] BIT,
  [RecordType] INT,
  [UserType] INT,
  [OrganizationId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [UserId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [UserKey] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ClientIP] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [UserAgent] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [RequestId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ActivityId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ItemName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ObjectId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ObjectType] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [WorkSpaceName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [WorkspaceId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [CapacityId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [CapacityName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ReportName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ReportId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ReportType] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DashboardName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DashboardId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DatasetName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DatasetId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ArtifactName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ArtifactId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ArtifactKind] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DataflowName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DataflowId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [AppName] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [GatewayId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [SensitivityLabelId] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [DistributionMethod] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [ConsumptionMethod] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [SharingAction] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8,
  [RefreshType] VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8
) AS e
GROUP BY [date]
ORDER BY [date];
