import type { EventFilter } from "../export/event-filter.js";
import { DaybookError } from "../model/errors.js";
import type { Surroundings } from "./command.js";
import type { RangeOptions } from "./days.js";
import type { ArchiveOptions } from "./held-archive.js";
import { instantRange } from "./instants.js";

export interface ExportOptions extends ArchiveOptions, RangeOptions {
  readonly activity?: readonly string[];
  readonly user?: readonly string[];
  readonly workspace?: readonly string[];
  readonly format: "ndjson" | "json" | "csv";
  readonly out?: string;
  readonly summary?: string;
  readonly fields?: readonly string[];
  readonly delimiter?: string;
  readonly bom?: boolean;
  readonly raw?: boolean;
  readonly pseudonymise?: boolean;
  readonly keepKey?: string;
  readonly recipient?: string;
  readonly strict?: boolean;
  readonly act?: boolean;
  /** A new folder: a bag instead of a stream of events. */
  readonly bag?: string;
  readonly matter?: string;
  readonly toParty?: string;
  /** The parameters of Get-PowerBIActivityEvent, for scripts that move over. */
  readonly StartDateTime?: string;
  readonly EndDateTime?: string;
  readonly ActivityType?: string;
  readonly ResultType?: "JsonString" | "JsonObject";
}

/** The options with what the names of the cmdlet's parameters say. */
export function ownNames(options: ExportOptions): ExportOptions {
  const { StartDateTime: from, EndDateTime: to, ActivityType: activity, ResultType: result } = options;
  return {
    ...options,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(activity === undefined ? {} : { activity: [activity] }),
    ...(result === undefined ? {} : { format: result === "JsonString" ? "json" : "ndjson" }),
  };
}

/** Which events the options want. USAGE for a range or a list that is none. */
export async function filterOf(options: ExportOptions, { files, clock }: Surroundings): Promise<EventFilter> {
  const { activity = [], user = [], workspace = [] } = options;
  return {
    range: instantRange(options, clock.now()),
    activities: listOf(activity),
    users: user.includes("-") ? await linesOfInput(files) : listOf(user),
    workspaces: workspace,
  };
}

/** `A,B` and an option given twice are the same list. */
export function listOf(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => value.split(","))
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

const MAX_LIST_BYTES = 16 << 20;

/** Names on standard input, one a line: they stay out of the shell's history. */
async function linesOfInput(files: Surroundings["files"]): Promise<readonly string[]> {
  const text = new TextDecoder().decode(await files.read("/dev/stdin", MAX_LIST_BYTES));
  const names = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (names.length > 0) return names;
  throw new DaybookError("USAGE", {
    message: "--user -: expected names on standard input, one a line, found none",
  });
}
