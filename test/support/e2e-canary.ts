import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";

/** The ways in which a secret may be written. */
function formsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ v: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
  ];
}

/** Which of the secrets stand in a text, by number: the texts of a failing test must not hold them either. */
export function secretsIn(text: string, secrets: readonly string[]): readonly number[] {
  return secrets.flatMap((secret, index) =>
    formsOf(secret).some((form) => text.includes(form)) ? [index] : [],
  );
}

/** Every file below a folder in which a secret stands, as it is or once unpacked: `path: secret 0`. */
export function filesWith(folder: string, secrets: readonly string[]): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return secretsIn(`${path} ${contentOf(path)}`, secrets).map(
        (index) => `${relative(folder, path)}: secret ${index}`,
      );
    });
}

function contentOf(path: string): string {
  const bytes = readFileSync(path);
  const raw = bytes.toString("latin1");
  if (path.endsWith(".zst")) return raw + zstdDecompressSync(bytes).toString("latin1");
  if (path.endsWith(".gz")) return raw + gunzipSync(bytes).toString("latin1");
  return raw;
}
