import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { rigWithDestroyedDay, succeed } from "../support/retention-rig.js";
import { axeScript, installBrowser, launchBrowser } from "../support/status-browser.js";
import type { Browser, BrowserPage, ViewOptions } from "../support/status-browser.js";

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const ROOT = join(import.meta.dirname, "..", "..");
/** The margin of the style for paper, in points. */
const MARGIN = (18 / 25.4) * 72;

const work = mkdtempSync(join(tmpdir(), "daybook-report-page-"));
let browser: Browser;

beforeAll(async () => {
  installBrowser();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(work, { recursive: true, force: true });
});

/** Reports as `daybook audit` writes them, with every kind of section between them. */
const REPORTS: Readonly<Record<string, { readonly words: string; write(path: string): Promise<unknown> }>> = {
  "of two weeks": {
    words: "12 days are held and complete, and nothing was altered.",
    write: async (path) => succeed(await twoWeeks(), "audit", "--level", "deep", "--out", path),
  },
  "of damage and lost days": {
    words: "This archive is damaged: ",
    write: async (path) => {
      const archive = join(work, "contoso");
      cpSync(join(ROOT, "test", "fixtures", "golden"), archive, { recursive: true });
      writeFileSync(join(archive, "days", "2026", "11", "18", "r0001", "pages.jsonl"), "{}\n");
      const rig = await e2eRig();
      return rig.run("audit", "--path", archive, "--level", "deep", "--out", path);
    },
  },
  "of holds and a destruction": {
    words: "1 days of the range were destroyed under an approved plan.",
    write: async (path) => (await rigWithDestroyedDay()).run("audit", "--level", "deep", "--out", path),
  },
};

/** A tenant's whole horizon, with an empty working day and with events that came late. */
async function twoWeeks(): Promise<E2eRig> {
  const rig = await e2eRig({
    horizon: "14d",
    scenario: { eventsPerDay: 400, emptyDays: ["2026-11-11" as UtcDay], lateShare: 0 },
  });
  await succeed(rig, "archive");
  return rig;
}

/** The report's address; it is made when it is first asked for. */
async function reportUrl(name: string): Promise<string> {
  const path = join(work, `${name}.html`);
  if (!existsSync(path)) await REPORTS[name]?.write(path);
  return pathToFileURL(path).href;
}

/** Opens the report in a window of its own, which is closed when `look` is done. */
async function look<T>(name: string, view: ViewOptions, at: (page: BrowserPage) => Promise<T>): Promise<T> {
  const url = await reportUrl(name);
  const context = await browser.newContext(view);
  try {
    const page = await context.newPage();
    await page.goto(url);
    return await at(page);
  } finally {
    await context.close();
  }
}

/** A word on paper, in points. */
interface Word {
  readonly left: number;
  readonly right: number;
  readonly text: string;
}

interface Sheet {
  readonly width: number;
  readonly words: readonly Word[];
}

function sheetsOf(pdf: string): readonly Sheet[] {
  const xml = execFileSync("pdftotext", ["-bbox", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 26 });
  return xml
    .split("<page ")
    .slice(1)
    .map((page) => ({
      width: Number(/^width="([\d.]+)"/.exec(page)?.[1]),
      words: [
        ...page.matchAll(/<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)"[^>]*>(.*?)<\/word>/g),
      ].map(([, left, right, text = ""]) => ({ left: Number(left), right: Number(right), text })),
    }));
}

