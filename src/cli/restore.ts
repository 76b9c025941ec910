import { dirname, join } from "node:path";
import type { Tenant } from "../compose/tenant-parts.js";
import type { Clock } from "../io/clock.js";
import { SigningKey, loadSigningKey } from "../ledger/signing-key.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { eachDay, utcDayOf } from "../model/utc-day.js";
import { oldestReadableDay } from "../plan/day-state.js";
import type { LedgerOrigin } from "../restore/fetch-ledger.js";
import { restoreArchive } from "../restore/restore-archive.js";
import type { Restored, RestoreOptions } from "../restore/restore-archive.js";
import type { Command, CommandResult, CommonOptions, Surroundings, Terminal } from "./command.js";
import { EXIT, exitOf, worstExit } from "./exit-codes.js";
import { count, redraw } from "./progress.js";
import { openWorkspace } from "./workspace.js";

const REDRAW_MS = 100;

export interface RestoreCommandOptions extends CommonOptions {
  readonly from?: string;
  readonly dryRun?: boolean;
}

/** Whether Daybook can append to the restored archive: a sink does not hold its signing key. */
interface KeyState {
  readonly isOurs: boolean;
  /** For people: which key is where, and what to do. */
  readonly told: string;
}

type TenantResult = { readonly tenant: string } & (
  { readonly restored: Restored; readonly key: KeyState } | { readonly failed: DaybookError }
);

/** Every tenant asked for, one after the other. A tenant that fails stops no other. */
export const restore: Command<RestoreCommandOptions> = async (options, surroundings) => {
  const { from } = options;
  if (from === undefined) {
    throw new DaybookError("USAGE", { message: "--from: expected the name of a record sink, found nothing" });
  }
  const { tenants } = await openWorkspace(options, surroundings);
  const results: TenantResult[] = [];
  for (const tenant of tenants) {
    results.push(
      await restoreTenant(tenant, from, options, surroundings).catch((error: unknown) => {
        surroundings.signal.throwIfAborted();
        if (!isDaybookError(error) || error.code === "USAGE") throw error;
        return { tenant: tenant.name, failed: error };
      }),
    );
  }
  return resultOf(results, options.dryRun === true);
};

type KeyParts = Pick<Tenant, "files" | "root" | "signingKeyPem">;
type RestoreParts = KeyParts & Pick<Tenant, "name" | "config" | "rules" | "log" | "openSinks">;

async function restoreTenant(
  parts: RestoreParts,
  from: string,
  { dryRun = false }: RestoreCommandOptions,
  { signal, stderr, clock }: Surroundings,
): Promise<TenantResult> {
  const { name: tenant, files, root, config, rules, log, openSinks } = parts;
  await using sinks = openSinks();
  try {
    const stores = sinks.stores().map(({ name, store }): LedgerOrigin => ({ name, store, tenant }));
    const restored = await restoreArchive(
      {
        files,
        root,
        tenantId: config.tenantId,
        from: chosenSink(from, stores),
        others: stores.filter(({ name }) => name !== from),
        readableDays: eachDay(oldestReadableDay(rules, clock.now()), utcDayOf(clock.now())),
        dryRun,
        progress: shownProgress(tenant, stderr, clock),
      },
      signal,
    );
    const { entries, packages } = restored;
    if (!dryRun) log.info({ tenant, sink: from, entries, packages }, "archive restored");
    return { tenant, restored, key: await keyState(parts, restored) };
  } finally {
    redraw(stderr);
  }
}

/** One line for a person, drawn again as it goes on. */
export function shownProgress(tenant: string, stderr: Terminal, clock: Clock): RestoreOptions["progress"] {
  let drawnMs = 0;
  return (what, done, total) => {
    if (!stderr.isTTY || (clock.now() - drawnMs < REDRAW_MS && done < total)) return;
    drawnMs = clock.now();
    redraw(stderr, `${tenant}: ${what} ${done} of ${total}`);
  };
}

