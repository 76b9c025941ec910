// @ts-check
import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import { DaybookError, abortable, defineSink, secretRef, z } from "daybook/plugin";
import { Session } from "./session.js";

/** @import { Batch, Host, Receipt, RemovalReceipt, Sink, UtcDay } from "daybook/plugin" */

const options = z.strictObject({
  host: z.string().meta({ description: "The SFTP server", examples: ["sftp.example.com"] }),
  port: z.int().min(1).max(65_535).default(22).meta({ description: "Its port" }),
  username: z.string().meta({ description: "Who signs in", examples: ["daybook"] }),
  privateKey: secretRef.meta({
    description: "The private key, in OpenSSH's form and without a passphrase",
    examples: [{ file: "/etc/daybook/sftp.key" }],
  }),
  hostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, { error: "must be SHA256: and 43 characters of base64" })
    .meta({
      description:
        "The fingerprint of the server's key, as ssh-keygen -l prints it; no other server is talked to",
      examples: ["SHA256:jYQ4uHkXyTg0hPzY1bq2v9m3S5n7d8f6a0c1e2r3t4U"],
    }),
  path: z
    .string()
    .startsWith("/")
    .meta({
      description: "A folder on the server; each tenant gets one in it",
      examples: ["/upload/powerbi"],
    }),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(50)
    .default(20)
    .meta({ description: "How long the server may take to answer a connection" }),
});

/**
 * Each day is one file, `<path>/<tenant>/<day>.ndjson`: a first line with revision, manifest and number of records, then the
 * record lines as archived. A day is uploaded under another name, synced, and renamed over the old one.
 *
 * @implements {Sink}
 */
class SftpSink {
  #options;
  #host;
  #folder;

  /**
   * @param {z.output<typeof options>} settings
   * @param {Host} host
   */
  constructor(settings, host) {
    this.#options = settings;
    this.#host = host;
    this.#folder = posix.join(settings.path, host.tenant);
  }

  /** @param {AbortSignal} signal */
  async check(signal) {
    await using session = await this.#session(signal);
    await session.makeFolder(this.#folder);
    const probe = posix.join(this.#folder, `${randomUUID()}.probe`);
    await session.write(probe, once(new Uint8Array(1)));
    await session.remove(probe);
  }

  /**
   * Signs in and looks for the folder. Whether it may be written, SFTP tells by a write alone.
   *
   * @param {AbortSignal} signal
   */
  async look(signal) {
    await using session = await this.#session(signal);
    const nearest = await session.nearestFolder(this.#folder);
    return nearest === this.#folder ? undefined : `${this.#folder} will be made in ${nearest}`;
  }

  /**
   * @param {Batch} batch
   * @param {AbortSignal} signal
   * @returns {Promise<Receipt>}
   */
  async write(batch, signal) {
    await using session = await this.#session(signal);
    const path = this.#path(batch.day);
    await refuseConflict(session, path, batch);
    await session.makeFolder(this.#folder);
    const unfinished = `${path}.${randomUUID()}.unfinished`;
    try {
      await session.write(unfinished, contentOf(batch, signal));
      await session.replace(unfinished, path);
    } catch (error) {
      // Best effort: the connection may be what failed. Nobody reads a file with this name.
      await session.remove(unfinished).catch(() => {});
      throw error;
    }
    return { records: batch.records, location: `sftp://${this.#options.host}${path}` };
  }

  /**
   * @param {UtcDay} day
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<string>}
   */
  async *read(day, signal) {
    await using session = await this.#session(signal);
    const path = this.#path(day);
    if ((await session.exists(path)) === false) throw notFound(day);
    let expected = -1;
    let found = 0;
    for await (const line of session.lines(path)) {
      if (expected === -1) {
        expected = headOf(line).records;
        continue;
      }
      found += 1;
      yield line;
    }
    // A file that was cut between two lines.
    if (found !== expected) throw mismatch(day, expected, found);
  }

  /**
   * @param {UtcDay} day
   * @param {AbortSignal} signal
   * @returns {Promise<RemovalReceipt>}
   */
  async remove(day, signal) {
    await using session = await this.#session(signal);
    const path = this.#path(day);
    if ((await session.exists(path)) === false) throw notFound(day);
    await session.remove(path);
    return { removed: 1 };
  }

  /** No connection outlives its operation. */
  async close() {}

  /** @param {UtcDay} day */
  #path(day) {
    return posix.join(this.#folder, `${day}.ndjson`);
  }

  /** @param {AbortSignal} signal */
  async #session(signal) {
    const { host, port, username, hostKey, timeoutSeconds } = this.#options;
    // Read for each connection, so that a rotated key needs no restart. A text file's last newline belongs to its format.
    const privateKey = `${await this.#host.secret(this.#options.privateKey)}\n`;
    const timeoutMs = timeoutSeconds * 1000;
    return await Session.open({ host, port, username, privateKey, hostKey, timeoutMs }, signal);
  }
}

/**
 * @param {Session} session
 * @param {string} path
 * @param {Batch} batch
 */
async function refuseConflict(session, path, { day, revision, manifestSha256 }) {
  if ((await session.exists(path)) === false) return;
  for await (const line of session.lines(path)) {
    const held = headOf(line);
    const isSame = held.revision === revision && held.manifestSha256 === manifestSha256;
    if (isSame || held.revision < revision) return;
    throw new DaybookError("SINK_CONFLICT", {
      message: `${day}: expected an older revision than ${revision}, found ${held.revision}`,
    });
  }
}

/**
 * @param {Batch} batch
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* contentOf(batch, signal) {
  const { day, revision, manifestSha256, records } = batch;
  yield Buffer.from(`${JSON.stringify({ revision, manifestSha256, records })}\n`);
  let found = 0;
  for await (const block of abortable(batch.blocks(), signal)) {
    for (const byte of block) if (byte === 10) found += 1;
    // A copy: the block is good until the next is requested, and the upload is behind.
    yield Buffer.from(block);
  }
  if (found !== records) throw mismatch(day, records, found);
}

/** @param {Uint8Array} bytes */
async function* once(bytes) {
  yield bytes;
}

/**
 * @param {string} line the first of a file
 * @returns {{ revision: number, manifestSha256: string, records: number }}
 */
function headOf(line) {
  return JSON.parse(line);
}

/** @param {UtcDay} day */
function notFound(day) {
  return new DaybookError("SINK_NOT_FOUND", { message: `${day}: expected a file, found none` });
}

/**
 * @param {UtcDay} day
 * @param {number} expected
 * @param {number} found
 */
function mismatch(day, expected, found) {
  return new DaybookError("SINK_MISMATCH", { message: `${day}: expected ${expected} lines, found ${found}` });
}

export default defineSink({
  name: "sftp",
  apiVersion: 1,
  options,
  open: (settings, host) => new SftpSink(settings, host),
});
