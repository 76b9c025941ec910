import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Refusal } from "./s3-stand-in-bucket.js";
import type { Content } from "./s3-stand-in-bucket.js";

const KEPT_HEADERS = ["x-amz-server-side-encryption", "x-amz-storage-class", "x-amz-meta-sha256"];

/** Spools a body to disk and checks all hashes that were sent with it. Nothing stays of one that broke off. */
export async function receive(request: IncomingMessage, folder: string, verifies: boolean): Promise<Content> {
  const file = join(folder, randomUUID());
  const [sha256, md5] = [createHash("sha256"), createHash("md5")];
  let bytes = 0;
  try {
    await pipeline(
      request,
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          sha256.update(piece);
          md5.update(piece);
          bytes += piece.length;
          yield piece;
        }
      },
      createWriteStream(file),
    );
    const digest = sha256.digest();
    const checksum = checksumOf(request, digest, verifies);
    return { file, bytes, etag: md5.digest("hex"), checksum, ...aboutObject(request) };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** The headers that stay with an object, and its lock. */
export function aboutObject(request: IncomingMessage): Pick<Content, "headers" | "retention"> {
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = header(request, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const mode = header(request, "x-amz-object-lock-mode");
  const untilMs = Date.parse(header(request, "x-amz-object-lock-retain-until-date") ?? "");
  return { headers, ...(mode === undefined ? {} : { retention: { mode, untilMs } }) };
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** The parts as one body on disk, with the checksum of their checksums. */
export async function joined(
  parts: readonly Content[],
  folder: string,
): Promise<Pick<Content, "file" | "bytes" | "etag" | "checksum">> {
  const file = join(folder, randomUUID());
  await pipeline(async function* () {
    for (const part of parts) yield* createReadStream(part.file);
  }, createWriteStream(file));
  await Promise.all(parts.map((part) => rm(part.file)));
  const hashes = parts.map((part) => Buffer.from(part.checksum ?? "", "base64"));
  const whole = createHash("sha256").update(Buffer.concat(hashes)).digest("base64");
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return { file, bytes, etag: `parts-${parts.length}`, checksum: `${whole}-${parts.length}` };
}

function checksumOf(request: IncomingMessage, digest: Buffer, verifies: boolean): string | undefined {
  const signed = header(request, "x-amz-content-sha256");
  if (/^[0-9a-f]{64}$/.test(signed ?? "") && signed !== digest.toString("hex")) {
    throw new Refusal(400, "XAmzContentSHA256Mismatch");
  }
  const given = header(request, "x-amz-checksum-sha256");
  // As Ceph: without the algorithm the value counts for nothing.
  if (given === undefined || header(request, "x-amz-sdk-checksum-algorithm") !== "SHA256") return undefined;
  if (verifies && given !== digest.toString("base64")) throw new Refusal(400, "BadDigest");
  return given;
}