export function chosenSink(from: string, stores: readonly LedgerOrigin[]): LedgerOrigin {
  const chosen = stores.find(({ name }) => name === from);
  if (chosen !== undefined) return chosen;
  const names = stores.map(({ name }) => name).join(", ");
  throw new DaybookError("USAGE", {
    message: `--from: expected one of the record sinks ${names}, found "${from}"`,
  });
}

async function keyState(parts: KeyParts, { origin, keyIds }: Restored): Promise<KeyState> {
  const kept = join(dirname(parts.root), "signing-key.pem");
  const place =
    parts.signingKeyPem === undefined
      ? `at ${kept}, mode 600, owned by Daybook's user`
      : "where signing.privateKey says";
  const toDo = `put the private key of ${keyIds.join(" or ")} ${place}; without it nothing can be added to this archive (\`daybook keys list\` shows its fingerprint)`;
  try {
    const { keyId } = (await presentKey(parts, kept)).signerFor(origin);
    if (keyIds.includes(keyId)) return { isOurs: true, told: `key ${keyId} is the archive's` };
    return { isOurs: false, told: `the signing key is ${keyId}, which is none of this archive's: ${toDo}` };
  } catch (error) {
    if (!isDaybookError(error)) throw error;
    return { isOurs: false, told: `no signing key (${error.message}): ${toDo}` };
  }
}

async function presentKey({ files, signingKeyPem }: KeyParts, kept: string): Promise<SigningKey> {
  if (signingKeyPem === undefined) return loadSigningKey(files, kept);
  return SigningKey.fromPem(await signingKeyPem(), "signing.privateKey");
}

function resultOf(results: readonly TenantResult[], isDryRun: boolean): CommandResult {
  // The command was run again: a tenant that was restored before is no failure.
  const isAnyRestored = results.some((result) => "restored" in result);
  const exits = results.map((result) => {
    if ("restored" in result) return result.key.isOurs ? EXIT.ok : EXIT.config;
    const isLeftAlone = isAnyRestored && result.failed.code === "ARCHIVE_EXISTS";
    return isLeftAlone ? EXIT.ok : exitOf(result.failed.kind);
  });
  return {
    exit: worstExit(exits),
    text: results.map((result) => tenantText(result, isDryRun)).join("\n"),
    json: { format: "daybook.restore/1", dry_run: isDryRun, tenants: results.map(tenantJson) },
  };
}

function tenantText(result: TenantResult, isDryRun: boolean): string {
  const { tenant } = result;
  if ("failed" in result) {
    const { message, hint, code } = result.failed;
    return `${tenant}: NOT restored: ${message} (${code})\n  hint: ${hint}`;
  }
  const { archiveId, entries, packages, uncommitted, leftOut, notes } = result.restored;
  const done = isDryRun ? "can be restored" : "restored";
  return [
    `${tenant}: ${done}: archive ${archiveId}, ${count(entries, "ledger entry")}, ${count(packages, "package")}`,
    ...uncommitted.map(
      (path) =>
        `  ${path}: in no ledger entry of the sink, but signed; the next start commits it if it follows the newest entry`,
    ),
    ...leftOut.map(
      ({ path, reason }) =>
        `  ${tenant}/${path} was left out: ${reason}; move it out of the sink and keep it, or the sink will refuse what is written there next`,
    ),
    ...notes.map((note) => `  note: ${note}`),
    `  ${result.key.isOurs ? "" : "TO DO: "}${result.key.told}`,
  ].join("\n");
}

function tenantJson(result: TenantResult): object {
  const { tenant } = result;
  if ("failed" in result) {
    const { code, message, hint } = result.failed;
    return { tenant, restored: false, error: { code, message, hint } };
  }
  const { archiveId, entries, packages, keyIds, uncommitted, leftOut, notes } = result.restored;
  return {
    tenant,
    restored: true,
    archive_id: archiveId,
    entries,
    packages,
    uncommitted,
    left_out: leftOut,
    notes,
    key_ids: keyIds,
    signing_key: { known: result.key.isOurs, text: result.key.told },
  };
}
