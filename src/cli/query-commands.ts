import type { CommandEntry } from "./command-entry.js";
import { OPERATION_KINDS } from "../model/operation-list.js";
import { JSON_OPTION } from "./global-options.js";
import type { OptionEntry } from "./global-options.js";
import { SCOPE_OPTIONS } from "./query-options.js";

/** The commands that answer from the archive. */
export function queryCommands(
  common: readonly OptionEntry[],
  range: readonly OptionEntry[],
): readonly CommandEntry[] {
  return [
    {
      name: "query",
      summary: "one SELECT over the events, days and operations of an archive",
      arguments: [{ flags: "<sql>", help: "one SELECT over events, days and operations; see docs/QUERY.md" }],
      options: [
        ...common,
        ...range,
        ...SCOPE_OPTIONS,
        {
          flags: "--format <format>",
          help: "form of the answer",
          choices: ["table", "csv", "json", "parquet", "html"],
          fallback: "table",
        },
        { flags: "--out <file>", help: "write the answer to this new file; parquet and html need it" },
      ],
      examples: [
        `daybook query "SELECT Activity, count(*) AS events FROM events GROUP BY ALL ORDER BY events DESC"`,
        `daybook query --path /srv/daybook/contoso --from 2026-11 --format csv "SELECT date, state, records FROM days"`,
      ],
      load: async () => (await import("./query.js")).query,
    },
    {
      name: "report",
      summary: "usage reports of an archive: views, people, exports, sharing, changes and more",
      arguments: [{ flags: "[report]", help: "a report, or all; without it, the reports there are" }],
      options: [
        ...common,
        ...range,
        ...SCOPE_OPTIONS,
        { flags: "--idle <days>", help: "for unused: how long nobody viewed a report", fallback: "30d" },
        {
          flags: "--format <format>",
          help: "form of the answer",
          choices: ["table", "csv", "html"],
          fallback: "table",
        },
        { flags: "--out <path>", help: "write to this new file, or into this folder for all" },
      ],
      examples: [
        "daybook report views --from 2026-11-01 --to 2026-11-30",
        "daybook report all --format html --out reports",
      ],
      load: async () => (await import("./report.js")).report,
    },
    ...operationCommands(common),
  ];
}

/** The commands about Microsoft's list of operations. */
function operationCommands(common: readonly OptionEntry[]): readonly CommandEntry[] {
  return [
    {
      name: "operations list",
      summary: "the activities that Microsoft's list names, with what they are and what kind",
      options: [{ flags: "--kind <kind>", help: "only these", choices: [...OPERATION_KINDS] }, JSON_OPTION],
      examples: ["daybook operations list --kind export"],
      load: async () => (await import("./operations.js")).operationsList,
    },
    {
      name: "operations show",
      summary: "one activity: what it is, and what kind",
      arguments: [{ flags: "<name>", help: "as in Activity, in any case" }],
      options: [JSON_OPTION],
      examples: ["daybook operations show ViewReport"],
      load: async () => (await import("./operations.js")).operationsShow,
    },
    {
      name: "operations diff",
      summary: "the activities of the archive that the list does not name",
      options: common,
      examples: ["daybook operations diff"],
      load: async () => (await import("./operations.js")).operationsDiff,
    },
  ];
}
