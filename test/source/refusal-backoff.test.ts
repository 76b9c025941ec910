import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError, isDaybookError } from "../../src/model/errors.js";
import { RefusalBackoff } from "../../src/source/refusal-backoff.js";
import { temporaryFolder } from "../support/archive-fixture.js";
import { silentLog } from "../support/plugin-host.js";
import { VirtualClock } from "../support/virtual-clock.js";

const MINUTE_MS = 60_000;
const APPLICATION = "an application";
const DENIED = new DaybookError("ACCESS_DENIED", { message: "found 403", hint: "look at the setting" });

async function rig(): Promise<{
  readonly clock: VirtualClock;
  readonly path: string;
  /** As after a start of the process. */
  readonly start: () => RefusalBackoff;
}> {
  const clock = new VirtualClock("2026-11-20T10:00:00Z");
  const path = join(await temporaryFolder(), "access-refused.json");
  return {
    clock,
    path,
    start: () =>
      new RefusalBackoff({
        code: "ACCESS_DENIED",
        subject: "access of contoso",
        clock,
        log: silentLog,
        stamp: { files: nodeFiles, path },
      }),
  };
}

async function codeOf(work: Promise<void>): Promise<string> {
  return work.then(
    () => "free",
    (error: unknown) => (isDaybookError(error) ? error.code : String(error)),
  );
}

describe("a refusal by the source", () => {
  it("stands for 15 minutes, for whoever comes next too", async () => {
    const { clock, start } = await rig();
    await start().failed(DENIED, APPLICATION);

    clock.advance(14 * MINUTE_MS);
    const during = await codeOf(start().check(APPLICATION));
    clock.advance(MINUTE_MS);
    const after = await codeOf(start().check(APPLICATION));

    expect([during, after]).toEqual(["ACCESS_DENIED", "free"]);
  });

  it("is told as it was, with the time of the next attempt", async () => {
    const { clock, start } = await rig();
    await start().failed(DENIED, APPLICATION);
    clock.advance(5 * MINUTE_MS);

    await expect(start().check(APPLICATION)).rejects.toMatchObject({
      message: "found 403",
      hint: expect.stringMatching(/^look at the setting; the next attempt is in 10 min/) as string,
    });
  });

  it("says nothing of another application, nor of another failure", async () => {
    const { start } = await rig();
    const backoff = start();
    await backoff.failed(new DaybookError("SOURCE_UNAVAILABLE", { message: "found 503" }), APPLICATION);
    expect(await codeOf(backoff.check(APPLICATION))).toBe("free");

    await backoff.failed(DENIED, APPLICATION);
    expect(await codeOf(start().check("another"))).toBe("free");
  });

  it("is over with the first answer, and once somebody took the stamp away", async () => {
    const { start, path } = await rig();
    const backoff = start();
    await backoff.failed(DENIED, APPLICATION);
    await backoff.succeeded();
    expect(await codeOf(start().check(APPLICATION))).toBe("free");

    await backoff.failed(DENIED, APPLICATION);
    rmSync(path);
    expect(await codeOf(backoff.check(APPLICATION))).toBe("free");
  });

  it("stands without a disk to keep it on", async () => {
    const { start, path } = await rig();
    mkdirSync(join(`${path}.new`, "in the way"), { recursive: true });
    const backoff = start();

    await backoff.failed(DENIED, APPLICATION);

    expect(await codeOf(backoff.check(APPLICATION))).toBe("ACCESS_DENIED");
  });

  it("keeps no key in the stamp that could be guessed at, and takes a broken one for none", async () => {
    const { start, path } = await rig();
    await start().failed(DENIED, "client 1234");
    expect(readFileSync(path, "utf8")).not.toContain("1234");

    writeFileSync(path, "[");
    expect(await codeOf(start().check("client 1234"))).toBe("free");
  });

  it("is kept once when windows side by side are refused", async () => {
    const { start } = await rig();
    const backoff = start();

    await Promise.all([DENIED, DENIED, DENIED, DENIED].map((error) => backoff.failed(error, APPLICATION)));

    expect(await codeOf(start().check(APPLICATION))).toBe("ACCESS_DENIED");
  });
});
