import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nodeFiles } from "../../../src/io/node-files.js";
import { DaybookError, isDaybookError } from "../../../src/model/errors.js";
import { RenewedTokens } from "../../../src/source/sign-in/renewed-tokens.js";
import type { SignInMethod } from "../../../src/source/sign-in/sign-in-method.js";
import { RefusalBackoff } from "../../../src/source/refusal-backoff.js";
import type { AccessToken } from "../../../src/source/tokens.js";
import { recordingLog } from "../../support/entra/recording-log.js";
import { VirtualClock } from "../../support/virtual-clock.js";

const MINUTE_MS = 60_000;
const SECRET = "canary~secret~value";
const REFUSED = new DaybookError("SIGNIN_REFUSED", {
  message: "the client secret is wrong (AADSTS7000215)",
  hint: "copy it",
});
const never = new AbortController().signal;

/** A sign-in service whose next answers are told; without any it gives tokens of an hour. */
class Service implements SignInMethod {
  readonly attempts: string[] = [];
  readonly answers: (DaybookError | Promise<void>)[] = [];
  secret = SECRET;
  lifetimeMs = 60 * MINUTE_MS;

  constructor(private readonly clock: VirtualClock) {}

  async prepare(): ReturnType<SignInMethod["prepare"]> {
    const { secret } = this;
    return { mark: secret, send: (signal) => this.#answer(secret, signal) };
  }

  async #answer(secret: string, signal: AbortSignal): Promise<AccessToken> {
    this.attempts.push(secret);
    const answer = this.answers.shift();
    if (answer instanceof DaybookError) throw answer;
    if (answer !== undefined) await Promise.race([answer, aborted(signal)]);
    return { value: `token ${this.attempts.length}`, expiresAtMs: this.clock.now() + this.lifetimeMs };
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

let clock: VirtualClock;
let service: Service;
let folder: string;
const log = recordingLog();

beforeEach(() => {
  clock = new VirtualClock("2026-11-20T10:00:00Z");
  service = new Service(clock);
  folder = mkdtempSync(join(tmpdir(), "daybook-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** As after a start of the process: nothing but the stamp on disk remains. */
function start(): RenewedTokens {
  const subject = "sign-in of contoso";
  const stamp = { files: nodeFiles, path: join(folder, "sign-in.json") };
  const backoff = new RefusalBackoff({ code: "SIGNIN_REFUSED", subject, clock, log, stamp });
  return new RenewedTokens({ subject, method: service, backoff, clock, log });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    return isDaybookError(error) ? error.code : String(error);
  }
}

describe("a token", () => {
  it("is kept until 5 minutes before its end, then renewed", async () => {
    const tokens = start();
    const first = await tokens.token(never);

    clock.advance(54 * MINUTE_MS);
    const same = await tokens.token(never);
    clock.advance(MINUTE_MS);
    const next = await tokens.token(never);

    expect([first.value, same.value, next.value]).toEqual(["token 1", "token 1", "token 2"]);
  });

  it("of two seconds is renewed after one", async () => {
    service.lifetimeMs = 2000;
    const tokens = start();
    await tokens.token(never);

    clock.advance(900);
    const same = await tokens.token(never);
    clock.advance(100);
    const next = await tokens.token(never);

    expect([same.value, next.value]).toEqual(["token 1", "token 2"]);
  });

  it("is fetched once however many ask at the same time", async () => {
    const tokens = start();

    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token(never)));

    expect(new Set(all.map(({ value }) => value))).toEqual(new Set(["token 1"]));
    expect(service.attempts).toHaveLength(1);
  });

  it("that the source rejected is renewed once for all windows that held it (fault 42)", async () => {
    const tokens = start();
    const rejected = await tokens.token(never);

    const all = await Promise.all([tokens.token(never, rejected), tokens.token(never, rejected)]);
    const late = await tokens.token(never, rejected);

    expect([...all, late].map(({ value }) => value)).toEqual(["token 2", "token 2", "token 2"]);
  });

  it("stays in use while its renewal fails and it is still valid", async () => {
    const tokens = start();
    await tokens.token(never);
    clock.advance(56 * MINUTE_MS);
    service.answers.push(new DaybookError("SIGNIN_UNAVAILABLE", { message: "status 503" }));

    const during = await tokens.token(never);
    const attempts = service.attempts.length;
    await tokens.token(never);

    expect(during.value).toBe("token 1");
    expect(service.attempts).toHaveLength(attempts);
    clock.advance(MINUTE_MS);
    expect((await tokens.token(never)).value).toBe("token 3");
  });

  it("that ran out is not used when the renewal fails", async () => {
    const tokens = start();
    await tokens.token(never);
    clock.advance(60 * MINUTE_MS);
    service.answers.push(new DaybookError("SIGNIN_UNAVAILABLE", { message: "status 503" }));

    expect(await codeOf(tokens.token(never))).toBe("SIGNIN_UNAVAILABLE");
  });

  it("is given to those who wait though another gave up", async () => {
    const opened = Promise.withResolvers<void>();
    service.answers.push(opened.promise);
    const tokens = start();
    const impatient = new AbortController();

    const gone = codeOf(tokens.token(impatient.signal));
    const waiting = tokens.token(never);
    impatient.abort(new DaybookError("INTERRUPTED", { message: "stopped" }));
    const reason = await gone;
    opened.resolve();

    expect(reason).toBe("INTERRUPTED");
    expect((await waiting).value).toBe("token 1");
  });

  it("is no longer fetched when nobody waits", async () => {
    service.answers.push(new Promise(() => undefined));
    const tokens = start();
    const impatient = new AbortController();

    const gone = codeOf(tokens.token(impatient.signal));
    await vi.waitUntil(() => service.attempts.length === 1);
    impatient.abort(new DaybookError("INTERRUPTED", { message: "stopped" }));

    expect(await gone).toBe("INTERRUPTED");
    expect((await tokens.token(never)).value).toBe("token 2");
  });
});

describe("after a refusal", () => {
  it("makes one attempt in 15 minutes (fault 41)", async () => {
    service.answers.push(REFUSED, REFUSED);
    const tokens = start();
    const codes: string[] = [];

    for (let minute = 0; minute <= 15; minute += 1) {
      codes.push(await codeOf(tokens.token(never)));
      clock.advance(MINUTE_MS);
    }

    expect(new Set(codes)).toEqual(new Set(["SIGNIN_REFUSED"]));
    expect(service.attempts).toHaveLength(2);
  });

  it("makes none after a restart within them (fault 41)", async () => {
    service.answers.push(REFUSED);
    await codeOf(start().token(never));
    clock.advance(14 * MINUTE_MS);

    const error: unknown = await start()
      .token(never)
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: "SIGNIN_REFUSED",
      hint: expect.stringMatching(/^copy it; .* 1 min\b/),
    });
    expect(String(error)).toContain("AADSTS7000215");
    expect(service.attempts).toHaveLength(1);
  });

  it("tries a corrected secret at once (fault 46)", async () => {
    service.answers.push(REFUSED);
    const tokens = start();
    await codeOf(tokens.token(never));

    service.secret = "the right one";

    expect((await tokens.token(never)).value).toBe("token 2");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves nothing of the secret on disk and in the log (fault 47)", async () => {
    service.answers.push(REFUSED);
    await codeOf(start().token(never));

    const stamp = readFileSync(join(folder, "sign-in.json"), "utf8");

    expect(stamp).toContain("AADSTS7000215");
    expect(stamp + log.lines.join("\n")).not.toContain("canary");
  });

  it.each(["", "null", "[]", "{", '{"refusedAtMs":"x"}'])(
    "signs in although the stamp reads %j",
    async (stamp) => {
      writeFileSync(join(folder, "sign-in.json"), stamp);

      expect((await start().token(never)).value).toBe("token 1");
    },
  );

  it("is not held up by a stamp from the future", async () => {
    service.answers.push(REFUSED);
    clock.advance(24 * 60 * MINUTE_MS);
    await codeOf(start().token(never));
    clock.advance(-24 * 60 * MINUTE_MS);

    expect((await start().token(never)).value).toBe("token 2");
  });
});
