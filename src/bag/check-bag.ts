import { LIMITS } from "../archive/layout.js";
import { guard, readExpected } from "../audit/audit.js";
import type { Audit } from "../audit/audit.js";
import { Tally } from "../io/tally.js";
import {
  BAG_INFO,
  DECLARATION,
  MANIFEST,
  PAYLOAD,
  TAG_MANIFEST,
  manifestLines,
  tagValue,
} from "./bag-form.js";

const DECLARATION_FORM = /^BagIt-Version: 1\.0\r?\nTag-File-Character-Encoding: UTF-8(?:\r?\n)?$/;

/**
 * Checks a bag by RFC 8493: its declaration, that its manifests name every file and no other, and their hashes unless only names are
 * wanted. `audit.reader` reads the bag's folder.
 */
export async function checkBag(audit: Audit, isHashed: boolean): Promise<void> {
  const declared = await textOf(audit, DECLARATION);
  if (declared !== undefined && !DECLARATION_FORM.test(declared))
    malformed(audit, DECLARATION, JSON.stringify(declared.slice(0, 100)), "BagIt-Version: 1.0 in UTF-8");
  const payload = await namedIn(audit, MANIFEST);
  const tags = await namedIn(audit, TAG_MANIFEST);
  let [octets, streams] = [0, 0];
  for (const [path, sha256] of [...payload, ...tags]) {
    const bytes = await checkFile(audit, path, isHashed ? sha256 : undefined);
    if (!path.startsWith(PAYLOAD) || bytes === undefined) continue;
    octets += bytes;
    streams += 1;
  }
  await checkOxum(audit, `${octets}.${streams}`);
  for await (const path of audit.reader.list("", audit.signal))
    if (path !== TAG_MANIFEST && !payload.has(path) && !tags.has(path))
      audit.found.add("FILE_FOREIGN", {
        subject: path,
        found: "a file",
        expected: "one that a manifest names",
      });
}

/** Path → SHA-256. */
async function namedIn(audit: Audit, name: string): Promise<ReadonlyMap<string, string>> {
  const text = await textOf(audit, name);
  const named = new Map<string, string>();
  for (const [index, line] of manifestLines(text ?? "").entries()) {
    const isInPlace = line !== undefined && line.path.startsWith(PAYLOAD) === (name === MANIFEST);
    if (!isInPlace || named.has(line.path) || line.path === TAG_MANIFEST)
      malformed(
        audit,
        name,
        `line ${index + 1}: ${line?.path ?? "no hash and path"}`,
        "each file once, in its manifest",
      );
    else named.set(line.path, line.sha256);
  }
  return named;
}

/** The bytes of the file; undefined after a finding that it cannot be read. */
async function checkFile(
  audit: Audit,
  path: string,
  sha256: string | undefined,
): Promise<number | undefined> {
  const { reader, signal, found } = audit;
  return guard(audit, path, undefined, async () => {
    const stat = await reader.stat(path, signal);
    if (stat === undefined) {
      found.add("FILE_MISSING", { subject: path, found: "nothing", expected: "a file" });
      return undefined;
    }
    if (sha256 === undefined) return stat.bytes;
    const tally = new Tally();
    for await (const piece of tally.of(await reader.get(path, signal))) void piece;
    found.expect("FILE_HASH", { subject: path, found: tally.sha256(), expected: sha256 });
    return tally.bytes;
  });
}

async function checkOxum(audit: Audit, counted: string): Promise<void> {
  const text = await textOf(audit, BAG_INFO);
  if (text === undefined) return;
  const said = tagValue(text, "Payload-Oxum") ?? "none";
  if (said !== counted) malformed(audit, BAG_INFO, `Payload-Oxum ${said}`, counted);
}

async function textOf(audit: Audit, path: string): Promise<string | undefined> {
  const bytes = await readExpected(audit, path, LIMITS.manifest);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function malformed(audit: Audit, subject: string, found: string, expected: string): void {
  audit.found.add("BAG_FORM", { subject, found, expected });
}
