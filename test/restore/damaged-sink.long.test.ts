import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, restoreRig } from "../support/restore-rig.js";

/** The last file of the vault with such a name. */
function fileLike(vault: string, pattern: RegExp): string {
  const name = readdirSync(vault, { recursive: true, encoding: "utf8" })
    .toSorted()
    .findLast((path) => pattern.test(path));
  return join(vault, name ?? "");
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe("a restore from a sink that is damaged", () => {
  it.each([
    { what: "a ledger entry is altered", pattern: /ledger\/000\/000000003\.json$/, act: flipByte },
    { what: "a ledger entry is missing", pattern: /ledger\/000\/000000003\.json$/, act: rmSync },
    { what: "the newest entries are cut off", pattern: /ledger\/000\/\d+\.json$/, act: rmSync },
    { what: "an old head is altered", pattern: /heads\/000000002$/, act: flipByte },
    { what: "the newest head is altered", pattern: /heads\/\d+$/, act: flipByte },
    { what: "a key is altered", pattern: /keys\/.*\.pem$/, act: flipByte },
    { what: "a key is missing", pattern: /keys\/.*\.pem$/, act: rmSync },
    { what: "a document is altered", pattern: /FORMAT\.md$/, act: flipByte },
    { what: "a manifest is altered", pattern: /manifest\.json$/, act: flipByte },
    { what: "a signature is altered", pattern: /manifest\.json\.sig$/, act: flipByte },
    { what: "the sums are altered", pattern: /SHA256SUMS$/, act: flipByte },
    { what: "a page is altered", pattern: /h12-0001\.json\.zst$/, act: flipByte },
    { what: "events are missing", pattern: /events\.ndjson\.zst$/, act: rmSync },
  ])("puts nothing in place when $what", async ({ pattern, act }) => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.loseState();
    rig.bringKey();
    act(fileLike(rig.vault, pattern));

    const { exit, out } = await rig.run("restore", "--from", "vault");

    expect(out).toContain("NOT restored");
    expect(exit).toBe(65);
    expect([...filesBelow(rig.state).keys()]).toEqual(["lock"]);
  });

  it("takes none of the files that someone put beside the archive's", async () => {
    const rig = await restoreRig();
    await rig.run("archive");
    rig.loseState();
    rig.bringKey();
    writeFileSync(join(rig.vault, "keys", "0a1b2c3d.pem"), "another key");
    writeFileSync(join(rig.vault, "notes.txt"), "not ours");

    expect((await rig.run("restore", "--from", "vault")).exit).toBe(0);
    expect(readdirSync(join(rig.state, "keys"))).toHaveLength(1);
    expect(readdirSync(rig.state)).not.toContain("notes.txt");
  });
});
