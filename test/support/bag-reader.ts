import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * A reader of bags, written from RFC 8493 alone and sharing no code with Daybook: section 2.1.1 (declaration), 2.1.3 and 2.2.1
 * (manifests), 2.2.2 (bag-info.txt) and 3 (complete, valid). Returns what is wrong; nothing for a valid bag.
 */
export function bagProblems(bag: string): readonly string[] {
  const problems: string[] = [];
  const all = readdirSync(bag, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(bag, name)).isFile(),
  );
  const text = (name: string): string => (all.includes(name) ? readFileSync(join(bag, name), "utf8") : "");
  if (text("bagit.txt") !== "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    problems.push("bagit.txt: not the two lines of section 2.1.1");
  const listed = { payload: parse(text("manifest-sha256.txt")), tags: parse(text("tagmanifest-sha256.txt")) };
  if (!all.includes("manifest-sha256.txt")) problems.push("no payload manifest");
  const payload = all.filter((name) => name.startsWith("data/"));
  for (const name of payload) if (!listed.payload.has(name)) problems.push(`${name}: in no manifest`);
  for (const [name, hash] of [...listed.payload, ...listed.tags]) {
    if (!all.includes(name)) problems.push(`${name}: missing`);
    else if (sha256(join(bag, name)) !== hash) problems.push(`${name}: another hash`);
  }
  for (const name of listed.payload.keys())
    if (!name.startsWith("data/")) problems.push(`${name}: no payload`);
  problems.push(...infoProblems(bag, text("bag-info.txt"), payload));
  return problems;
}

function infoProblems(bag: string, info: string, payload: readonly string[]): readonly string[] {
  const problems: string[] = [];
  const oxum = /^Payload-Oxum: (\d+)\.(\d+)$/m.exec(info);
  const octets = payload.reduce((sum, name) => sum + statSync(join(bag, name)).size, 0);
  if (Number(oxum?.[1]) !== octets || Number(oxum?.[2]) !== payload.length)
    problems.push(`Payload-Oxum: ${oxum?.[0] ?? "none"}, counted ${octets}.${payload.length}`);
  for (const line of info.trimEnd().split("\n"))
    if (!/^(?:[^:\s][^:]*: \S|\s+\S)/.test(line)) problems.push(`bag-info.txt: ${line}`);
  return problems;
}

function parse(manifest: string): ReadonlyMap<string, string> {
  const lines = manifest.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const [, hash = "", path = ""] = /^([0-9a-f]{64}) +(.*)$/.exec(line) ?? [];
      return [path.replaceAll("%0A", "\n").replaceAll("%0D", "\r").replaceAll("%25", "%"), hash];
    }),
  );
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
