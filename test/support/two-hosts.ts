import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import type { Surroundings } from "../../src/cli/command.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { readWhole } from "../../src/plugin/expected-body.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { e2eRig } from "./e2e-rig.js";
import type { E2eRig, Ran } from "./e2e-rig.js";
import { testHost } from "./plugin-host.js";
import { REGION, newBucket, openStore, ownerOf, useCredentials } from "./s3-place.js";
import { Refusal } from "./s3-stand-in-bucket.js";
import { ACCESS_KEY, startStandIn } from "./s3-stand-in.js";

/** A sink that two hosts share. */
export interface SharedSink {
  /** Its options in the configuration. */
  readonly yaml: string;
  readonly store: ObjectStore;
  /** As seen by one host alone, whose doors these are: while it is down nothing is answered. */
  down(isDown: boolean): void;
  readonly doors: Partial<Surroundings>;
}

export type SinkKind = "local-files" | "s3";

/** One of two hosts: its own state folder, the same tenant, the same sink. */
export interface Host {
  readonly name: string;
  /** The tenant's folder in its state folder. */
  readonly state: string;
  run(...argv: string[]): Promise<Ran>;
  runWith(overrides: Partial<Surroundings>, ...argv: string[]): Promise<Ran>;
}

export interface TwoHosts {
  readonly rig: E2eRig;
  readonly sink: SharedSink;
  readonly a: Host;
  readonly b: Host;
  /** B's state folder becomes what A's is now. */
  copyAToB(): void;
}

/** Two hosts on one tenant, one record sink and, where there is `more`, other sinks. A has archived once; B has nothing yet. */
export async function twoHosts(
  kind: SinkKind,
  more: (folder: string) => string = () => "",
): Promise<TwoHosts> {
  const rig = await e2eRig();
  const sink = await SHARED[kind](rig.folder);
  const host = (name: string, doors: Partial<Surroundings> = {}): Host => {
    const base = readFileSync(join(rig.folder, "daybook.yaml"), "utf8");
    const text = base
      .replace("stateDir: ./state", `stateDir: ./${name}`)
      .replace(/ {2}vault: .*/, `  vault: ${sink.yaml}\n${more(rig.folder)}`);
    mkdirSync(join(rig.folder, name));
    writeFileSync(join(rig.folder, `${name}.yaml`), text, { mode: 0o600 });
    const runWith = (overrides: Partial<Surroundings>, ...argv: string[]): Promise<Ran> =>
      rig.runWith({ ...doors, ...overrides }, ...argv, "--config", `${name}.yaml`);
    return {
      name,
      state: join(rig.folder, name, "contoso"),
      run: (...argv) => runWith({}, ...argv),
      runWith,
    };
  };
  const [a, b] = [host("a", sink.doors), host("b")];
  const first = await a.run("archive");
  if (first.exit !== 0) throw new Error(first.out + first.err);
  const copyAToB = (): void => cpSync(join(rig.folder, "a"), join(rig.folder, "b"), { recursive: true });
  return { rig, sink, a, b, copyAToB };
}

/** Another record sink and a view, shared as well. */
export function moreSinks(folder: string): string {
  const path = (name: string): string => JSON.stringify(join(folder, name));
  return [
    `  second: { use: local-files, path: ${path("second")} }`,
    `  lake: { use: parquet, to: { use: local-files, path: ${path("lake")} } }`,
  ].join("\n");
}

/** A sink for one rig under two names; `folder` is where a folder's would lie. */
export function sharedStore(kind: SinkKind, folder = ""): Promise<SharedSink> {
  return SHARED[kind](folder);
}

const SHARED: Readonly<Record<SinkKind, (folder: string) => Promise<SharedSink>>> = {
  "local-files": async (folder) => {
    const path = join(folder, "vault");
    let isDown = false;
    const files = guarded(nodeFiles, (at) => isDown && at.startsWith(path));
    return {
      yaml: `{ use: local-files, path: ${JSON.stringify(path)} }`,
      store: localFiles.open(localFiles.options.parse({ path, reserve: "0" }), testHost()),
      down: (now) => void (isDown = now),
      doors: { files },
    };
  },
  s3: async () => {
    const server = await startStandIn();
    const forget = await useCredentials(ACCESS_KEY, "secret");
    const bucket = await newBucket(ownerOf(server.endpoint), false);
    const store = openStore(server, bucket);
    onTestFinished(async () => {
      await store.close();
      await server.close();
      await forget();
    });
    const options = `bucket: ${bucket}, endpoint: "${server.endpoint}", region: ${REGION}, pathStyle: true, profile: writer, prefix: daybook/`;
    return {
      yaml: `{ use: s3, ${options} }`,
      store,
      down: (now) => {
        server.refuse = now ? () => new Refusal(503, "ServiceUnavailable") : undefined;
      },
      doors: {},
    };
  },
};

/** A disk of which a part does not answer. */
function guarded(inner: Files, isRefused: (path: string) => boolean): Files {
  const guard = <T>(path: string, act: () => T): T => {
    if (isRefused(path)) throw new DaybookError("DISK_FAILED", { message: `${path}: injected fault` });
    return act();
  };
  return {
    ...inner,
    stat: async (path) => guard(path, () => inner.stat(path)),
    list: async (path) => guard(path, () => inner.list(path)),
    link: async (from, to) => guard(to, () => inner.link(from, to)),
    rename: async (from, to) => guard(to, () => inner.rename(from, to)),
    create: async (path, mode) => guard(path, () => inner.create(path, mode)),
    makeFolder: async (path, mode) => guard(path, () => inner.makeFolder(path, mode)),
    stream: (path, into) => guard(path, () => inner.stream(path, into)),
  };
}

/** SHA-256 of every object but `head`, which is a cache. */
export async function objectsIn(store: ObjectStore): Promise<ReadonlyMap<string, string>> {
  const { signal } = new AbortController();
  const found = new Map<string, string>();
  for await (const key of store.list("", signal)) {
    if (key.endsWith("/head")) continue;
    found.set(key, sha256Hex(await readWhole(await store.get(key, signal), 1 << 26)));
  }
  return found;
}

/** What was there and is there no more, or with other bytes. */
export function lostOrAltered(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...before].filter(([key, hash]) => after.get(key) !== hash).map(([key]) => key);
}

/** The disk of a host on which something else happens at the moment when a certain file is about to get its name. */
export function interruptedFiles(at: RegExp, meanwhile: () => Promise<void>): Files {
  let isDue = true;
  return {
    ...nodeFiles,
    link: async (from, to) => {
      if (isDue && at.test(to)) {
        isDue = false;
        await meanwhile();
      }
      await nodeFiles.link(from, to);
    },
  };
}
