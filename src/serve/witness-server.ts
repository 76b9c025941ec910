import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { MAX_ADD_CHECKPOINT_BYTES } from "../anchor/add-checkpoint.js";
import type { Witness, WitnessAnswer } from "../anchor/witness.js";
import { messageOf } from "../model/errors.js";
import { closeNow, listenOn } from "./listen.js";
import type { ListenAddress } from "./listen.js";

export interface WitnessServerParts {
  readonly witness: Pick<Witness, "add">;
  /** The public key, which `GET /` shows. */
  readonly publicText: string;
  /** One line for each head that was cosigned or refused, and for each fault. */
  readonly note: (line: string) => void;
}

const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};
const MAX_CONNECTIONS = 64;

/** Serves `add-checkpoint` of https://c2sp.org/tlog-witness. */
export class WitnessServer {
  readonly #parts: WitnessServerParts;
  readonly #server: Server;

  constructor(parts: WitnessServerParts) {
    this.#parts = parts;
    this.#server = createServer(LIMITS, (request, response) => void this.#answer(request, response));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Resolves with the port; SERVE_FAILED when it cannot listen on the address. */
  start(address: ListenAddress): Promise<number> {
    return listenOn(this.#server, address, "--listen");
  }

  close(): Promise<void> {
    return closeNow(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, type, body } = await this.#answerTo(request);
      response.writeHead(status, { "content-type": type }).end(body);
    } catch (error) {
      this.#parts.note(`failed: ${messageOf(error)}`);
      response.writeHead(500).end();
    }
  }

  async #answerTo(
    request: IncomingMessage,
  ): Promise<Omit<WitnessAnswer, "status" | "type"> & { readonly status: number; readonly type: string }> {
    const type = "text/plain; charset=utf-8";
    if (request.method === "GET" && request.url === "/")
      return { status: 200, type, body: `${this.#parts.publicText}\n` };
    if (request.method !== "POST" || request.url?.endsWith("/add-checkpoint") !== true)
      return { status: 404, type, body: "POST add-checkpoint\n" };
    const bytes = await bodyOf(request);
    if (bytes === undefined) return { status: 413, type, body: "too large\n" };
    const answer = await this.#parts.witness.add(bytes);
    if (answer.event !== undefined) this.#parts.note(answer.event);
    return answer;
  }
}

/** Undefined when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_ADD_CHECKPOINT_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
