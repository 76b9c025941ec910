import { resolve } from "node:path";
import type { HeldDays } from "../archive/held-days.js";
import { DaybookError } from "../model/errors.js";
import { isInRange } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { findEvents, proveEvent } from "../proof/make-proof.js";
import type { FoundEvent } from "../proof/make-proof.js";
import { proofText } from "../proof/proof-form.js";
import { sha256Hex } from "../model/sha256.js";
import type { Command, Surroundings } from "./command.js";
import { givenRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { EXIT } from "./exit-codes.js";
import { requireInBag } from "./folder-place.js";
import { withArchive } from "./held-archive.js";
import type { ArchiveOptions, ReadArchive } from "./held-archive.js";
import { count, redraw } from "./progress.js";
import { askArchive } from "./retention-request.js";

export interface ProveOptions extends ArchiveOptions, RangeOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly out?: string;
  readonly recipient?: string;
  readonly act?: boolean;
}

/** A proof as it was written. */
interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly day: UtcDay;
  readonly revision: number;
}

/** Writes the proof of one event, to be checked without the archive; 66 when no event has the Id. */
export const prove: Command<ProveOptions> = async (options, surroundings) => {
  const [id = ""] = options.arguments;
  if (id === "" || id !== id.trim())
    throw new DaybookError("USAGE", { message: `found ${JSON.stringify(id)}, expected the Id of an event` });
  const range = givenRange(options, surroundings.clock.now());
  return withArchive(options, surroundings, async (archive) => {
    requireInBag(archive.scope, range);
    const days = [...archive.held.newest.values()].filter(({ day }) => isInRange(day, range));
    const { stderr } = surroundings;
    const progress = (done: number, total: number, day: UtcDay): void =>
      redraw(stderr, `searching ${day} (${done + 1} of ${total})`);
    const found = await findEvents(archive.held, { id, days, progress }).finally(() => redraw(stderr));
    if (found.length === 0) throw nothingFound(id, archive.held, range);
    const written: Written[] = [];
    for (const [number, one] of found.entries())
      written.push(await writeProof(one, nameOf(id, number, options.out), archive.held, surroundings));
    for (const one of written) await record(one, archive, options, surroundings);
    return {
      exit: EXIT.ok,
      text: [
        ...written.map(
          ({ path, day, revision, bytes }) =>
            `${path}: the event of ${day}, revision ${revision}; ${count(bytes, "byte")}`,
        ),
        ...(written.length > 1
          ? [`${count(written.length, "record line")} have this Id: each has its proof`]
          : []),
        `check it anywhere with: daybook verify --proof ${written[0]?.path ?? ""}`,
      ].join("\n"),
      json: { format: "daybook.prove/1", id, proofs: written },
    };
  });
};

/** The Id may hold what no file name should. */
function nameOf(id: string, number: number, out: string | undefined): string {
  const name = out ?? `${id.replaceAll(/[^\w.-]/g, "_")}.tlog-proof`;
  return number === 0 ? name : name.replace(/(\.[^./]*)?$/, `-${number + 1}$1`);
}

async function writeProof(
  event: FoundEvent,
  name: string,
  held: HeldDays,
  { files, cwd, signal }: Surroundings,
): Promise<Written> {
  const bytes = Buffer.from(proofText(await proveEvent(held, event, signal)));
  const path = resolve(cwd, name);
  await files.writeNew(path, bytes, 0o600);
  const { day, revision } = event.sealed;
  return { path, bytes: bytes.length, sha256: sha256Hex(bytes), day, revision };
}

/** A proof hands over an event, so the own archive remembers it as an export. */
async function record(
  { bytes, sha256, day }: Written,
  { tenant }: ReadArchive,
  { act, recipient = "" }: ProveOptions,
  surroundings: Surroundings,
): Promise<void> {
  if (tenant === undefined || act === false) return;
  const produced = { from: day, to: day, filters: "{}", records: 1, bytes, sha256, form: "proof", recipient };
  await askArchive(tenant, { act: "export-produced", produced }, {}, surroundings);
}

/** Where an event is not found, it matters which days could not be searched. */
function nothingFound(id: string, held: HeldDays, range: Partial<DayRange>): DaybookError {
  const destroyed = held.revisions
    .map(({ day }) => day)
    .filter((day) => isInRange(day, range) && held.stateOf(day) === "disposed");
  const days = new Set(destroyed).size;
  return new DaybookError("NOTHING_IN_RANGE", {
    message: `no event with the Id ${id} in the newest revisions of ${range.from ?? "the first day"} to ${range.to ?? "the last"}${days === 0 ? "" : `; ${count(days, "day")} of these were destroyed under their schedule`}`,
    hint: "an Id is a GUID, as in the field Id of the event; name other days with --from and --to",
  });
}
