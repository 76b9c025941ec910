/** The reports, in the order of the index; each is `config/reports/<name>.sql`. */
export const REPORT_NAMES = [
  "views",
  "active-people",
  "unused",
  "exports",
  "sharing",
  "external",
  "admin-changes",
  "permissions",
  "refreshes",
  "workspaces",
  "automation",
  "unusual",
] as const;
export type ReportName = (typeof REPORT_NAMES)[number];
