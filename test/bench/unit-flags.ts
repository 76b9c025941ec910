import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The flags of Node that the unit starts the daemon with: what is measured is the daemon as it is installed. */
export function unitFlags(): readonly string[] {
  const unit = readFileSync(join(import.meta.dirname, "..", "..", "systemd", "daybook.service"), "utf8");
  const line = /^ExecStart=\S+ ([^\\\n]*)/m.exec(unit)?.[1] ?? "";
  return line.split(/\s+/).filter((word) => word.startsWith("--"));
}
