import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

const DAY = "2026-11-20";

interface Extra {
  line: string;
  line_index: number;
  line_path: string[];
  manifest: string;
  manifest_signature: string;
  entry: string;
  keys: Record<string, string>;
}

async function newArchive(): Promise<E2eRig> {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
  expect((await rig.run("archive")).exit).toBe(0);
  return rig;
}

const archive = preparedRig(newArchive);

/** An archive of three days, the Ids of the first and the last event of one, and the archive's key in a file. */
async function archived(make = archive): Promise<{ rig: E2eRig; ids: readonly string[]; key: string }> {
  const rig = await make();
  const { out } = await rig.run("export", "--day", DAY, "--no-act");
  const ids = out
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly Id: string }).Id);
  const [name = ""] = readdirSync(join(rig.vault, "keys"));
  return { rig, ids, key: join(rig.vault, "keys", name) };
}

/** The proof with its extra data changed, as a forger without the key could write it. */
function altered(proof: string, change: (extra: Extra) => void): string {
  const lines = proof.split("\n");
  const extra = JSON.parse(Buffer.from(lines[1]?.slice(6) ?? "", "base64").toString()) as Extra;
  change(extra);
  lines[1] = `extra ${Buffer.from(JSON.stringify(extra)).toString("base64")}`;
  return lines.join("\n");
}