describe.each(Object.entries(REPORTS))("the report %s", (name, { words }) => {
  it("says its verdict, and loads nothing but itself", async () => {
    const url = await reportUrl(name);
    const context = await browser.newContext({ viewport: DESK, colorScheme: "light" });
    const page = await context.newPage();
    const said: string[] = [];
    const asked: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("request", (request) => asked.push(request.url()));

    await page.goto(url);
    const text = await page.evaluate<string>("document.body.innerText");
    await context.close();

    expect(text).toContain(words);
    expect({ asked, said }).toEqual({ asked: [url], said: [] });
  }, 300_000);

  it.each([
    ["a desk, light", { viewport: DESK, colorScheme: "light" }],
    ["a phone, dark", { viewport: PHONE, colorScheme: "dark" }],
  ] as const)("has no finding of axe-core on %s", async (_place, view) => {
    const found = await look(name, { ...view, bypassCSP: true }, async (page) => {
      await page.addScriptTag({ content: axeScript() });
      return page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[]; passes: unknown[] }>(
        `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`,
      );
    });

    expect(found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])).toEqual(
      [],
    );
    expect(found.passes.length).toBeGreaterThan(15);
  });

  it.each([DESK, PHONE])(
    "fits a window of $width points, every column of every table within reach",
    async (viewport) => {
      const { width, cut, scrolling } = await look(name, { viewport, colorScheme: "light" }, (page) =>
        page.evaluate<{ width: number; cut: string[]; scrolling: string[] }>(`(() => {
        const regions = [...document.querySelectorAll(".scroll")];
        const label = (region) => region.getAttribute("aria-label");
        return {
          width: document.documentElement.scrollWidth,
          scrolling: regions.filter((region) => region.scrollWidth > region.clientWidth).map(label),
          cut: regions.filter((region) => {
            region.scrollLeft = region.scrollWidth;
            const edge = region.getBoundingClientRect().right;
            return [...region.querySelectorAll("tr > :last-child")].some((cell) => cell.getBoundingClientRect().right > edge + 1);
          }).map(label),
        };
      })()`),
      );

      // A phone may scroll a table; a desk must not have to.
      const tooWide = viewport === DESK ? scrolling : [];
      expect({ width, cut, tooWide }).toEqual({ width: viewport.width, cut: [], tooWide: [] });
    },
  );

  it("says of each time in a table that it is UTC", async () => {
    const heads = await look(name, { viewport: DESK, colorScheme: "light" }, (page) =>
      page.evaluate<string[]>(`[...document.querySelectorAll("td > time")].map((time) =>
        time.closest("table").querySelectorAll("thead th")[time.parentElement.cellIndex].innerText)`),
    );

    expect(heads.length).toBeGreaterThan(0);
    expect(heads.filter((head) => !head.endsWith(" (UTC)"))).toEqual([]);
  });

  it.each(["A4", "Letter"] as const)(
    "is printed whole on %s: every hash in one piece, nothing beyond the margin",
    async (format) => {
      const pdf = join(work, `${name}-${format}.pdf`);
      const hashes = await look(name, { viewport: DESK, colorScheme: "dark" }, async (page) => {
        await page.pdf({ format, path: pdf });
        return page.evaluate<string[]>(
          `[...document.querySelectorAll(".hash, dd code")].map((one) => one.textContent)`,
        );
      });
      const sheets = sheetsOf(pdf);
      const printed = new Set(sheets.flatMap((sheet) => sheet.words.map(({ text }) => text)));
      const text = execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 26 });

      expect(Math.floor(sheets[0]?.width ?? 0)).toBe(format === "A4" ? 595 : 612);
      expect(hashes.filter((hash) => /^[0-9a-f]{64}$/.test(hash)).length).toBeGreaterThan(2);
      expect(hashes.filter((hash) => ![...printed].some((word) => word.startsWith(hash)))).toEqual([]);
      const beyond = sheets.flatMap(({ width, words: all }) =>
        all
          .filter(({ left, right }) => left < MARGIN - 1 || right > width - MARGIN + 1)
          .map((word) => word.text),
      );
      expect(beyond).toEqual([]);
      expect(text).toMatch(/Made \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC by /);
      expect(text).toMatch(/newest of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
      expect(text).toContain(`1 of ${sheets.length}`);
    },
  );
});

describe("the screenshot", () => {
  // DAYBOOK_REPORT_SCREENSHOT=docs/report.png takes the one of the documentation anew.
  it("shows the verdict and the calendar of two weeks", async () => {
    const path = process.env["DAYBOOK_REPORT_SCREENSHOT"];
    const view = { viewport: { width: 1040, height: 800 }, colorScheme: "light" } as const;
    const bytes = await look("of two weeks", view, (page) =>
      page.screenshot(path === undefined ? {} : { path: join(ROOT, path) }),
    );

    expect(bytes.length).toBeGreaterThan(15_000);
    expect(bytes.length).toBeLessThan(120_000);
  }, 300_000);
});
