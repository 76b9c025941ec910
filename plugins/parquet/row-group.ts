import { EVENT_FIELDS, fitting } from "daybook/plugin";
import type { EventValue } from "daybook/plugin";

/** As measured: larger groups need more memory, smaller ones compress less. */
const MAX_ROWS = 10_000;
/** Record lines are 1 kB each as a rule, but one may be megabytes. */
const MAX_CHARS = 32 << 20;

/** Rows on their way to the file, column by column in the order of `EVENT_COLUMNS`. */
export class RowGroup {
  readonly #recordNos: number[] = [];
  readonly #revisions: number[] = [];
  readonly #lines: string[] = [];
  readonly #fields = EVENT_FIELDS.map(({ name, type }) => ({ name, type, values: [] as EventValue[] }));
  #chars = 0;

  get columns(): readonly (readonly EventValue[])[] {
    return [this.#recordNos, this.#revisions, this.#lines, ...this.#fields.map(({ values }) => values)];
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  get isFull(): boolean {
    return this.#lines.length >= MAX_ROWS || this.#chars >= MAX_CHARS;
  }

  add(line: string, recordNo: number, revision: number): void {
    this.#recordNos.push(recordNo);
    this.#revisions.push(revision);
    this.#lines.push(line);
    this.#chars += line.length;
    // A field is known by its exact name: one in another case is another field, and a repeated field has its last value.
    const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
    for (const { name, type, values } of this.#fields) values.push(fitting(type, event[name]));
  }
}
