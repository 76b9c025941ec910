import { readOperationList } from "../io/operation-file.js";
import type { Operation, OperationKind, OperationList } from "../model/operation-list.js";
import { OTHER_NAMES } from "../model/known-names.js";
import type { Command, CommandResult, CommonOptions } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { lookAtTenants } from "./held.js";
import { count } from "./progress.js";

export interface OperationsListOptions {
  readonly kind?: OperationKind;
}

/** Every operation that the list names, with what kind it is. */
export const operationsList: Command<OperationsListOptions> = async ({ kind }, { files }) => {
  const { file } = await readOperationList(files);
  const shown = file.operations.filter((one) => kind === undefined || one.kind === kind);
  return {
    exit: EXIT.ok,
    text: [...shown.map(operationLine), takenLine(shown.length, file)].join("\n"),
    json: { format: "daybook.operations/1", ...file, operations: shown },
  };
};

export interface OperationsShowOptions {
  readonly arguments: readonly (string | undefined)[];
}

/** One operation, whatever its case; exit 66 when the list does not name it. */
export const operationsShow: Command<OperationsShowOptions> = async (
  { arguments: [asked = ""] },
  { files },
) => {
  const list = await readOperationList(files);
  const found = list.find(asked);
  return {
    exit: found === undefined ? EXIT.nothingToVerify : EXIT.ok,
    text: found === undefined ? `${asked}: not in the list of ${list.file.dated}` : operationLine(found),
    json: {
      format: "daybook.operation/1",
      operation: found ?? null,
      dated: list.file.dated,
      taken: list.file.taken,
    },
  };
};

/** The activities that the archives have and the list has not: Microsoft adds operations without notice. */
export const operationsDiff: Command<CommonOptions> = async (options, surroundings) => {
  const list = await readOperationList(surroundings.files);
  const tenants = await lookAtTenants(options, surroundings, async ({ tenant, held }) => {
    const seen = held?.index.knownNames?.activities ?? [];
    return diffOf(
      tenant.name,
      seen.filter((name) => name !== OTHER_NAMES && name !== ""),
      list,
    );
  });
  return diffResult(tenants, list);
};

interface TenantDiff {
  readonly tenant: string;
  /** Different activities that its days have. */
  readonly seen: number;
  readonly unknown: readonly string[];
}

function diffOf(tenant: string, seen: readonly string[], list: OperationList): TenantDiff {
  const unknown = seen.filter((name) => list.find(name) === undefined).toSorted();
  return { tenant, seen: seen.length, unknown };
}

function diffResult(tenants: readonly TenantDiff[], { file }: OperationList): CommandResult {
  const lines = tenants.map(({ tenant, seen, unknown }) => {
    const known = `${tenant}: ${count(seen, "activity")} seen, ${unknown.length} not in the list`;
    return [known, ...unknown.map((name) => `  ${name}`)].join("\n");
  });
  const { dated, taken } = file;
  return {
    exit: EXIT.ok,
    text: [...lines, takenLine(file.operations.length, file)].join("\n"),
    json: { format: "daybook.operations-diff/1", tenants, dated, taken },
  };
}

function operationLine({ operation, name, kind }: Operation): string {
  return `${kind.padEnd(8)}  ${operation}  ${name}`;
}

function takenLine(shown: number, { dated, taken }: OperationList["file"]): string {
  return `${count(shown, "operation")}; Microsoft's list of ${dated}, taken on ${taken}`;
}
