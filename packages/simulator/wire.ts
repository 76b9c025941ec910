import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { JSON_TYPE } from "./answers.js";
import type { Answer, FaultAnswer } from "./faults.js";

const compress = promisify(gzip);

/** Sends an answer whole, with its length. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const length = answer.body.reduce((sum, part) => sum + part.length, 0);
  response.writeHead(answer.status, { ...answer.headers, "content-length": String(length) });
  response.cork();
  for (const part of answer.body) response.write(part);
  response.uncork();
  response.end();
}

/** The same answer compressed, with the header that says so. Level 1: the simulator must not be what is measured. */
export async function gzipAnswer(answer: Answer): Promise<Answer> {
  const body = await compress(Buffer.concat(answer.body), { level: 1 });
  return { ...answer, headers: { ...answer.headers, "content-encoding": "gzip" }, body: [body] };
}

/** What a fault puts in the place of the tenant's own answer. */
export async function faultyAnswer(fault: FaultAnswer, own: () => Promise<Answer>): Promise<Answer> {
  const isOwn = fault.status === undefined && fault.body === undefined && !isResetAtOnce(fault);
  const answer = isOwn ? await own() : { status: 200, headers: { "content-type": JSON_TYPE }, body: [] };
  const body = fault.body === undefined ? answer.body : [Buffer.from(fault.body)];
  const headers = Object.entries({ ...answer.headers, ...fault.headers });
  return {
    status: fault.status ?? answer.status,
    headers: Object.fromEntries(headers.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    body,
  };
}

/** Sends an answer as the fault says, in real time: slow, short, dripping or not at all. */
export async function sendFaulty(
  response: ServerResponse,
  answer: Answer,
  fault: FaultAnswer,
): Promise<void> {
  const signal = closeSignal(response);
  if (fault.delayMs !== undefined) await wait(fault.delayMs, undefined, { signal });
  if (isResetAtOnce(fault)) return void response.socket?.resetAndDestroy();
  const body = Buffer.concat(answer.body);
  response.writeHead(answer.status, { "content-length": String(body.length), ...answer.headers });
  await sendPieces(response, body.subarray(0, fault.cutAfterBytes ?? body.length), fault.drip, signal);
  if (fault.reset === true) response.socket?.resetAndDestroy();
  else if (fault.cutAfterBytes === undefined) response.end();
  else response.socket?.destroySoon();
}

export function isResetAtOnce(fault: FaultAnswer): boolean {
  return fault.reset === true && fault.cutAfterBytes === undefined;
}

/** The body of a request, as text. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  return Buffer.concat(parts).toString();
}

async function sendPieces(
  response: ServerResponse,
  body: Uint8Array,
  drip: FaultAnswer["drip"],
  signal: AbortSignal,
): Promise<void> {
  if (drip === undefined) {
    await writePiece(response, body);
    return;
  }
  for (let at = 0; at < body.length; at += drip.bytes) {
    await writePiece(response, body.subarray(at, at + drip.bytes));
    await wait(drip.everyMs, undefined, { signal });
  }
}

async function writePiece(response: ServerResponse, piece: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    response.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

/** Aborts the waits of a fault when the client has gone. */
function closeSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return gone.signal;
}
