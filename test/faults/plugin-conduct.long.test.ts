import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ledgerOf } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

const DAY_FOLDER = "days/2026/11/20/r0001";

/** A day is archived, then a sink from outside added that runs `body` when it is given the day. */
async function rigWith(body: string): Promise<E2eRig> {
  const rig = await e2eRig({ horizon: "3d" });
  expect((await rig.run("archive")).exit).toBe(0);
  writeFileSync(
    join(rig.folder, "guest.mjs"),
    `import * as fs from "node:fs";
const [vault, state] = ${JSON.stringify([rig.vault, rig.state].map((root) => join(root, DAY_FOLDER)))};
const sink = {
  async check() {},
  async write(batch) { ${body}; return { records: batch.records, location: "nowhere" }; },
  async *read() {},
  async remove() { return { removed: 0 }; },
  async close() {},
};
const options = { _zod: {}, safeParse: (data) => ({ success: true, data }) };
export default { name: "guest", kind: "sink", apiVersion: 1, options, open: () => sink };
`,
  );
  rig.configure({ more: "  guest: { use: ./guest.mjs }\n" });
  return rig;
}

describe("a plugin that has the archive's rights and abuses them", () => {
  it.each([
    ["adds a file to a sealed day", "fs.writeFileSync(vault + '/extra.txt', 'x')"],
    ["removes a page", "fs.rmSync(vault + '/h07-0001.json.zst')"],
    [
      "alters the events",
      "fs.chmodSync(vault + '/events.ndjson.zst', 0o600); fs.appendFileSync(vault + '/events.ndjson.zst', 'x')",
    ],
  ])("is found out by verify when it %s (fault 90)", async (_what, body) => {
    const rig = await rigWith(body);
    await rig.run("archive");

    expect((await rig.run("verify", "--sink", "vault")).exit).toBe(65);
  });

  it("cannot pass an altered day on: every sink gets what the ledger names (fault 90)", async () => {
    const rig = await rigWith("fs.appendFileSync(state + '/manifest.json', ' ')");

    await rig.run("archive");
    const again = await rig.run("archive");

    expect(again.exit).toBe(65);
    expect((await rig.run("verify", "--sink", "vault")).exit).toBe(0);
  });
});

describe("a plugin that gives no proof", () => {
  it("has no receipt for a day that does not read back (fault 73)", async () => {
    const rig = await rigWith("");

    expect((await rig.run("archive")).exit).toBe(65);

    const acts = ledgerOf(rig.state).filter((entry) => "sink" in entry && entry.sink === "guest");
    expect(acts).toMatchObject([{ type: "sink-failed", code: "SINK_MISMATCH" }]);
  });

  it("has none for another count than the manifest's (fault 73)", async () => {
    const rig = await rigWith("return { records: batch.records + 1, location: 'nowhere' }");

    expect((await rig.run("archive")).exit).toBe(65);

    expect(
      ledgerOf(rig.state).some((entry) => entry.type === "sink-delivered" && entry.sink === "guest"),
    ).toBe(false);
  });
});
