import { join } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { readStamp } from "../io/stamp-file.js";
import type { Stamp } from "../io/stamp-file.js";
import type { ErrorKind } from "../model/error-kind.js";
import { isDaybookError } from "../model/errors.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime } from "../model/utc-day.js";

/** What is asked of the source and its sign-in: each has a file of its own in the tenant's state folder. */
const NAMES = {
  signIn: "last-sign-in.json",
  request: "last-request.json",
  preflight: "last-preflight.json",
} as const;

export type Asked = keyof typeof NAMES;

/** Why the source, or its sign-in, did not answer as it should. */
export interface OutcomeFailure {
  /** As in docs/ERRORS.md, an AADSTS number, or the source's own code. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly kind: "outage" | "refused";
}

/** How the newest attempt ended; times in milliseconds since the epoch. */
export interface Outcome {
  readonly atMs: number;
  /** When an attempt last succeeded: `atMs`, unless `failure` is set; undefined when none ever did. */
  readonly okMs: number | undefined;
  readonly failure: OutcomeFailure | undefined;
}

/** What is known of a tenant's source; undefined: never tried. */
export type SourceContact = Readonly<Record<Asked, Outcome | undefined>>;

/** Notes how an attempt ended. */
export interface OutcomeNote {
  ok(): Promise<void>;
  failed(failure: OutcomeFailure): Promise<void>;
}

const MIN_INTERVAL_MS = 60_000;

/**
 * Remembers in the tenant's state folder how the newest sign-in, request or preflight ended. While no day is due nothing else
 * shows whether the source is within reach. Best effort: a failing disk is reported by the work that needs it.
 */
export class LastOutcome implements OutcomeNote {
  #noted: { readonly atMs: number; readonly code: string | undefined } | undefined;

  constructor(
    private readonly files: Files,
    private readonly place: { readonly root: string; readonly asked: Asked },
    private readonly clock: Clock,
  ) {}

  async ok(): Promise<void> {
    const at = isoTime(this.clock.now());
    await this.#note(undefined, async () => ({ at, ok_at: at }));
  }

  async failed(failure: OutcomeFailure): Promise<void> {
    const at = isoTime(this.clock.now());
    await this.#note(failure.code, async () => {
      const { ok_at: okAt = null } = (await readStamp(this.files, this.#path)) ?? {};
      return { at, ok_at: okAt, ...failure };
    });
  }

  get #path(): string {
    return pathOf(this.place.root, this.place.asked);
  }

  /** At most one write a minute as long as nothing changes. */
  async #note(code: string | undefined, stamp: () => Promise<Stamp>): Promise<void> {
    const atMs = this.clock.now();
    const isSame = this.#noted !== undefined && this.#noted.code === code;
    if (isSame && Math.abs(atMs - (this.#noted?.atMs ?? 0)) < MIN_INTERVAL_MS) return;
    this.#noted = { atMs, code };
    try {
      await replaceFile(this.files, { path: this.#path, bytes: stableJson(await stamp()) });
    } catch (error) {
      if (!isDaybookError(error)) throw error;
    }
  }
}

/** What an error of the sign-in or of a request says of the source; undefined where it says nothing, as of a full disk. */
export function outcomeFailure(error: unknown): OutcomeFailure | undefined {
  if (!isDaybookError(error) || error.area !== "source") return undefined;
  const { code, message, hint } = error;
  return { code, message, hint, kind: outcomeKind(error.kind) };
}

export function outcomeKind(kind: ErrorKind): OutcomeFailure["kind"] {
  return kind === "refused" ? "refused" : "outage";
}

/** As the state folder has it. */
export async function sourceContact(files: Files, root: string): Promise<SourceContact> {
  const read = async (asked: Asked): Promise<Outcome | undefined> =>
    outcomeOf(await readStamp(files, pathOf(root, asked)));
  return {
    signIn: await read("signIn"),
    request: await read("request"),
    preflight: await read("preflight"),
  };
}

/** Undefined when it is not what we write. */
function outcomeOf({ at, ok_at: okAt, code, message, hint, kind }: Stamp = {}): Outcome | undefined {
  const atMs = timeOf(at);
  if (atMs === undefined) return undefined;
  if (code === undefined) return { atMs, okMs: atMs, failure: undefined };
  if (typeof code !== "string" || typeof message !== "string" || typeof hint !== "string") return undefined;
  const failure = { code, message, hint, kind: kind === "refused" ? kind : "outage" } as const;
  return { atMs, okMs: timeOf(okAt), failure };
}

function timeOf(text: unknown): number | undefined {
  const ms = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function pathOf(root: string, asked: Asked): string {
  return join(root, NAMES[asked]);
}
