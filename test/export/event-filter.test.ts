import { describe, expect, it } from "vitest";
import { EventMatch } from "../../src/export/event-filter.js";
import type { EventFilter } from "../../src/export/event-filter.js";
import { instantsOf } from "../../src/export/export-days.js";
import { creationTimeMicros } from "../../src/model/creation-time.js";
import type { UtcDay } from "../../src/model/utc-day.js";

const DAY = instantsOf("2026-11-20" as UtcDay);
const micros = (text: string): number => creationTimeMicros(text) ?? Number.NaN;
const ALL: EventFilter = { range: DAY, activities: [], users: [], workspaces: [] };

const EVENT = {
  CreationTime: "2026-11-20T08:00:00",
  Activity: "ViewReport",
  UserId: "Inês@Contoso.com",
  WorkspaceId: "8AE6ADA5",
  WorkSpaceName: "Finance",
};

const wants = (filter: Partial<EventFilter>, event: object = EVENT): boolean =>
  new EventMatch({ ...ALL, ...filter }).wants({ ...event }, DAY);

describe("an export's filter", () => {
  it.each([
    [{ activities: ["viewreport"] }, true],
    [{ activities: ["ViewReport", "ExportReport"] }, true],
    [{ activities: ["View"] }, false],
    [{ users: ["INÊS@contoso.COM"] }, true],
    [{ users: ["Ine\u0302s@Contoso.com"] }, true],
    [{ users: ["ines@contoso.com"] }, false],
    [{ workspaces: ["finance"] }, true],
    [{ workspaces: ["8ae6ada5"] }, true],
    [{ workspaces: ["Sales"] }, false],
    [{ activities: ["ViewReport"], users: ["somebody@contoso.com"] }, false],
  ])("%j wants the event: %j", (filter, expected) => {
    expect(wants(filter)).toBe(expected);
  });

  it("takes both ends whole, to the microsecond", () => {
    const range = {
      fromMicros: micros("2026-11-20T08:00:00"),
      toMicros: micros("2026-11-20T08:00:00.999999"),
    };

    expect(wants({ range })).toBe(true);
    expect(wants({ range }, { ...EVENT, CreationTime: "2026-11-20T08:00:00.9999999Z" })).toBe(true);
    expect(wants({ range }, { ...EVENT, CreationTime: "2026-11-20T08:00:01" })).toBe(false);
    expect(wants({ range }, { ...EVENT, CreationTime: "2026-11-20T07:59:59.999" })).toBe(false);
    expect(wants({ range }, { ...EVENT, CreationTime: "2026-11-20T09:00:00+01:00" })).toBe(true);
  });

  it("takes an event without a time where its whole day is wanted", () => {
    const part = { fromMicros: DAY.fromMicros, toMicros: DAY.toMicros - 1 };

    expect(wants({}, { ...EVENT, CreationTime: null })).toBe(true);
    expect(wants({ range: part }, { ...EVENT, CreationTime: "no time" })).toBe(false);
  });

  it("needs to parse nothing where everything is wanted", () => {
    expect(new EventMatch(ALL).wantsAllWithin(DAY)).toBe(true);
    expect(new EventMatch({ ...ALL, users: ["a"] }).wantsAllWithin(DAY)).toBe(false);
    expect(new EventMatch(ALL).wantsAllWithin({ ...DAY, toMicros: DAY.toMicros + 1 })).toBe(false);
  });
});
