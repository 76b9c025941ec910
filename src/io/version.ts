import { createRequire } from "node:module";

// Not a JSON import: the compiler would copy package.json into dist/, where it would pass for the package's root.
const manifest: unknown = createRequire(import.meta.url)("daybook/package.json");

/** Daybook's version, as package.json states it. */
export const VERSION: string = versionOf(manifest);

function versionOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "version" in value) return String(value.version);
  throw new TypeError("package.json: expected a version, found none");
}
