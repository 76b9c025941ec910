import { afterAll, beforeAll, expect, it } from "vitest";
import type { CHAIN_FINDINGS, COUNT_FINDINGS, WINDOW_FINDINGS } from "../../src/model/reading-findings.js";
import type { PageRecord } from "../../src/model/page-record.js";
import { windowLabel } from "../../src/model/window.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";
import { audit, copyOf, damages } from "../support/audit-sample.js";
import { reseal } from "../support/resealed-archive.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { codesAfter, counts, isSecond, pages } from "../support/tampering.js";
import type { Tampering } from "../support/tampering.js";

const ZEROS = "0".repeat(64);

/** A check of a reading that an audit makes as well. RECORDS_DIFFER is not one: a sealed day has no table of records. */
type ReadingCode = Exclude<
  keyof typeof CHAIN_FINDINGS | keyof typeof WINDOW_FINDINGS | keyof typeof COUNT_FINDINGS,
  "RECORDS_DIFFER"
>;

/** One tampering, signed anew, for each check of a reading that an audit repeats. A code without a row does not compile. */
const TAMPERINGS: Readonly<Record<ReadingCode, Tampering>> = {
  // The windows T05 and T06 change places.
  WINDOW_MISSING: {
    also: ["PAGE_LEDGER_DIFFERS"],
    tamper: pages((page) => {
      const other = { T05: windowLabel(6), T06: windowLabel(5) }[page.window as string];
      return other === undefined ? page : { ...page, window: other };
    }),
  },
  PAGE_MISSING: {
    also: ["PAGE_LEDGER_DIFFERS"],
    tamper: pages((page) => (isSecond(page) ? { ...page, number: 3 } : page)),
  },
  PAGE_STATUS: {
    tamper: pages((page) => (isSecond(page) ? { ...page, status: 206 } : page)),
  },
  CHAIN_START_MISSING: {
    tamper: pages((page, index) => (index === 0 ? { ...page, token_in_sha256: ZEROS } : page)),
  },
  CHAIN_BROKEN: {
    tamper: pages((page) => (isSecond(page) ? { ...page, token_in_sha256: ZEROS } : page)),
  },
  CHAIN_END_MISSING: {
    tamper: pages((page, index) => (index === 0 ? { ...page, token_out_sha256: ZEROS } : page)),
  },
  TOKEN_REPEATED: {
    also: ["CHAIN_END_MISSING"],
    tamper: pages((page) => (isSecond(page) ? { ...page, token_out_sha256: page.token_in_sha256 } : page)),
  },
  // The window T05 claims the page of T01, as a cache would give it.
  WINDOWS_EQUAL: {
    also: ["DELIVERED_DIFFERS", "PAGE_LEDGER_DIFFERS"],
    tamper: async (root) => {
      let copied: Partial<PageRecord> = {};
      await pages((page) => {
        const { window, number, body_sha256, body_bytes, events } = page;
        if (window === windowLabel(1) && number === 1) copied = { body_sha256, body_bytes, events };
        return window === windowLabel(5) ? { ...page, ...copied } : page;
      })(root);
    },
  },
  WINDOW_FOREIGN: { tamper: counts(() => ({ stray_by_hour: { [windowLabel(1)]: 6 } })) },
  PAGES_DIFFER: {
    tamper: counts(({ pages: count }) => ({ pages: count + 1 })),
  },
  DELIVERED_DIFFERS: {
    tamper: counts(({ delivered, exact_duplicates: duplicates, by_hour: hours }) => ({
      delivered: delivered + 1,
      exact_duplicates: duplicates + 1,
      by_hour: { ...hours, [windowLabel(23)]: (hours[windowLabel(23)] ?? 0) + 1 },
    })),
  },
  DISTINCT_DIFFERS: {
    tamper: counts(({ exact_duplicates: duplicates }) => ({ exact_duplicates: duplicates + 1 })),
  },
  LINE_COUNT_DIFFERS: {
    tamper: counts(({ distinct, exact_duplicates: duplicates, by_activity: activities }) => ({
      distinct: distinct - 1,
      exact_duplicates: duplicates + 1,
      by_activity: { ...activities, ViewReport: (activities["ViewReport"] ?? 0) - 1 },
    })),
  },
  HOURS_DIFFER: { tamper: counts(() => ({ by_hour: {} })) },
  ACTIVITIES_DIFFER: { tamper: counts(() => ({ by_activity: {} })) },
};

let sample: SampleArchive;

beforeAll(async () => {
  sample = await makeSampleArchive("zstd");
});

afterAll(() => sample.remove());

it("a day sealed before strays were counted has WINDOW_FOREIGN by its pages", async () => {
  const page = JSON.stringify({
    activityEventEntities: Array.from({ length: 6 }, (_, n) => ({
      Id: `other-${n}`,
      CreationTime: "2026-11-19T07:00:00",
    })),
    continuationToken: "%2BRID%3A1%3D",
  });
  const root = await copyOf(sample);
  await reseal(root, { file: { path: "h01-0001.json.zst", edit: () => page } });
  await pages((record) =>
    record.window === windowLabel(1) && record.number === 1
      ? { ...record, events: 6, body_bytes: page.length, body_sha256: sha256Hex(page) }
      : record,
  )(root);

  const counted = await audit(root, { level: "deep" });
  await reseal(root, {
    manifest: ({ completeness }) => Reflect.deleteProperty(completeness, "stray_by_hour"),
  });
  const older = await audit(root, { level: "deep" });

  expect(damages(counted)).toContain("COUNT_DIFFERS days/2026/11/19/r0002: stray_by_hour");
  expect(damages(counted)).not.toContain("WINDOW_FOREIGN T01");
  expect(damages(older)).toContain("WINDOW_FOREIGN T01");
});

it.each(Object.entries(TAMPERINGS))("a sealed day has exactly %s", async (code, tampering) => {
  const codes = await codesAfter(sample, { ...tampering, options: { level: "content" } });

  expect(codes).toEqual([code, ...(tampering.also ?? [])].toSorted());
});
