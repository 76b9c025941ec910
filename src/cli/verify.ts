import { join, resolve } from "node:path";
import { signatureProblem } from "../archive/ssh-signature.js";
import { storeSource } from "../archive/source.js";
import { fingerprintsIn, isVouched } from "../archive/known-keys.js";
import { verifyArchive } from "../audit/verify-archive.js";
import type { AuditResult, VerifyOptions } from "../audit/verify-archive.js";
import type { Tenant } from "../compose/tenant-parts.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { DayRange } from "../model/utc-day.js";
import { SortedLines } from "../verify/sorted-lines.js";
import type { Command, CommandResult, CommonOptions, Surroundings } from "./command.js";
import { givenRange } from "./days.js";
import { exitOf } from "./exit-codes.js";
import type { RangeOptions } from "./days.js";
import { folderPlace, requireInBag } from "./folder-place.js";
import { keptHeads } from "./kept-heads.js";
import type { Place } from "./folder-place.js";
import { verifyProof } from "./verify-proof.js";
import { checkBagOf, withBag } from "./verify-bag.js";
import { sampleOf } from "./verify-sample.js";
import type { SampleOptions } from "./verify-sample.js";
import { anchorDemands } from "./verify-witnesses.js";
import type { WitnessOptions } from "./verify-witnesses.js";
import { verifyResult } from "./verify-result.js";
import type { FailedPlace, PlaceResult } from "./verify-result.js";
import { verifyViews } from "./verify-views.js";
import type { ViewResult } from "./verify-views.js";
import { openWorkspace } from "./workspace.js";
import { redraw } from "./progress.js";

export interface VerifyCommandOptions extends CommonOptions, RangeOptions, SampleOptions, WitnessOptions {
  readonly sink?: string;
  readonly path?: string;
  readonly key?: string;
  readonly heads?: readonly string[];
  readonly proof?: string;
  /** View sinks too, each day by count and event set; a sink that is down ends nothing. */
  readonly allSinks?: boolean;
}

/** What an audit of one place takes beside the place. */
type AuditWish = Pick<VerifyCommandOptions, "level" | "key"> &
  Partial<DayRange> &
  Pick<VerifyOptions, "onEntry" | "sample" | "heads" | "anchors">;

const MAX_SMALL_BYTES = 65_536;

/** Checks every place asked for; the worst of them is the command's exit code. */
export const verify: Command<VerifyCommandOptions> = async (options, surroundings) => {
  if (options.proof !== undefined) return proofAlone(options.proof, options, surroundings);
  const { level, key } = options;
  const heads = await keptHeads(options.heads ?? [], surroundings);
  const asked = givenRange(options, surroundings.clock.now());
  const sample = sampleOf(options);
  const anchors = anchorDemands(options, surroundings.clock.now());
  const wish = {
    level,
    ...(key === undefined ? {} : { key }),
    heads,
    ...(sample === undefined ? {} : { sample }),
    ...(anchors === undefined ? {} : { anchors }),
    ...asked,
  };
  const tenants = options.path === undefined ? (await openWorkspace(options, surroundings)).tenants : [];
  const places =
    options.path === undefined
      ? await configuredPlaces(tenants, options.sink)
      : [await folderPlace(options.path, surroundings)];
  if (options.path !== undefined && options.allSinks === true)
    throw new DaybookError("USAGE", { message: "--path stands alone: found it beside --all-sinks" });
  const results: PlaceResult[] = [];
  const failed: FailedPlace[] = [];
  try {
    for (const place of places) {
      const result = await orFailure(options, place, () => verifyPlace(place, wish, surroundings));
      if ("code" in result) failed.push(result);
      else
        results.push({
          place: place.name,
          result,
          isVouched: isVouched(result.keys, { ...place, ...wish }),
          sample,
        });
    }
  } finally {
    for (const place of places) await place.close();
  }
  const views: ViewResult[] = [];
  if (options.allSinks === true)
    for (const tenant of tenants) views.push(...(await verifyViews(tenant, asked, surroundings)));
  return verifyResult({ results, failed, views }, asked);
};

