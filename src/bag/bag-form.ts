/** The names and lines of BagIt 1.0 (RFC 8493). */
export const DECLARATION = "bagit.txt";
export const DECLARED = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
export const BAG_INFO = "bag-info.txt";
export const MANIFEST = "manifest-sha256.txt";
export const TAG_MANIFEST = "tagmanifest-sha256.txt";
export const PAYLOAD = "data/";

/** Where an archive's files lie in a bag. */
export const ARCHIVE_PART = "data/archive/";
export const SELECTED_PART = "data/selected/";
export const TRANSMITTAL = "data/transmittal.json";

const ESCAPES: Readonly<Record<string, string>> = { "%": "%25", "\r": "%0D", "\n": "%0A" };

/** A path as a manifest has it (RFC 8493, 2.1.3). */
export function escapedPath(path: string): string {
  return path.replaceAll(/[%\r\n]/g, (character) => ESCAPES[character] ?? "");
}

function unescapedPath(path: string): string {
  return path.replaceAll(/%(25|0D|0A)/gi, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** A line of a manifest: a hash and a path. */
export interface ManifestLine {
  readonly sha256: string;
  readonly path: string;
}

/** The lines of a manifest; undefined for a line of another form. */
export function manifestLines(text: string): readonly (ManifestLine | undefined)[] {
  return text
    .split(/\r\n|[\r\n]/)
    .filter((line) => line !== "")
    .map((line) => {
      const [, sha256 = "", path = ""] = /^([0-9A-Fa-f]{64})[ \t]+\*?(.+)$/.exec(line) ?? [];
      return path === "" ? undefined : { sha256: sha256.toLowerCase(), path: unescapedPath(path) };
    });
}

/** The tags of `bag-info.txt`, each a line. A value never has a line end: it would begin another tag. */
export function tagLines(tags: readonly (readonly [string, string])[]): string {
  return tags.map(([label, value]) => `${label}: ${value.replaceAll(/[\r\n]+/g, " ")}\n`).join("");
}

/** The value of a tag; undefined where it is not there once. */
export function tagValue(text: string, label: string): string | undefined {
  const values = text
    .split(/\r\n|[\r\n]/)
    .flatMap((line) => (line.startsWith(`${label}:`) ? [line.slice(label.length + 1).trim()] : []));
  return values.length === 1 ? values[0] : undefined;
}
