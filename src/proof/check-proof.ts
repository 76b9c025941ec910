import { openHead, originOf } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { ArchiveKeys, givenKeys } from "../archive/keys.js";
import { parseManifest } from "../archive/manifest-parser.js";
import { recordsOf } from "../archive/sealed-package.js";
import { leafHash, rootByPath } from "../bytes/merkle-tree.js";
import { parseEntry } from "../ledger/entry-format.js";
import { isDaybookError } from "../model/errors.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import type { Manifest } from "../model/manifest.js";
import { sha256Hex } from "../model/sha256.js";
import { invalid } from "./proof-form.js";
import type { EventProof } from "./proof-form.js";

/** What a proof proves. */
export interface ProvedEvent {
  readonly archiveId: string;
  readonly manifest: Manifest;
  /** When the revision was sealed, by the writer's clock. */
  readonly sealedAt: string;
  readonly head: Head;
  /** The keys on which it rests, PEM by key id. */
  readonly keys: ReadonlyMap<string, string>;
}

type Sealed = Extract<LedgerEntry, { readonly type: "day-sealed" }>;

/**
 * Follows a proof from the line to the head. Nothing is parsed before a hash that leads to the signed head vouches for it.
 * With `trusted`, PEM texts, only these keys may have signed; the proof's own keys otherwise, for which somebody must vouch.
 * PROOF_INVALID where it does not hold; KEY_NOT_FOUND when a trusted key is no Ed25519 public key.
 */
export function checkProof(proof: EventProof, trusted: readonly string[]): ProvedEvent {
  const origin = proof.head.slice(0, proof.head.indexOf("\n"));
  const archiveId = /^daybook\/(\S+)$/.exec(origin)?.[1];
  if (archiveId === undefined || originOf(archiveId) !== origin)
    throw invalid("head", JSON.stringify(origin), "daybook/<archive id>");
  const pems = trusted.length === 0 ? proof.keys : givenKeys(trusted, origin);
  const keys = orInvalid(() => new ArchiveKeys(origin, pems));
  const head = orInvalid(() => openHead(Buffer.from(proof.head), "head", origin, keys));
  const entry = entryOf(proof, head);
  const manifest = manifestOf(proof, entry, keys);
  if (manifest.archive_id !== archiveId)
    throw invalid("manifest", `archive ${manifest.archive_id}`, `archive ${archiveId}`);
  const leaf = leafHash(Buffer.from(proof.line));
  const root = rootByPath(leaf, proof.lineIndex, recordsOf(manifest), proof.linePath);
  if (root !== Buffer.from(manifest.lines_root, "hex").toString("base64"))
    throw invalid("line", "another root", `lines_root ${manifest.lines_root} of the manifest`);
  return { archiveId, manifest, sealedAt: entry.time, head, keys: pems };
}

function entryOf(proof: EventProof, head: Head): Sealed {
  const { entryIndex: seq } = proof;
  const bytes = Buffer.from(proof.entry);
  const root = rootByPath(leafHash(bytes), seq, head.size, proof.entryPath);
  if (root !== head.root) throw invalid(`entry ${seq}`, "another root", `root ${head.root} of the head`);
  const entry = orInvalid(() => parseEntry(bytes, `entry ${seq}`));
  if (entry.type !== "day-sealed" || entry.seq !== seq)
    throw invalid(`entry ${seq}`, `${entry.type} ${entry.seq}`, `day-sealed ${seq}`);
  return entry;
}

function manifestOf(proof: EventProof, entry: Sealed, keys: ArchiveKeys): Manifest {
  const bytes = Buffer.from(proof.manifest);
  const sha256 = sha256Hex(bytes);
  if (sha256 !== entry.manifest_sha256) throw invalid("manifest", sha256, entry.manifest_sha256);
  const manifest = parseManifest(bytes);
  if ("broken" in manifest) throw invalid("manifest", manifest.broken, "a manifest of daybook/1");
  if (manifest.day !== entry.day || manifest.revision !== entry.revision)
    throw invalid(
      "manifest",
      `${manifest.day} revision ${manifest.revision}`,
      `${entry.day} revision ${entry.revision}`,
    );
  if (!keys.verify(manifest.key_id, bytes, proof.manifestSignature))
    throw invalid("manifest", "no valid signature", `one by key ${manifest.key_id}`);
  return manifest;
}

/** What is not of the format makes no proof. */
function orInvalid<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isDaybookError(error)) throw error;
    throw invalid("proof", error.message, "what docs/FORMAT.md specifies");
  }
}