/** The proof of one event is checked without its archive. */
async function proofAlone(
  proof: string,
  options: VerifyCommandOptions,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const { path, sink, key, heads = [], witness, requireAnchorWithin: within } = options;
  if (path !== undefined || sink !== undefined)
    throw new DaybookError("USAGE", {
      message: "--proof: found it beside --path or --sink, expected it alone",
    });
  const trusted = key === undefined ? undefined : await keyText(key, surroundings);
  const demands = anchorDemands(options, surroundings.clock.now());
  if (demands !== undefined && (witness === undefined || within !== undefined))
    throw new DaybookError("USAGE", {
      message:
        "--proof: found --quorum or --require-anchor-within beside it, expected --witness and --quorum",
    });
  return verifyProof({ proof, key: trusted, heads, anchors: demands }, surroundings);
}

/** With --all-sinks the other copies are checked also when one does not answer. */
async function orFailure(
  { allSinks }: VerifyCommandOptions,
  { name }: Place,
  work: () => Promise<AuditResult>,
): Promise<AuditResult | FailedPlace> {
  try {
    return await work();
  } catch (error) {
    if (allSinks !== true || !isDaybookError(error)) throw error;
    if (error.area !== "sink" && error.code !== "ARCHIVE_NOT_FOUND") throw error;
    return { place: name, code: error.code, message: error.message, exit: exitOf(error.kind) };
  }
}

async function configuredPlaces(
  tenants: readonly Tenant[],
  sink: string | undefined,
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const { name, openSinks, files, root } of tenants) {
    const knownKeys = await fingerprintsIn(files, root);
    places.push(...placesOf(name, openSinks(), sink).map((place) => ({ ...place, knownKeys })));
  }
  if (places.length > 0) return places;
  throw new DaybookError("USAGE", {
    message: `--sink: expected the name of a record sink, found "${sink ?? ""}"`,
  });
}

/** The record sinks of a tenant, or the one of this name; none when there is no such sink. */
export function placesOf(tenant: string, sinks: OpenedSinks, only: string | undefined): readonly Place[] {
  return sinks
    .stores()
    .filter(({ name }) => only === undefined || name === only)
    .map(({ name, store }) => ({
      name: `${tenant} in ${name}`,
      reader: storeSource(store, tenant),
      close: () => sinks[Symbol.asyncDispose](),
    }));
}

/** Audits one place; temporary files lie below $TMPDIR, else /tmp. */
export async function verifyPlace(
  place: Omit<Place, "close">,
  { from, to, ...options }: AuditWish,
  surroundings: Surroundings,
): Promise<AuditResult> {
  const { files, env, signal, stderr } = surroundings;
  const scratch = join(env["TMPDIR"] ?? "/tmp", `daybook-verify-${process.pid}`);
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  requireInBag(place.scope, range);
  try {
    const bag = await checkBagOf(place, options.level, surroundings);
    const result = await verifyArchive(place.reader, {
      level: options.level,
      ...range,
      ...(place.scope === undefined ? {} : { scope: place.scope }),
      ...(options.sample === undefined ? {} : { sample: options.sample }),
      ...(options.key === undefined ? {} : { keys: [await keyText(options.key, surroundings)] }),
      ...(options.heads === undefined ? {} : { heads: options.heads }),
      ...(options.anchors === undefined ? {} : { anchors: options.anchors }),
      ...(options.onEntry === undefined ? {} : { onEntry: options.onEntry }),
      openEventSet: () => new SortedLines({ files, folder: scratch }),
      signatureProblem: (one) => signatureProblem(one, files, join(scratch, "ssh")),
      signal,
      progress: (done, total, day) => {
        redraw(stderr, `${place.name}: ${day} (${done + 1} of ${total})`);
      },
    });
    return withBag(result, bag);
  } finally {
    redraw(stderr);
    await files.removeTree(scratch);
  }
}

async function keyText(path: string, surroundings: Surroundings): Promise<string> {
  const text = await textOf(path, surroundings);
  if (text !== undefined) return text;
  throw new DaybookError("KEY_NOT_FOUND", {
    message: `--key: expected a public key (PEM), found no file at ${path}`,
  });
}

/** Undefined when there is no such file. */
async function textOf(path: string, { files, cwd }: Surroundings): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(resolve(cwd, path), MAX_SMALL_BYTES));
  } catch (error) {
    if (isDaybookError(error, "FILE_NOT_FOUND")) return undefined;
    throw error;
  }
}
