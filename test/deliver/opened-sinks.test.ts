import { describe, expect, it } from "vitest";
import { OpenedSinks } from "../../src/deliver/opened-sinks.js";
import type { ObjectStore, Sink } from "../../src/plugin/types.js";

interface Line {
  readonly fields: object;
  readonly phrase: string;
}

function never(): never {
  throw new Error("not called here");
}

function rig(rejecting: readonly string[]): {
  readonly sinks: OpenedSinks;
  readonly closed: string[];
  readonly warnings: Line[];
} {
  const closed: string[] = [];
  const warnings: Line[] = [];
  const close = (name: string) => async (): Promise<void> => {
    closed.push(name);
    if (rejecting.includes(name)) throw new Error(`${name} has lost its connection`);
  };
  const store = (name: string): ObjectStore => ({
    check: never,
    putNew: never,
    replace: never,
    get: never,
    stat: never,
    list: never,
    remove: never,
    close: close(name),
  });
  const sink = (name: string): Sink => ({
    check: never,
    write: never,
    read: never,
    remove: never,
    close: close(name),
  });
  const log = {
    debug: never,
    info: never,
    warn: (fields: object, phrase: string) => void warnings.push({ fields, phrase }),
    error: never,
  };
  const sinks = new OpenedSinks(
    [
      { kind: "store", name: "vault", store: store("vault") },
      { kind: "sink", name: "lake", sink: sink("lake"), stores: [] },
      { kind: "store", name: "worm", store: store("worm") },
    ],
    log,
  );
  return { sinks, closed, warnings };
}

describe("the opened sinks of a tenant", () => {
  it("are told apart by what they keep, in the order of the configuration", () => {
    const { sinks } = rig([]);

    expect(sinks.stores().map(({ name }) => name)).toEqual(["vault", "worm"]);
    expect(sinks.views().map(({ name }) => name)).toEqual(["lake"]);
    expect(sinks.all().map(({ name }) => name)).toEqual(["vault", "lake", "worm"]);
    expect(sinks.sources("contoso")).toHaveLength(2);
  });

  it("are all closed, once, whichever of them cannot be", async () => {
    const { sinks, closed, warnings } = rig(["vault", "lake"]);

    await sinks[Symbol.asyncDispose]();
    await sinks[Symbol.asyncDispose]();

    expect(closed).toEqual(["vault", "lake", "worm"]);
    expect(warnings).toEqual([
      {
        fields: { sink: "vault", message: "Error: vault has lost its connection" },
        phrase: "sink not closed",
      },
      {
        fields: { sink: "lake", message: "Error: lake has lost its connection" },
        phrase: "sink not closed",
      },
    ]);
  });

  it("leave a command its own result", async () => {
    const { sinks } = rig(["worm"]);
    const work = async (): Promise<string> => {
      await using opened = sinks;
      return opened.stores().length === 2 ? "whole" : "";
    };

    await expect(work()).resolves.toBe("whole");
  });
});
