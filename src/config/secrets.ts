import { join } from "node:path";
import type { Files, FileStat } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { MIN_SECRET_LENGTH, shortPart } from "./redactor.js";
import type { Redactor } from "./redactor.js";
import type { SecretRef } from "./schema.js";

const MAX_BYTES = 1 << 20;

// Permission bits that must be off.
const OPEN_TO_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
// Two kinds of file may be read by their group: a systemd credential, whose access list for the service's user shows so, and
// one of root's, who alone can have given that right (https://www.postgresql.org/docs/current/ssl-tcp.html has the same rule).
const OPEN_BEYOND_GROUP_READING = 0o027;

interface ReadFile {
  readonly stamp: string;
  readonly bytes: Uint8Array;
}

interface SecretFile {
  readonly path: string;
  readonly where: string;
  readonly forbiddenMode: number;
}

/**
 * Reads secrets where the configuration says they are. A file is read again when it has changed, so that a rotated secret
 * is used without a restart (fault 46). Throws SECRET_UNREADABLE, or SECRET_EXPOSED when others may read the file (fault
 * 85); neither ever shows the value.
 */
export class SecretSource {
  readonly #read = new Map<string, ReadFile>();

  constructor(
    private readonly files: Files,
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly redactor: Redactor,
  ) {}

  /** A secret text of 8 characters at least, without one newline at its end; the redactor knows it from now on. */
  async text(ref: SecretRef): Promise<string> {
    const bytes = await this.#bytes(ref, OPEN_TO_OTHERS);
    const value = decoded(bytes, whereOf(ref)).replace(/\r?\n$/, "");
    if (value === "") throw unreadable(whereOf(ref), "it is empty");
    const short = shortPart(value);
    if (short !== undefined) throw tooShort(whereOf(ref), short);
    this.redactor.add(value);
    return value;
  }

  /** What lies beside secrets and is none, such as a certificate: others may read it, but not write it. */
  async publicText(ref: SecretRef): Promise<string> {
    const value = decoded(await this.#bytes(ref, WRITABLE_BY_OTHERS), whereOf(ref));
    if (value === "") throw unreadable(whereOf(ref), "it is empty");
    // One PEM file often holds certificate and key: then it is a secret after all.
    return value.includes("PRIVATE KEY-----") ? this.text(ref) : value;
  }

  async #bytes(ref: SecretRef, forbiddenMode: number): Promise<Uint8Array> {
    const where = whereOf(ref);
    if ("file" in ref) return this.#readFile({ path: ref.file, where, forbiddenMode });
    if ("env" in ref) return new TextEncoder().encode(this.env[ref.env] ?? missing(where, "it is not set"));
    const folder = this.env["CREDENTIALS_DIRECTORY"] ?? missing(where, "$CREDENTIALS_DIRECTORY is not set");
    return this.#readFile({
      path: join(folder, ref.credential),
      where,
      forbiddenMode: OPEN_BEYOND_GROUP_READING,
    });
  }

  async #readFile({ path, where, forbiddenMode }: SecretFile): Promise<Uint8Array> {
    const stat = await this.files.target(path);
    if (stat === undefined) throw unreadable(where, "there is no such file");
    // A pipe would wait for a writer, and nothing could stop that.
    if (stat.kind !== "file") throw unreadable(where, "it is no file");
    if (isExposed(stat, forbiddenMode)) throw exposed(path, stat.mode, forbiddenMode);
    const stamp = `${stat.modifiedMs} ${stat.bytes}`;
    const known = this.#read.get(path);
    if (known?.stamp === stamp) return known.bytes;
    const bytes = await this.files.read(path, MAX_BYTES).catch((error: unknown) => {
      throw unreadable(where, isDaybookError(error) ? error.message : "it cannot be read", error);
    });
    this.#read.set(path, { stamp, bytes });
    return bytes;
  }
}

/** `file /etc/daybook/x`, for messages: where the secret is, which is none itself. */
function whereOf(ref: SecretRef): string {
  if ("file" in ref) return `file ${ref.file}`;
  return "env" in ref ? `variable ${ref.env}` : `credential ${ref.credential}`;
}

function decoded(bytes: Uint8Array, where: string): string {
  if (isDer(bytes)) throw binary(where);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Without cause: the decoder's error may hold the bytes.
    throw unreadable(where, "it is not UTF-8 text");
  }
}

/** A sequence with a length of two bytes or more: what a PKCS#12 file, a DER certificate or a DER key starts with. */
function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && (bytes[1] ?? 0) > 0x80;
}

function binary(where: string): DaybookError {
  return new DaybookError("SECRET_UNREADABLE", {
    message: `secret in ${where}: found a PKCS#12 or DER file, expected PEM`,
    hint: "make PEM of it with `openssl pkcs12 -in x.pfx -out x.pem -nodes`, and name that file for certificate and privateKey",
  });
}

/** Says nothing of what was found: of a short secret, its length is a part. */
function tooShort(where: string, what: string): DaybookError {
  return new DaybookError("SECRET_UNREADABLE", {
    message: `secret in ${where}: expected at least ${MIN_SECRET_LENGTH} characters, and ${what} has fewer`,
    hint: "set a longer one: a short one cannot be kept out of logs and messages without spoiling their words",
  });
}

function missing(where: string, found: string): never {
  throw unreadable(where, found);
}

function unreadable(where: string, found: string, cause?: unknown): DaybookError {
  return new DaybookError("SECRET_UNREADABLE", {
    message: `secret in ${where}: ${found}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function isExposed({ mode, uid }: FileStat, forbiddenMode: number): boolean {
  const isRoots = uid === 0 && forbiddenMode === OPEN_TO_OTHERS;
  return (mode & (isRoots ? OPEN_BEYOND_GROUP_READING : forbiddenMode)) !== 0;
}

function exposed(path: string, mode: number, forbidden: number): DaybookError {
  const isPublic = forbidden === WRITABLE_BY_OTHERS;
  return new DaybookError("SECRET_EXPOSED", {
    message: `${path}: mode: found ${mode.toString(8)}, expected no ${isPublic ? "writing" : "access"} by group or others`,
    hint: isPublic
      ? `chmod go-w ${path}`
      : `chmod 600 ${path}; or give it to root and a group of the service's own, mode 640`,
  });
}
