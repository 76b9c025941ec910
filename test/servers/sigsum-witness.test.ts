import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { askWitness } from "../../src/anchor/ask-witness.js";
import type { Question, Witness } from "../../src/anchor/ask-witness.js";
import { signHead } from "../../src/archive/head.js";
import { ConsistencyFinder } from "../../src/bytes/merkle-consistency.js";
import { leafHash, rootOf } from "../../src/bytes/merkle-tree.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../../src/model/note-key.js";
import { freePort } from "../support/free-port.js";
import { unpackFromSid } from "../support/sid-package.js";

// The witness of the Sigsum project, written by others (sigsum-go in Debian's unstable suite). It takes logs of Sigsum alone, whose origin is made of
// their key, so the log here has such an origin; tree, head, proof, request and cosignature are Daybook's.
const folder = mkdtempSync(join(tmpdir(), "daybook-sigsum-"));
const leaves = Array.from({ length: 79 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const logKey = SigningKey.fromPem(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "test");
const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
const origin = `sigsum.org/v1/tree/${createHash("sha256").update(raw).digest("hex")}`;
let server: ChildProcess | undefined;
let witness: Witness;

beforeAll(async () => {
  const [key, log, state] = ["witness", "log.pub", "state"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const programs = unpackFromSid("sigsum-go", folder);
  const sigsumKey = join(programs, "sigsum-key");
  execFileSync(sigsumKey, ["generate", "-o", key]);
  writeFileSync(log, `ssh-ed25519 ${sshBlob(raw)} log\n`);
  const port = await freePort();
  server = spawn(
    join(programs, "sigsum-witness"),
    ["-k", key, "--log-key", log, "--state-file", state, `127.0.0.1:${port}`],
    { stdio: "ignore" },
  );
  await untilListening(port);
  const vkey = ["to-vkey", "-n", nameOf(`${key}.pub`), "-t", "cosignature/v1", "-k", `${key}.pub`];
  const text = execFileSync(sigsumKey, vkey).toString().trim();
  const parsed = parseNoteKey(text, SIGNATURE_TYPE.witness);
  if (parsed === undefined) throw new Error(`sigsum-key printed ${text}`);
  witness = { url: `http://127.0.0.1:${port}`, key: parsed };
}, 300_000);

afterAll(() => {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** The name under which this witness signs: the hash of its key. */
function nameOf(path: string): string {
  const [, blob = ""] = readFileSync(path, "utf8").split(" ");
  return `sigsum.org/v1/witness/${createHash("sha256").update(Buffer.from(blob, "base64").subarray(-32)).digest("hex")}`;
}

/** RFC 8709 section 4. */
function sshBlob(key: Uint8Array): string {
  const parts = [Buffer.from("ssh-ed25519"), key].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return Buffer.concat(parts).toString("base64");
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.end());
    });
    if (isOpen) return;
    await pause(100);
  }
  throw new Error("sigsum-witness does not listen");
}

function question(size: number, of: readonly Uint8Array[] = leaves): Question {
  const head = { origin, size, root: rootOf(of.slice(0, size)) };
  return {
    head,
    note: signHead(head, logKey.signerFor(origin)),
    proofFrom: async (old) => {
      const finder = new ConsistencyFinder(old, size);
      for (const leaf of of.slice(0, size)) finder.add(leaf);
      return finder.proof() ?? [];
    },
  };
}

it("confirms a ledger that grows, and refuses one that was rewritten or cut back", async () => {
  const { signal } = new AbortController();
  const ask = (asked: Question, old: number): Promise<{ readonly atMs: number }> =>
    askWitness(nodeHttp, witness, asked, { old, signal });

  expect((await ask(question(40), 0)).atMs).toBeGreaterThan(0);
  // It says where it stands, and the question is asked again from there.
  expect((await ask(question(79), 12)).atMs).toBeGreaterThan(0);
  expect((await ask(question(79), 79)).atMs).toBeGreaterThan(0);

  const rewritten = leaves.with(3, leafHash(Buffer.from("another"))).concat(leafHash(Buffer.from("more")));
  await expect(ask(question(80, rewritten), 79)).rejects.toMatchObject({ code: "WITNESS_CONTRADICTED" });
  await expect(ask(question(79, rewritten), 79)).rejects.toMatchObject({ code: "WITNESS_CONTRADICTED" });
  await expect(ask(question(60), 40)).rejects.toMatchObject({ code: "WITNESS_CONTRADICTED" });
}, 60_000);
