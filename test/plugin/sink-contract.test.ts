import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SINK_CASES } from "daybook/plugin/contract";
import type { SinkMaker, SinkPlace } from "daybook/plugin/contract";
import { describe, expect, it } from "vitest";
import minimalSink from "../fixtures/minimal-sink/index.js";
import { testHost } from "../support/plugin-host.js";
import { WRONG_SINKS, bound } from "../support/wrong-sinks.js";
import type { Spoil } from "../support/wrong-sinks.js";

/** A maker of sinks that are right but for what `spoil` replaces. */
function makerOf(spoil: Spoil): SinkMaker {
  const place = (path: string, root = path): SinkPlace => ({
    open: (tenant = "contoso") => {
      const sink = minimalSink.open({ path }, testHost({ tenant }));
      return { ...bound(sink), ...spoil({ sink, folder: join(path, tenant) }) };
    },
    dispose: () => rm(root, { recursive: true, force: true }),
  });
  return {
    make: async () => place(await mkdtemp(join(tmpdir(), "daybook-wrong-sink-"))),
    unusable: async () => {
      const root = await mkdtemp(join(tmpdir(), "daybook-wrong-sink-"));
      await writeFile(join(root, "a-file"), "");
      return place(join(root, "a-file"), root);
    },
  };
}

/** Whether the sink passes the case of that name. */
async function passes(name: string, maker: SinkMaker): Promise<boolean> {
  const found = SINK_CASES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case is called: ${name}`);
  const place = await maker.make();
  try {
    await found.run(place, maker);
    return true;
  } catch {
    return false;
  } finally {
    await place.dispose();
  }
}

describe("the contract of a sink", () => {
  it.each(WRONG_SINKS)("finds a sink that $what", { timeout: 30_000 }, async ({ caught, spoil }) => {
    // The case itself can be passed: what follows is the sink's fault.
    expect(
      await passes(
        caught,
        makerOf(() => ({})),
      ),
    ).toBe(true);

    expect(await passes(caught, makerOf(spoil))).toBe(false);
  });

  it("has a name of its own for each case", () => {
    const names = SINK_CASES.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });
});
