import type { Tenant } from "../compose/tenant-parts.js";
import { refuseAnotherArchive } from "../deliver/first-start-check.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { saidProtection } from "../deliver/protection-words.js";
import { requireContent } from "../deliver/sink-inventory.js";
import { isCreated } from "../ledger/archive-tree.js";
import { readArchive } from "../ledger/open-archive.js";
import { SinkPlaces } from "../deliver/sink-places.js";
import { isDaybookError } from "../model/errors.js";
import type { Sink } from "../plugin/types.js";
import type { CommandResult } from "./command.js";
import { EXIT, exitOf, worstExit } from "./exit-codes.js";

/** One look at something that the configuration names. */
export interface Looked {
  readonly subject: string;
  readonly ok: boolean;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
  readonly code: string;
  readonly exit: number;
  /** What is wrong, for people. */
  readonly sentence: string;
}

/** The exit code and the answer that a list of looks makes; `subject` is what was looked at as a whole. */
export function lookedResult(subject: string, looked: readonly Looked[], more: object): CommandResult {
  const wrong = looked.filter(({ ok }) => !ok);
  const verdict = wrong.length === 0 ? "all is well" : `${wrong.length} of ${looked.length} checks failed`;
  return {
    exit: worstExit(wrong.map(({ exit }) => exit)),
    text: [...looked.map(lookText), `${subject}: ${verdict}`].join("\n"),
    json: {
      format: "daybook.checks/1",
      ...more,
      checks: looked.map(({ exit: _exit, sentence: _sentence, ...one }) => one),
    },
  };
}

const ONLY_BY_WRITE = "its plugin finds out by a write alone, which `daybook sinks check` does";

type SinkLookParts = Pick<Tenant, "name" | "root" | "files" | "loaded" | "log" | "openSinks">;

/** How a sink is looked at. `probe`: it writes, reads back and removes something. `look`: nothing changes, here or there. */
export type SinkLookKind = "probe" | "look";

/** Every configured sink of a tenant: would a write succeed now? */
export async function lookAtSinks(
  { name: tenant, root, files, loaded, log, openSinks }: SinkLookParts,
  kind: SinkLookKind,
  signal: AbortSignal,
): Promise<readonly Looked[]> {
  await using sinks = openSinks();
  const places = new SinkPlaces({ sinks, files, root, configSha256: loaded.sha256, log });
  const looked = new Map<string, Looked>();
  const shared = await places.findSharedFolders();
  const requireAllContent = await contentCheck(tenant, sinks, { files, root }, signal);
  for (const { name, sink } of sinks.all()) {
    let note = kind === "look" && sink.look === undefined ? ONLY_BY_WRITE : undefined;
    const check = async (): Promise<void> => {
      const error = shared.get(name);
      if (error !== undefined) throw error;
      await requireAllContent(name, signal);
      if (kind === "probe") await sink.check(signal);
      else if (sink.look !== undefined) note = await sink.look(signal);
    };
    const found = await look(`${tenant} sink ${name}`, expectedOf(sink, kind), check);
    looked.set(name, note === undefined || !found.ok ? found : noted(found, note));
  }
  for (const opened of sinks.stores()) {
    const found = looked.get(opened.name);
    if (found?.ok === true)
      looked.set(opened.name, noted(found, (await saidProtection(opened, signal)).words));
  }
  if (kind === "look") return [...looked.values()];
  const ready = sinks.stores().filter(({ name }) => looked.get(name)?.ok === true);
  for (const [name, error] of (await places.findSharedStores(ready, signal)).found)
    looked.set(name, await look(`${tenant} sink ${name}`, "a place of its own", () => Promise.reject(error)));
  return [...looked.values()];
}

function expectedOf({ look: canLook }: Pick<Sink, "look">, kind: SinkLookKind): string {
  if (kind === "probe") return "ready to be written";
  return canLook === undefined ? "not looked at" : "looks ready to be written";
}

/** With more for people to know. */
function noted(found: Looked, note: string): Looked {
  return { ...found, hint: [found.hint, note].filter((one) => one !== "").join("; ") };
}

/** Fails when a record sink holds another archive, or no longer what it has confirmed; nothing is written to it then. */
async function contentCheck(
  tenant: string,
  sinks: OpenedSinks,
  { files, root }: Pick<Tenant, "files" | "root">,
  signal: AbortSignal,
): Promise<(name: string, signal: AbortSignal) => Promise<void>> {
  const own = (await isCreated(files, root)) ? await readArchive(files, root, signal) : undefined;
  return async (name, inner) => {
    const opened = sinks.stores().find((one) => one.name === name);
    if (opened === undefined) return;
    await refuseAnotherArchive(opened, tenant, own?.identity, inner);
    if (own !== undefined)
      await requireContent({ name, store: opened.store, tenant }, own.ledger.index, inner);
  };
}

/** One look: `expected` when the work succeeds, else its error. */
export async function look(subject: string, expected: string, work: () => Promise<void>): Promise<Looked> {
  try {
    await work();
    return {
      subject,
      ok: true,
      found: expected,
      expected,
      hint: "",
      code: "OK",
      exit: EXIT.ok,
      sentence: "",
    };
  } catch (error) {
    if (!isDaybookError(error)) throw error;
    const { message, hint, code, kind } = error;
    return {
      subject,
      ok: false,
      found: message,
      expected,
      hint,
      code,
      exit: exitOf(kind),
      sentence: message,
    };
  }
}

function lookText({ subject, ok, found, sentence, hint, code }: Looked): string {
  if (ok) return `ok     ${subject}: ${found}${hint === "" ? "" : `\n       note: ${hint}`}`;
  return `WRONG  ${subject}: ${sentence} (${code})\n       hint: ${hint}`;
}
