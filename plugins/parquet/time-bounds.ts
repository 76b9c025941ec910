import { EVENT_COLUMNS } from "daybook/plugin";
import type { EventValue } from "daybook/plugin";

/** The column whose bounds are kept: those of all others would be names and addresses. */
export const TIME_COLUMN = "CreationTime";

const AT = EVENT_COLUMNS.findIndex(({ name }) => name === TIME_COLUMN);

/** Between which times the rows of a file lie, in microseconds since the epoch. */
export class TimeBounds {
  min = Infinity;
  max = -Infinity;
  nulls = 0;

  add(columns: readonly (readonly EventValue[])[]): void {
    for (const value of columns[AT] ?? []) {
      if (typeof value !== "number") {
        this.nulls += 1;
        continue;
      }
      this.min = Math.min(this.min, value);
      this.max = Math.max(this.max, value);
    }
  }
}
