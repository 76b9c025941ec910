import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeScript, installBrowser, launchBrowser } from "../support/status-browser.js";
import type { Browser, BrowserPage, ViewOptions } from "../support/status-browser.js";
import { startStatusRig } from "../support/status-rig.js";
import type { StatusRig } from "../support/status-rig.js";
import { quietTenant, sealedManifests, snapshotOf, troubledTenant } from "../support/status-sample.js";

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const tenants = [quietTenant("contoso"), troubledTenant("fabrikam")];
const PATHS = ["/", "/tenants/fabrikam", "/tenants/contoso/years/2025", "/tenants/contoso/days/2026-11-10"];

let browser: Browser;
let rig: StatusRig;
let close: () => Promise<void>;

beforeAll(async () => {
  installBrowser();
  browser = await launchBrowser();
  const started = await startStatusRig(snapshotOf(...tenants), { sourcesOf: sealedManifests(tenants) });
  rig = started;
  close = () => started.server.close();
});
afterAll(async () => {
  await browser?.close();
  await close?.();
});

/** Opens the page in a window of its own, which is closed when `look` is done. */
async function look<T>(path: string, view: ViewOptions, at: (page: BrowserPage) => Promise<T>): Promise<T> {
  const context = await browser.newContext(view);
  try {
    const page = await context.newPage();
    await page.goto(`${rig.url}${path}`);
    return await at(page);
  } finally {
    await context.close();
  }
}

describe.each(PATHS)("%s in a browser", (path) => {
  it.each([
    ["a desk, light", { viewport: DESK, colorScheme: "light" }],
    ["a phone, dark", { viewport: PHONE, colorScheme: "dark" }],
  ] as const)("has no finding of axe-core on %s", async (_place, view) => {
    const found = await look(path, { ...view, bypassCSP: true }, async (page) => {
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

  it("fits a phone without scrolling sideways", async () => {
    const width = await look(path, { viewport: PHONE, colorScheme: "light" }, (page) =>
      page.evaluate<number>("document.documentElement.scrollWidth"),
    );

    expect(width).toBe(PHONE.width);
  });

  it("loads nothing but itself, and breaks no rule of its policy", async () => {
    const context = await browser.newContext({ viewport: DESK, colorScheme: "light" });
    const page = await context.newPage();
    const said: string[] = [];
    const asked: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("request", (request) => asked.push(request.url()));

    await page.goto(`${rig.url}${path}`);
    const colour = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('.rows, .figures div')).borderTopLeftRadius",
    );
    await context.close();

    expect(asked).toEqual([`${rig.url}${path}`]);
    expect(said).toEqual([]);
    expect(colour).not.toBe("0px");
  });
});

describe("the status page without JavaScript", () => {
  it("leads from a day of the calendar to its revisions and back", async () => {
    await look("/", { viewport: DESK, colorScheme: "light", javaScriptEnabled: false }, async (page) => {
      await page.click('a[href="/tenants/contoso/days/2026-11-10"]');
      expect(await page.title()).toBe("contoso, 2026-11-10: sealed");

      await page.click('h1 a[href="/tenants/contoso"]');
      expect(page.url()).toBe(`${rig.url}/tenants/contoso`);
    });
  });
});

describe("the screenshot", () => {
  // DAYBOOK_SCREENSHOT=docs/status-page.png takes the one of the documentation anew.
  it("shows the whole page of a tenant in trouble", async () => {
    const path = process.env["DAYBOOK_SCREENSHOT"];
    const bytes = await look(
      "/tenants/fabrikam",
      { viewport: { width: 1040, height: 900 }, colorScheme: "light" },
      (page) =>
        page.screenshot({
          fullPage: true,
          ...(path === undefined ? {} : { path: join(import.meta.dirname, "..", "..", path) }),
        }),
    );

    expect(bytes.length).toBeGreaterThan(20_000);
    expect(bytes.length).toBeLessThan(400_000);
  });
});
