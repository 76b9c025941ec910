import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEntry } from "../../src/ledger/entry-format.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import { succeed } from "../support/retention-rig.js";
import { rewriteLedger } from "../support/rewritten-ledger.js";
import { haveWitnesses, rigToWitness, startWitness } from "../support/witness-rig.js";

/** The entries about witnesses, without what differs from run to run. */
function anchorEntries(archive: string): readonly string[] {
  const folder = join(archive, "ledger/000");
  return readdirSync(folder)
    .toSorted()
    .map((name) => parseEntry(readFileSync(join(folder, name)), name))
    .flatMap(shown);
}

function shown(entry: LedgerEntry): readonly string[] {
  if (entry.type === "anchor-policy")
    return [`policy every ${entry.every}, ${entry.witness_quorum} required`];
  if (entry.type === "anchored") return [`${entry.kind} ${entry.name} ${entry.size}`];
  return entry.type === "witness-contradicted" ? [`contradicted ${entry.name} ${entry.size}`] : [];
}

describe("an archive with witnesses", () => {
  it("has its newest head cosigned once a day, and its sinks have the cosignatures", async () => {
    const rig = await rigToWitness();
    const [first, second] = [await startWitness(rig, "audit-dept"), await startWitness(rig, "insurer")];
    haveWitnesses(rig, [first, second]);

    await succeed(rig, "archive");
    const once = anchorEntries(rig.vault);
    await succeed(rig, "archive");
    expect(anchorEntries(rig.vault)).toEqual(once);
    rig.clock.advance(DAY_MS);
    await succeed(rig, "archive");

    const sizes = readdirSync(join(rig.vault, "anchors"))
      .toSorted()
      .map((name) => Number(name.slice(0, 9)));
    expect(sizes).toHaveLength(2);
    expect(anchorEntries(rig.vault)).toEqual([
      "policy every 1d, 2 required",
      ...sizes.flatMap((size) => [`witness audit-dept ${size}`, `witness insurer ${size}`]),
    ]);
    expect(first.events).toHaveLength(2);
    expect((await rig.run("status")).out).toContain(
      `witness insurer confirmed the first ${sizes[1]} ledger entries at 2026-11-23T12:00Z`,
    );
    const out = await succeed(rig, "verify", "--sink", "vault", "--witness", first.key, second.key);
    expect(out).toContain(`witness insurer confirmed ${sizes[1]} of`);
    expect(out).not.toContain("damage");
  }, 60_000);

  it("goes on without a witness that is down, says so after three days, and is confirmed again after it", async () => {
    const rig = await rigToWitness();
    const witness = await startWitness(rig, "audit-dept");
    haveWitnesses(rig, [witness]);
    await succeed(rig, "archive");
    await witness.stop();

    for (let day = 0; day < 4; day++) {
      rig.clock.advance(DAY_MS);
      const { exit, err } = await rig.run("archive");
      expect([day, exit]).toEqual([day, 0]);
      expect(err).toContain("head not cosigned");
    }

    const { out } = await rig.run("status");
    expect(out).toContain("0 of 1 witnesses cosigned in time since 2026-11-22T12:00:00.000Z");
    const again = await startWitness(rig, "audit-dept");
    haveWitnesses(rig, [{ ...again, key: witness.key }]);
    await succeed(rig, "archive");
    expect((await rig.run("status")).out).not.toContain("cosigned in time");
  }, 60_000);

  it("is refused by its witness when its key's holder has rewritten the past, and says so (fault 93)", async () => {
    const rig = await rigToWitness();
    const witness = await startWitness(rig, "audit-dept");
    haveWitnesses(rig, [witness]);
    await succeed(rig, "archive");
    const honest = join(rig.folder, "honest");
    cpSync(rig.vault, honest, { recursive: true });
    // The holder of key and machine changes an act of the past, in the state folder and in the sink, and every head after it.
    for (const root of [rig.state, rig.vault])
      await rewriteLedger(root, {
        edit: (entry) => (entry.type === "schedule-set" ? { ...entry, keep: "1d" } : entry),
        withOldHeads: true,
      });
    rmSync(join(rig.state, "checkpoint"), { force: true });
    rmSync(join(rig.folder, "state/keys"), { recursive: true, force: true });
    for (const name of readdirSync(join(rig.folder, "state")))
      if (name.startsWith("signed-head-")) rmSync(join(rig.folder, "state", name));
    rig.clock.advance(DAY_MS);

    const { exit, err } = await rig.run("archive");

    expect([exit, err]).toEqual([65, expect.stringContaining("WITNESS_CONTRADICTED")]);
    expect(witness.events.at(-1)).toContain("REFUSED another history");
    expect((await rig.run("status")).out).toContain("witness audit-dept saw another history");
    const forged = await rig.run("verify", "--path", rig.vault, "--witness", witness.key);
    expect([forged.exit, forged.out]).toEqual([65, expect.stringContaining("(ANCHOR_WRONG)")]);
    expect(forged.out).toContain("(WITNESS_MISSING)");
    // What the witness remembers convicts the forger alone, too.
    const kept = await rig.run("verify", "--path", rig.vault, "--heads", witness.statePath);
    expect([kept.exit, kept.out]).toEqual([65, expect.stringContaining("(HEAD_CONTRADICTED)")]);
    const whole = ["verify", "--path", honest, "--witness", witness.key, "--heads", witness.statePath];
    expect((await rig.run(...whole)).exit).toBe(0);
  }, 60_000);

  it("heals a sink that lost the cosignatures of a day", async () => {
    const rig = await rigToWitness();
    const witness = await startWitness(rig, "audit-dept");
    haveWitnesses(rig, [witness]);
    await succeed(rig, "archive");
    rig.clock.advance(DAY_MS);
    await succeed(rig, "archive");
    const [name = ""] = readdirSync(join(rig.vault, "anchors")).toSorted();
    rmSync(join(rig.vault, "anchors", name));

    const { err } = await rig.run("archive");

    expect(err).toContain(`anchors/${name}`);
    expect(existsSync(join(rig.vault, "anchors", name))).toBe(true);
    expect((await rig.run("verify", "--sink", "vault", "--witness", witness.key)).exit).toBe(0);
  }, 60_000);

  it("is held by verify to as many witnesses as it promises", async () => {
    const rig = await rigToWitness();
    const [witness, other] = [await startWitness(rig, "audit-dept"), await startWitness(rig, "other")];
    await other.stop();
    haveWitnesses(rig, [witness, other]);
    await succeed(rig, "archive");

    const promised = await rig.run("verify", "--require-anchor-within", "48h");
    const one = await rig.run("verify", "--require-anchor-within", "48h", "--quorum", "1");

    expect([promised.exit, promised.out]).toEqual([65, expect.stringContaining("(WITNESS_MISSING)")]);
    expect(one.exit).toBe(0);
  }, 60_000);

  it("proves an event under the head that its witness cosigned", async () => {
    const rig = await rigToWitness();
    const [witness, other] = [await startWitness(rig, "audit-dept"), await startWitness(rig, "other")];
    haveWitnesses(rig, [witness]);
    await succeed(rig, "archive");
    const [line = ""] = (await succeed(rig, "export", "--day", "2026-11-20", "--no-act")).split("\n");
    const { Id: id } = JSON.parse(line) as { readonly Id: string };
    await succeed(rig, "prove", id, "--day", "2026-11-20", "--out", "event.tlog-proof");

    const proof = ["verify", "--proof", "event.tlog-proof"];
    const proved = await succeed(rig, ...proof, "--witness", witness.key);
    const refused = await rig.run(...proof, "--witness", witness.key, other.key);

    expect(proved).toContain("event.tlog-proof: proved;");
    expect(proved).toContain("witness audit-dept confirmed");
    expect([refused.exit, refused.err]).toEqual([
      65,
      expect.stringContaining("cosignatures of 1 of the witnesses"),
    ]);
    expect((await rig.run(...proof, "--witness", witness.key, other.key, "--quorum", "1")).exit).toBe(0);
    expect(await succeed(rig, ...proof)).toContain("consistent");
  }, 60_000);

  it("does not ask a witness again that saw another history, before somebody changes the policy", async () => {
    const rig = await rigToWitness();
    const witness = await startWitness(rig, "audit-dept");
    haveWitnesses(rig, [witness]);
    await succeed(rig, "archive");
    // Somebody shows the witness a later head of the same archive, signed by its key: a copy of it went on elsewhere.
    const copy = join(rig.folder, "copy");
    cpSync(rig.state, copy, { recursive: true });
    rig.clock.advance(DAY_MS);
    await succeed(rig, "archive");
    rmSync(rig.state, { recursive: true });
    cpSync(copy, rig.state, { recursive: true });
    rmSync(rig.vault, { recursive: true });
    for (const name of readdirSync(join(rig.folder, "state")))
      if (name.startsWith("signed-head-")) rmSync(join(rig.folder, "state", name));
    rmSync(join(rig.state, "checkpoint"), { force: true });
    rig.clock.advance(DAY_MS);

    const first = await rig.run("archive");
    const asked = witness.events.length;
    rig.clock.advance(DAY_MS);
    await rig.run("archive");

    expect(first.err).toContain("WITNESS_CONTRADICTED");
    expect(witness.events.length).toBe(asked);
  }, 60_000);

  it("finishes what a crash left between cosignature and entry", async () => {
    const rig = await rigToWitness();
    const witness = await startWitness(rig, "audit-dept");
    haveWitnesses(rig, [witness]);
    await succeed(rig, "archive");
    const left = join(rig.state, "anchors/000000999.cosig");
    writeFileSync(left, "\u2014 audit-dept AAAA\n");
    rig.clock.advance(DAY_MS);

    await succeed(rig, "archive");

    expect(existsSync(left)).toBe(false);
    expect((await rig.run("verify", "--sink", "vault")).exit).toBe(0);
  }, 60_000);
});
