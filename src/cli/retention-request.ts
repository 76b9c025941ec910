import { basename, join, resolve } from "node:path";
import { signFile } from "../archive/ssh-signature.js";
import type { Tenant } from "../compose/tenant-parts.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { sha256Hex } from "../model/sha256.js";
import { silentProgress } from "../pass/progress.js";
import { NAMESPACE } from "../archive/roster.js";
import { Inbox } from "../retention/inbox.js";
import { performRequest } from "../retention/requests.js";
import type { RetentionAnswer, RetentionRequest } from "../retention/requests.js";
import type { DisposalNote } from "../retention/run-disposal.js";
import type { CommandResult, CommonOptions, Surroundings } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { openWorkspace } from "./workspace.js";

/** The options of a command for which a person may have to sign. */
export interface SigningOptions extends CommonOptions {
  /** The role that signs. */
  readonly as?: string;
  /** Signatures that `ssh-keygen -Y sign` wrote beside the statements. */
  readonly signature?: readonly string[];
  /** Private keys on this machine: the command signs with them. */
  readonly key?: readonly string[];
}

/** What a statement that was written, and has to be signed, is called. */
export interface ToSign {
  readonly path: string;
  readonly line: string;
}

const MAX_SMALL_BYTES = 65_536;
/** How long the daemon may take before the archive is tried again: it may have been stopped. */
const PATIENCE_MS = 10_000;

type WithoutSigning = RetentionRequest extends infer Request
  ? Request extends RetentionRequest
    ? Omit<Request, "actor" | "as" | "signed">
    : never
  : never;

/**
 * Asks something of a tenant's archive: by this process, or by the daemon that has the archive. Where a person has to sign, the
 * statement is written into the working folder, and signed at once with `--key`.
 */
export async function askArchive(
  tenant: Tenant,
  request: WithoutSigning,
  options: SigningOptions & { readonly note?: DisposalNote },
  surroundings: Surroundings,
): Promise<Exclude<RetentionAnswer, { readonly kind: "to-sign" }> | ToSign> {
  const common = { actor: actorOf(surroundings), ...(options.as === undefined ? {} : { as: options.as }) };
  const signed = await signedIn(options.signature ?? [], surroundings);
  const ask = (more: RetentionRequest["signed"], as = common): Promise<RetentionAnswer> =>
    perform(tenant, { ...request, ...as, signed: more }, surroundings, options.note);
  const keys = options.key ?? [];
  if (signed.length > 0 || keys.length === 0) {
    const answer = await ask(signed);
    return answer.kind === "to-sign" ? writeStatement(answer.statement, request.act, surroundings) : answer;
  }
  const made: RetentionRequest["signed"][number][] = [];
  const roles = options.as?.split(",") ?? [];
  for (const [index, key] of keys.entries()) {
    const as = roles[index] ?? roles[0];
    const draft = await ask([], { actor: common.actor, ...(as === undefined ? {} : { as }) });
    if (draft.kind !== "to-sign") return draft;
    const { path } = await writeStatement(draft.statement, request.act, surroundings);
    await signFile(path, resolve(surroundings.cwd, key));
    made.push(...(await signedIn([`${path}.sig`], surroundings)));
    // The archive files its own copies.
    for (const done of [path, `${path}.sig`]) await surroundings.files.remove(done);
  }
  const answer = await ask(made);
  return answer.kind === "to-sign" ? writeStatement(answer.statement, request.act, surroundings) : answer;
}

/** A result that says how to sign, where a person has to; 75, for nothing is done yet. */
export function toSignResult(tenant: string, { path, line }: ToSign): CommandResult {
  const text = [
    `${tenant}: nothing is done yet. The statement to sign is ${basename(path)}. Read it, then type`,
    `  ${line}`,
    `and the same command again with --signature ${basename(path)}.sig`,
  ].join("\n");
  return {
    exit: EXIT.tryLater,
    text,
    json: { format: "daybook.to-sign/1", tenant, statement: path, sign: line },
  };
}

/** The one tenant of the options, or of the configuration. */
export async function oneTenant(options: CommonOptions, surroundings: Surroundings): Promise<Tenant> {
  const { tenants } = await openWorkspace(options, surroundings);
  const [only, ...others] = tenants;
  if (only !== undefined && others.length === 0) return only;
  throw new DaybookError("USAGE", {
    message: `--tenant: expected one of ${tenants.map(({ name }) => name).join(", ")}, found nothing`,
  });
}

async function perform(
  tenant: Tenant,
  request: RetentionRequest,
  { signal, clock, stderr }: Surroundings,
  note?: DisposalNote,
): Promise<RetentionAnswer> {
  const inbox = new Inbox(tenant.files, tenant.root);
  for (let isTold = false; ; isTold = true) {
    try {
      const open = await tenant.openArchive({ progress: silentProgress }, signal);
      try {
        // Whoever places a hold meanwhile finds the archive locked, and leaves it in the inbox.
        const afterEachDay: DisposalNote = async (...one) => {
          await note?.(...one);
          await inbox.serveHolds(open.retention, tenant.log, signal);
        };
        return await performRequest(open.retention, request, signal, afterEachDay);
      } finally {
        await open.close();
      }
    } catch (error) {
      if (!isDaybookError(error, "ARCHIVE_LOCKED")) throw error;
    }
    if (!isTold && stderr.isTTY)
      stderr.write("asking the daemon, which has the archive; it answers between two passes\n");
    const answer = await inbox.ask(request, { clock, patienceMs: PATIENCE_MS }, signal);
    if (answer !== undefined) return answer;
  }
}

async function signedIn(
  paths: readonly string[],
  { files, cwd }: Pick<Surroundings, "files" | "cwd">,
): Promise<RetentionRequest["signed"]> {
  const signed: RetentionRequest["signed"] = [];
  for (const given of paths) {
    const path = resolve(cwd, given);
    if (!path.endsWith(".sig"))
      throw new DaybookError("USAGE", {
        message: `--signature: expected the .sig file that ssh-keygen wrote, found ${given}`,
      });
    const read = async (file: string): Promise<string> =>
      Buffer.from(await files.read(file, MAX_SMALL_BYTES)).toString("base64");
    signed.push({ statement: await read(path.slice(0, -".sig".length)), signature: await read(path) });
  }
  return signed;
}

async function writeStatement(
  statement: string,
  act: string,
  { files, cwd }: Pick<Surroundings, "files" | "cwd">,
): Promise<ToSign> {
  const bytes = Buffer.from(statement, "base64");
  const path = join(cwd, `daybook-${act}-${sha256Hex(bytes).slice(0, 8)}.json`);
  await files.writeNew(path, bytes, 0o644);
  const name = basename(path);
  return { path, line: `ssh-keygen -Y sign -n ${NAMESPACE} -f KEY ${name}` };
}

/** `ana@archive01` where both are known. */
export function actorOf({ env }: Pick<Surroundings, "env">): string {
  const login = env["SUDO_USER"] ?? env["USER"] ?? env["LOGNAME"] ?? "operator";
  return /^[A-Za-z0-9._@-]{1,100}$/.test(login) ? login : "operator";
}
