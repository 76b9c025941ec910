import { describe, expect, it } from "vitest";
import { ACTIVITIES } from "../../packages/simulator/activities.js";
import { kindOf } from "../../scripts/operations/operation-kind.js";
import { readOperationPage } from "../../scripts/operations/read-page.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { readOperationList } from "../../src/io/operation-file.js";

const PAGE = `---
title: Operation list
ms.date: 08/01/2024
---

| Friendly name | Operation name | Notes |
|---|---|---|
| Viewed Power BI report | ViewReport | A report is also generated per page. |
| Add workload version in a   tenant | ExtensibilityActivationStatic | |
| Viewed twice | viewreport | |

## Considerations
`;

describe("the page of operations", () => {
  it("is read to its end, each operation once", () => {
    expect(readOperationPage(PAGE)).toEqual({
      dated: "2024-08-01",
      operations: [
        {
          operation: "ExtensibilityActivationStatic",
          name: "Add workload version in a tenant",
          kind: "admin",
        },
        { operation: "ViewReport", name: "Viewed Power BI report", kind: "read" },
      ],
    });
  });

  it.each([
    ["another table", PAGE.replace("Operation name", "Name")],
    ["no date", PAGE.replace("ms.date", "date")],
    ["a row without an operation", PAGE.replace("viewreport", "two words")],
  ])("is refused with %s", (_what, page) => {
    expect(() => readOperationPage(page)).toThrow("expected");
  });
});

it.each([
  ["ExportReport", "export"],
  ["DownloadReport", "export"],
  ["AnalyzedByExternalApplication", "export"],
  ["ViewReport", "read"],
  ["GetGroupUsersAsAdmin", "read"],
  ["CheckoutBranchInGit", "write"],
  ["CheckAccessFileOrBlob", "read"],
  ["LoadLakehouseTable", "write"],
  ["ShareReport", "share"],
  ["PublishToWebReport", "share"],
  ["UpdateApp", "share"],
  ["AddGroupMembers", "security"],
  ["UpdateWorkspaceAccess", "security"],
  ["SensitivityLabelRemoved", "security"],
  ["GenerateDataflowSasToken", "security"],
  ["UpdatedAdminFeatureSwitch", "admin"],
  ["DeleteWorkspaceViaAdminApi", "admin"],
  ["UpdateGateway", "admin"],
  ["RefreshDataset", "write"],
  ["DeleteReport", "write"],
])("%s is of the kind %s", (operation, kind) => {
  expect(kindOf(operation)).toBe(kind);
});

describe("the list that ships", () => {
  it("is sorted, has each operation once, and kinds as the script gives them", async () => {
    const { operations } = (await readOperationList(nodeFiles)).file;
    const names = operations.map(({ operation }) => operation);

    expect(names).toEqual(names.toSorted());
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(operations.filter(({ operation, kind }) => kind !== kindOf(operation))).toEqual([]);
  });

  it("names what the simulated tenant does", async () => {
    const list = await readOperationList(nodeFiles);

    expect(ACTIVITIES.filter(({ name }) => list.find(name) === undefined)).toEqual([]);
  });
});
