import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The parts of playwright-core that are used; the package is installed by the test that needs it. */
interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>;
  };
}

export interface Browser {
  newContext(options: ViewOptions): Promise<{ newPage(): Promise<BrowserPage>; close(): Promise<void> }>;
  close(): Promise<void>;
}

export interface ViewOptions {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
  readonly deviceScaleFactor?: number;
  /** axe is put into the page by the test, which the page's own policy forbids. */
  readonly bypassCSP?: boolean;
}

export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  title(): Promise<string>;
  url(): string;
  on(event: "console", listener: (message: { text(): string }) => void): void;
  on(event: "request", listener: (request: { url(): string }) => void): void;
  addScriptTag(options: { readonly content: string }): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  /** A print of the page, with the styles for paper. */
  pdf(options: { readonly format: "A4" | "Letter"; readonly path: string }): Promise<Uint8Array>;
  screenshot(options: { readonly path?: string; readonly fullPage?: boolean }): Promise<Uint8Array>;
}

const root = join(import.meta.dirname, "..", "..");
// Below node_modules, where no test, linter or formatter of this package looks.
const installed = join(root, "node_modules", ".cache", "daybook-servers-status-page");
const CHROMIUM = "/usr/bin/chromium";

/** Installs Debian's browser where it is missing and the driver as its lock file says; throws when it cannot. */
export function installBrowser(): void {
  if (!existsSync(CHROMIUM)) {
    run("apt-get", ["update", "-q"]);
    run("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"]);
  }
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    copyFileSync(join(root, "test", "servers", "status-page", name), join(installed, name));
  }
  run("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], installed);
}

export async function launchBrowser(): Promise<Browser> {
  const path = createRequire(join(installed, "package.json")).resolve("playwright-core");
  const { chromium } = ((await import(pathToFileURL(path).href)) as { readonly default: Playwright }).default;
  // Its sandbox does not work as root, which the server tests run as; the pages are our own.
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** axe-core's script, to be put into a page. */
export function axeScript(): string {
  return readFileSync(join(installed, "node_modules", "axe-core", "axe.min.js"), "utf8");
}

function run(command: string, args: readonly string[], cwd?: string): void {
  const { status, error } = spawnSync(command, args, {
    stdio: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (status !== 0) throw new Error(`${command} ended with ${status ?? error?.message ?? "a signal"}`);
}
