import type { Audit } from "../audit/audit.js";
import { guard } from "../audit/audit.js";
import { FindingList } from "../audit/finding-list.js";
import type { AuditLevel, AuditResult } from "../audit/verify-archive.js";
import { checkBag } from "../bag/check-bag.js";
import { checkSelected } from "../bag/check-selected.js";
import type { Surroundings } from "./command.js";
import type { Place } from "./folder-place.js";
import { inFolder } from "./held-archive.js";

/** What is wrong with the bag around an archive: its form and hashes, and the selection against the archive in it. */
export async function checkBagOf(
  { bag, name }: Pick<Place, "bag" | "name">,
  level: AuditLevel,
  surroundings: Surroundings,
): Promise<FindingList> {
  const found = new FindingList();
  if (bag === undefined) return found;
  const audit: Audit = { reader: bag, found, signal: surroundings.signal };
  await checkBag(audit, level !== "structure");
  if (level === "structure") return found;
  const select = (): Promise<void> =>
    inFolder(name, {}, surroundings, ({ held }) => checkSelected(audit, held));
  await guard(audit, "data/selected/", undefined, select, "BAG_SELECTED");
  return found;
}

/** The findings of the bag before those of its archive. */
export function withBag(result: AuditResult, { kept, counts }: FindingList): AuditResult {
  return {
    ...result,
    findings: [...kept, ...result.findings],
    counts: {
      damage: result.counts.damage + counts.damage,
      incomplete: result.counts.incomplete + counts.incomplete,
      notice: result.counts.notice + counts.notice,
    },
  };
}
