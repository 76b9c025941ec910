import { FORMAT } from "../../src/model/manifest.js";
import type { Manifest } from "../../src/model/manifest.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { stableJson } from "../../src/model/stable-json.js";
import { HOUR_MS, addDays, dayEndMs, isoTime } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { WINDOWS_PER_DAY, windowLabel } from "../../src/model/window.js";

export function manifestBytes(day: UtcDay): Uint8Array {
  return stableJson(weekdayManifest(day));
}

/** The manifest of a weekday: quiet at night, busy at noon. It lists no file. */
export function weekdayManifest(day: UtcDay): Manifest {
  const delivered = [
    2, 0, 0, 1, 4, 12, 40, 110, 190, 214, 201, 180, 96, 175, 220, 208, 170, 90, 44, 21, 14, 9, 6, 3,
  ];
  const total = delivered.reduce((sum, events) => sum + events, 0);
  return {
    format: FORMAT,
    archive_id: "0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e",
    tenant_id: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11",
    day,
    revision: 1,
    supersedes: null,
    reason: "scheduled",
    reading: {
      started: isoTime(dayEndMs(day) + 26 * HOUR_MS),
      ended: isoTime(dayEndMs(day) + 26 * HOUR_MS + 95_000),
      requests: 27,
      retries: 1,
      throttled_ms: 0,
      windows: 24,
    },
    completeness: {
      pages: 26,
      empty_pages: 2,
      delivered: total,
      distinct: total - 4,
      exact_duplicates: 4,
      conflicting_ids: 0,
      missing_ids: 0,
      outside_window: 0,
      carried: 0,
      first_creation_time: `${day}T00:03:11`,
      last_creation_time: `${day}T23:51:40`,
      by_hour: Object.fromEntries(
        Array.from({ length: WINDOWS_PER_DAY }, (_, hour) => [windowLabel(hour), delivered[hour] ?? 0]),
      ),
      by_activity: { ViewReport: 1_204, ExportReport: 310, GetWorkspaces: 288, "<b>Odd</b>": 1, "": 2 },
    },
    event_set_sha256: sha256Hex(`events of ${day}`),
    lines_root: sha256Hex(`lines of ${day}`),
    diff: { against: null, added: total - 4, removed: 0, changed: 0 },
    files: [],
    retention: { schedule: "FIN-07 audit trails", keep: "7y", retain_until: addDays(day, 2_557) },
    clock: { own: isoTime(dayEndMs(day) + 26 * HOUR_MS), api: null, skew_seconds: null },
    software: { name: "daybook", version: "0.1.0" },
    config_sha256: sha256Hex("config"),
    previous: null,
    key_id: "9f3a01bc",
  };
}
