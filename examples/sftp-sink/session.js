// @ts-check
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import SftpClient from "ssh2-sftp-client";
import { DaybookError, isDaybookError } from "daybook/plugin";

/**
 * @typedef {object} Server
 * @property {string} host
 * @property {number} port
 * @property {string} username
 * @property {string} privateKey
 * @property {string} hostKey the fingerprint of the server's key, `SHA256:` and base64
 * @property {number} timeoutMs how long the server may take to answer the connection
 */

// Without these the package writes to the console. A lost connection is an error of the operation that waits for it.
const QUIET = { error: () => {}, end: () => {}, close: () => {} };

// What an operator must mend. 2 and 3 are NO_SUCH_FILE and PERMISSION_DENIED of draft-ietf-secsh-filexfer-02, section 7;
// the texts are the package's own.
/** @type {readonly (string | number)[]} */
const REFUSALS = [2, 3, "ENOENT", "ENOTDIR", "EACCES", "ERR_BAD_PATH"];

/** One connection, for one operation: a rotated key is used at once, and no idle connection has to be watched. */
export class Session {
  // Its type does not tell of the connection below it.
  #client = /** @type {SftpClient & { client: import("ssh2").Client, sftp: import("ssh2").SFTPWrapper }} */ (
    new SftpClient("daybook", QUIET)
  );
  #lost = Promise.withResolvers();
  /** @type {AbortSignal} */
  #signal;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#signal = signal;
    // It is awaited in `#until`; between two operations nobody does.
    this.#lost.promise.catch(() => {});
    this.#client.on("close", () => this.#lost.reject(new Error("the server closed the connection")));
    signal.addEventListener("abort", this.#stop, { once: true });
  }

  /**
   * SINK_UNAVAILABLE where nothing answers, SINK_REFUSED for a wrong key of either side.
   *
   * @param {Server} server
   * @param {AbortSignal} signal
   */
  static async open({ host, port, username, privateKey, hostKey, timeoutMs }, signal) {
    signal.throwIfAborted();
    const session = new Session(signal);
    const hostVerifier = (/** @type {Buffer} */ key) => fingerprintOf(key) === hostKey;
    try {
      await session.#until(
        session.#client.connect({ host, port, username, privateKey, hostVerifier, readyTimeout: timeoutMs }),
      );
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose]() {
    this.#signal.removeEventListener("abort", this.#stop);
    this.#client.client.end();
  }

  /**
   * Makes the folder and those above it; one that is there is fine, also when another connection makes it now.
   *
   * @param {string} path
   * @returns {Promise<void>}
   */
  async makeFolder(path) {
    if ((await this.exists(path)) === "d") return;
    if (path !== "/") await this.makeFolder(posix.dirname(path));
    try {
      await this.#until(this.#client.mkdir(path));
    } catch (error) {
      if ((await this.exists(path)) !== "d") throw error;
    }
  }

  /**
   * The folder itself, or the nearest one above it that is there. SINK_REFUSED where something else is in its place.
   *
   * @param {string} path
   * @returns {Promise<string>}
   */
  async nearestFolder(path) {
    const found = await this.exists(path);
    if (found === "d") return path;
    if (found === false && path !== "/") return await this.nearestFolder(posix.dirname(path));
    throw new DaybookError("SINK_REFUSED", { message: `${path}: expected a folder, found something else` });
  }

  /**
   * False, or its kind: `d` for a folder, `-` for a file, `l` for a link.
   *
   * @param {string} path
   */
  async exists(path) {
    return await this.#until(this.#client.exists(path));
  }

  /**
   * A new file, on the server's disk when this returns.
   *
   * @param {string} path
   * @param {AsyncIterable<Uint8Array>} content
   */
  async write(path, content) {
    /** @type {unknown} */
    let failure;
    const watched = async function* () {
      try {
        yield* content;
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    await this.#until(this.#client.put(Readable.from(watched(), { objectMode: false }), path)).catch(
      (error) => {
        // The content's own error says more than the package makes of it.
        throw failure ?? error;
      },
    );
    const sftp = this.#client.sftp;
    const handle = await this.#until(promisify(sftp.open.bind(sftp))(path, "r+"));
    await this.#until(promisify(sftp.ext_openssh_fsync.bind(sftp))(handle));
    await this.#until(promisify(sftp.close.bind(sftp))(handle));
  }

  /**
   * In one step, over a file that is there: a reader sees the old one or the new one.
   *
   * @param {string} from
   * @param {string} to
   */
  async replace(from, to) {
    await this.#until(this.#client.posixRename(from, to));
  }

  /** @param {string} path */
  async remove(path) {
    await this.#until(this.#client.delete(path));
  }

  /**
   * The lines of a file. SINK_MISMATCH when the last one has no end.
   *
   * @param {string} path
   */
  async *lines(path) {
    /** @type {Buffer[]} */
    let begun = [];
    const stream = this.#client.createReadStream(path);
    // A reader that leaves early also leaves requests that nobody waits for.
    stream.on("error", () => {});
    try {
      // Not readline: it also ends a line at U+2028, which is part of some events.
      for await (const piece of stream) {
        let start = 0;
        for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
          this.#signal.throwIfAborted();
          yield Buffer.concat([...begun, piece.subarray(start, end)]).toString();
          begun = [];
          start = end + 1;
        }
        if (start < piece.length) begun.push(piece.subarray(start));
      }
    } catch (error) {
      throw this.#named(error);
    } finally {
      stream.destroy();
    }
    if (begun.length > 0) {
      throw new DaybookError("SINK_MISMATCH", {
        message: `${path}: expected whole lines, found one without an end`,
      });
    }
  }

  #stop = () => {
    this.#lost.reject(this.#signal.reason);
    this.#client.client.destroy();
  };

  /**
   * The result, or the loss of the connection: the package's own promises may stay open then.
   *
   * @template T
   * @param {Promise<T>} result
   * @returns {Promise<T>}
   */
  async #until(result) {
    try {
      return await Promise.race([result, this.#lost.promise]);
    } catch (error) {
      throw this.#named(error);
    }
  }

  /** @param {unknown} error */
  #named(error) {
    if (this.#signal.aborted) return this.#signal.reason;
    return isDaybookError(error) ? error : named(error);
  }
}

/** @param {Buffer} key as the server sent it */
function fingerprintOf(key) {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** @param {unknown} error of ssh2-sftp-client: a number is a status of SFTP, a text a code of Node.js */
function named(error) {
  const { message = String(error), code = "" } = /** @type {{ message?: string, code?: string | number }} */ (
    error
  );
  if (/verification failed/.test(message)) {
    return new DaybookError("SINK_REFUSED", {
      message: "host key: expected the fingerprint of the option hostKey, found another one",
      hint: "compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the server",
    });
  }
  const isRefused =
    /authentication methods failed|Cannot parse privateKey/.test(message) || REFUSALS.includes(code);
  return new DaybookError(isRefused ? "SINK_REFUSED" : "SINK_UNAVAILABLE", {
    message: `sftp: expected success, found ${message}`,
    cause: error,
  });
}
