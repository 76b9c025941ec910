/** What an activity does, for whoever reads the log: the first of these that holds. */
export const OPERATION_KINDS = ["security", "admin", "share", "export", "read", "write"] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** An activity that Microsoft's list of operations names. */
export interface Operation {
  /** As in `Activity` and `Operation` of an event. */
  readonly operation: string;
  /** For people. */
  readonly name: string;
  readonly kind: OperationKind;
}

/** `config/operations.json`: the list as it was taken on a day. */
export interface OperationFile {
  /** The page of which it was taken. */
  readonly source: string;
  /** The page's own date, `YYYY-MM-DD`. */
  readonly dated: string;
  /** When it was taken, `YYYY-MM-DD`. */
  readonly taken: string;
  /** Sorted by `operation`, by code unit; no two differ in case only. */
  readonly operations: readonly Operation[];
}

/** Looks activities up. Case does not count: sources write `viewreport` and `ViewReport`. */
export class OperationList {
  readonly file: OperationFile;
  readonly #byName: ReadonlyMap<string, Operation>;

  constructor(file: OperationFile) {
    this.file = file;
    this.#byName = new Map(file.operations.map((one) => [one.operation.toLowerCase(), one]));
  }

  find(activity: string): Operation | undefined {
    return this.#byName.get(activity.toLowerCase());
  }
}