describe("daybook prove", { timeout: 60_000 }, () => {
  it("hands over each event with a proof that is checked without the archive", async () => {
    const { rig, ids, key } = await archived();

    for (const id of [ids[0] ?? "", ids.at(-1) ?? "", ids[7] ?? ""]) {
      const made = await rig.run("prove", id, "--day", DAY);
      const file = `${id}.tlog-proof`;
      const alone = await rig.run("verify", "--proof", file);
      const trusted = await rig.run("verify", "--proof", file, "--key", key);

      expect(made).toMatchObject({ exit: 0, out: expect.stringContaining(file) as unknown });
      expect(statSync(join(rig.folder, file)).size).toBeLessThan(40_000);
      expect(alone).toMatchObject({ exit: 0, out: expect.stringContaining(": consistent;") as unknown });
      expect(alone.out).toContain("which nobody vouched for");
      expect(trusted).toMatchObject({ exit: 0, out: expect.stringContaining(": proved;") as unknown });
      expect(trusted.out).toContain(`"Id":"${id}"`);
    }
    const trail = await rig.run("audit", "--format", "json", "--no-act");
    expect(trail.out.match(/1 events? in the form proof|proof/g)?.length).toBeGreaterThan(0);
  });

  it("counts as proved with a head that was kept, and not with others", async () => {
    const { rig, ids } = await archived();
    await rig.run("prove", ids[3] ?? "", "--no-act", "--out", "event.tlog-proof");

    const kept = await rig.run("verify", "--proof", "event.tlog-proof", "--heads", join(rig.state, "head"));
    const other = await rig.run(
      "verify",
      "--proof",
      "event.tlog-proof",
      "--heads",
      join(rig.state, "heads/000000001"),
    );

    expect(kept).toMatchObject({ exit: 0, out: expect.stringContaining("one that was kept") as unknown });
    expect(other.exit).toBe(64);
  });

  it("proves from a copy in a folder or a sink as from the own archive", async () => {
    const { rig, ids, key } = await archived();
    const [id = ""] = ids;

    const outcomes = [
      await rig.run("prove", id, "--sink", "vault", "--out", "sink.tlog-proof"),
      await rig.run("prove", id, "--path", rig.vault, "--out", "folder.tlog-proof"),
      await rig.run("verify", "--proof", "sink.tlog-proof", "--key", key),
      await rig.run("verify", "--proof", "folder.tlog-proof", "--key", key),
    ];

    expect(outcomes.map(({ exit }) => exit)).toEqual([0, 0, 0, 0]);
  });

  it("says so when no event has the Id, and writes over nothing", async () => {
    const { rig, ids } = await archived();
    const [id = ""] = ids;
    writeFileSync(join(rig.folder, "taken.tlog-proof"), "something");

    const none = await rig.run("prove", "00000000-0000-4000-8000-000000000000");
    const elsewhere = await rig.run("prove", id, "--day", "2026-11-19");
    const taken = await rig.run("prove", id, "--out", "taken.tlog-proof");

    expect(none).toMatchObject({ exit: 66, err: expect.stringContaining("NOTHING_IN_RANGE") as unknown });
    expect(elsewhere.exit).toBe(66);
    expect(taken.exit).not.toBe(0);
    expect(readFileSync(join(rig.folder, "taken.tlog-proof"), "utf8")).toBe("something");
  });

  it("is refused after any change", async () => {
    const { rig, ids, key } = await archived();
    await rig.run("prove", ids[5] ?? "", "--no-act", "--out", "event.tlog-proof");
    await rig.run("prove", ids[6] ?? "", "--no-act", "--out", "other.tlog-proof");
    const proof = readFileSync(join(rig.folder, "event.tlog-proof"), "utf8");
    const other = readFileSync(join(rig.folder, "other.tlog-proof"), "utf8");
    let line = "";
    altered(other, (extra) => (line = extra.line));
    const forged: Readonly<Record<string, string>> = {
      "another user in the line": altered(proof, (extra) => (extra.line = extra.line.replace("@", "x@"))),
      "the line of another event": altered(proof, (extra) => (extra.line = line)),
      "another place in the day": altered(proof, (extra) => (extra.line_index += 1)),
      "a path too short": altered(proof, (extra) => extra.line_path.pop()),
      "a path too long": altered(proof, (extra) => extra.line_path.push(extra.line_path[0] ?? "")),
      "another day in the manifest": altered(
        proof,
        (extra) => (extra.manifest = extra.manifest.replace(DAY, "2026-11-19")),
      ),
      "another signature of the manifest": altered(
        proof,
        (extra) => (extra.manifest_signature = Buffer.alloc(64, 1).toString("base64")),
      ),
      "another time in the entry": altered(
        proof,
        (extra) => (extra.entry = extra.entry.replace('"time": "2026', '"time": "2025')),
      ),
      "a field that the format does not have": altered(proof, (extra) => Object.assign(extra, { more: 1 })),
      "another index": proof.replace(/^index \d+$/m, "index 1"),
      "another size of the head": proof.replace(/\n\n(daybook\/\S+)\n\d+\n/, "\n\n$1\n9\n"),
      "no head": proof.slice(0, proof.indexOf("\n\n") + 2),
      "another first line": proof.replace("@v1", "@v2"),
      nothing: "",
    };

    for (const [what, text] of Object.entries(forged)) {
      expect([what, text]).not.toEqual([what, proof]);
      writeFileSync(join(rig.folder, "forged.tlog-proof"), text);
      for (const argv of [[], ["--key", key]]) {
        const { exit, err } = await rig.run("verify", "--proof", "forged.tlog-proof", ...argv);
        expect([what, exit, err.includes("PROOF_INVALID")]).toEqual([what, 65, true]);
      }
    }
  });

  it("says what a key must be when the one named is none", async () => {
    const { rig, ids } = await archived();
    await rig.run("prove", ids[0] ?? "", "--no-act", "--out", "event.tlog-proof");

    const { exit, err } = await rig.run("verify", "--proof", "event.tlog-proof", "--key", "event.tlog-proof");

    expect(exit).toBe(66);
    expect(err).toContain("KEY_NOT_FOUND");
  });

  it("is refused when another key than the one that is trusted has signed it", async () => {
    const [one, two] = [await archived(), await archived(newArchive)];
    await one.rig.run("prove", one.ids[0] ?? "", "--no-act", "--out", "event.tlog-proof");

    const { exit, err } = await one.rig.run("verify", "--proof", "event.tlog-proof", "--key", two.key);

    expect(exit).toBe(65);
    expect(err).toContain("PROOF_INVALID");
  });
});
