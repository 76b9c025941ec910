import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { linkNew } from "../io/publish-file.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { isErrorCode } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { stableJson } from "../model/stable-json.js";
import type { RetentionDesk } from "./desk.js";
import { parseRequest, performRequest } from "./requests.js";
import type { RetentionAnswer, RetentionRequest } from "./requests.js";

/** How often a waiting command looks for its answer. */
const LOOK_EVERY_MS = 250;
const MAX_BYTES = 4 << 20;

type Told =
  | { readonly answer: RetentionAnswer }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint: string } };

/**
 * Requests to the daemon, as files in the tenant's folder: it has the archive, and one process alone may write. Whoever may write
 * into that folder could write the archive itself.
 */
export class Inbox {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, root: string) {
    this.#files = files;
    this.#folder = join(root, "inbox");
  }

  /**
   * Leaves a request and waits for its answer; throws what refused it. Undefined when nobody took it within `patienceMs`: then
   * it is taken back.
   */
  async ask(
    request: RetentionRequest,
    { clock, patienceMs }: { readonly clock: Clock; readonly patienceMs: number },
    signal: AbortSignal,
  ): Promise<RetentionAnswer | undefined> {
    const id = randomBytes(8).toString("hex");
    const path = join(this.#folder, `${id}.json`);
    const answerPath = join(this.#folder, `${id}.answer`);
    await this.#files.makeFolder(this.#folder);
    await linkNew(this.#files, { path, bytes: stableJson(request) });
    try {
      for (let waitedMs = 0; (await this.#files.stat(answerPath)) === undefined; waitedMs += LOOK_EVERY_MS) {
        if (waitedMs >= patienceMs && (await this.#withdraw(path))) return undefined;
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    } catch (error) {
      await this.#withdraw(path);
      throw error;
    }
    const told: Told = JSON.parse(Buffer.from(await this.#files.read(answerPath, MAX_BYTES)).toString());
    await this.#files.remove(answerPath);
    if ("answer" in told) return told.answer;
    const { code, message, hint } = told.error;
    throw new DaybookError(isErrorCode(code) ? code : "INTERNAL", { message, hint });
  }

  /** Whether the request was still there: one that was taken is answered. */
  async #withdraw(path: string): Promise<boolean> {
    try {
      await this.#files.remove(path);
      return true;
    } catch (error) {
      if (isDaybookError(error, "FILE_NOT_FOUND")) return false;
      throw error;
    }
  }

  /** Calls `changed` when a request may have come. */
  async watch(changed: () => void): Promise<() => void> {
    await this.#files.makeFolder(this.#folder);
    return this.#files.watch(this.#folder, changed);
  }

  /** Answers every request that waits. What endangers the archive is told to the asker, and thrown. */
  async serve(desk: RetentionDesk, log: Log, signal: AbortSignal): Promise<void> {
    for (const id of await this.#waiting()) await this.#serve(id, desk, log, signal);
  }

  /** Places the holds that wait, and leaves everything else: between two days of a disposal, so that they bind the next. */
  async serveHolds(desk: RetentionDesk, log: Log, signal: AbortSignal): Promise<void> {
    for (const id of await this.#waiting()) {
      if (await this.#isHold(id)) await this.#serve(id, desk, log, signal);
    }
  }

  async #waiting(): Promise<readonly string[]> {
    const names = await this.#files.list(this.#folder);
    return names.flatMap((name) => /^([0-9a-f]{16})\.json$/.exec(name)?.[1] ?? []);
  }

  /** False for one that was taken back, or is no request. */
  async #isHold(id: string): Promise<boolean> {
    try {
      return (await this.#read(join(this.#folder, `${id}.json`))).act === "hold-place";
    } catch (error) {
      if (isDaybookError(error) && error.area === "disk") throw error;
      return false;
    }
  }

  async #serve(id: string, desk: RetentionDesk, log: Log, signal: AbortSignal): Promise<void> {
    const path = join(this.#folder, `${id}.taken`);
    if (!(await this.#take(join(this.#folder, `${id}.json`), path))) return;
    try {
      await this.#answer(id, { answer: await this.#perform(desk, path, log, signal) });
    } catch (error) {
      signal.throwIfAborted();
      if (!isDaybookError(error)) throw error;
      const { code, message, hint } = error;
      await this.#answer(id, { error: { code, message, hint } });
      if (error.area === "archive" || error.area === "disk") throw error;
    }
  }

  async #answer(id: string, told: Told): Promise<void> {
    await linkNew(this.#files, { path: join(this.#folder, `${id}.answer`), bytes: stableJson(told) });
    await this.#files.remove(join(this.#folder, `${id}.taken`));
  }

  /** From then on the asker cannot take it back. */
  async #take(from: string, to: string): Promise<boolean> {
    try {
      await this.#files.rename(from, to);
      return true;
    } catch (error) {
      if (isDaybookError(error, "FILE_NOT_FOUND")) return false;
      throw error;
    }
  }

  async #perform(desk: RetentionDesk, path: string, log: Log, signal: AbortSignal): Promise<RetentionAnswer> {
    const request = await this.#read(path);
    log.info({ act: request.act, actor: request.actor }, "request taken");
    return performRequest(desk, request, signal, () => this.serveHolds(desk, log, signal));
  }

  async #read(path: string): Promise<RetentionRequest> {
    return parseRequest(JSON.parse(Buffer.from(await this.#files.read(path, MAX_BYTES)).toString()));
  }
}
