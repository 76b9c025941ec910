import { joinPieces } from "./join-pieces.js";
import { DaybookError } from "../model/errors.js";
import { networkError } from "./network-error.js";
import { release } from "./release.js";
import type { Http, HttpAnswer, HttpRequest } from "./http.js";

/** The network through Node's own fetch; it goes through the proxy that `useProxy` (proxy.ts) has set, if any. */
export const nodeHttp: Http = { request: send };

/** Ends a request when the caller stops, and when its total time is over. */
interface Deadline {
  readonly signal: AbortSignal;
  passed(): boolean;
  clear(): void;
}

async function send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  signal.throwIfAborted();
  const deadline = startDeadline(request.timeoutMs, signal);
  try {
    return await exchange(request, deadline.signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.passed()) throw timeoutError(request);
    throw error instanceof DaybookError ? error : networkError(error, hostOf(request));
  } finally {
    deadline.clear();
  }
}

async function exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    ...(request.body === undefined ? {} : { body: request.body }),
    // A redirect is returned as an answer: following it could send the credential to another host.
    redirect: "manual",
    signal,
  });
  const body = await readBody(response, request);
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

/** The whole body. Stops reading at the limit: a small compressed body may decode to any size. */
async function readBody(response: Response, request: HttpRequest): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop by a throw cancels the body, which closes the connection.
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > request.maxBytes) throw tooLarge(request);
    pieces.push(piece);
  }
  const only = pieces[0];
  if (pieces.length === 1 && only !== undefined) return only;
  const body = await joinPieces(pieces, bytes);
  pieces.forEach(release);
  return body;
}

function startDeadline(timeoutMs: number, outer: AbortSignal): Deadline {
  const ender = new AbortController();
  let isPassed = false;
  const timer = setTimeout(() => {
    isPassed = true;
    ender.abort();
  }, timeoutMs);
  const stop = (): void => ender.abort();
  outer.addEventListener("abort", stop, { once: true });
  return {
    signal: ender.signal,
    passed: () => isPassed,
    clear() {
      clearTimeout(timer);
      outer.removeEventListener("abort", stop);
    },
  };
}

// The texts name the host and nothing else of the request: path, query and headers may hold what must not be logged.
function hostOf(request: HttpRequest): string {
  return URL.parse(request.url)?.host ?? "an unreadable address";
}

function timeoutError(request: HttpRequest): DaybookError {
  return new DaybookError("NETWORK_TIMEOUT", {
    message: `${hostOf(request)}: no whole answer after ${request.timeoutMs} ms, expected one within that time`,
  });
}

function tooLarge(request: HttpRequest): DaybookError {
  return new DaybookError("NETWORK_TOO_LARGE", {
    message: `${hostOf(request)}: found an answer of more than ${request.maxBytes} bytes after decoding, expected at most that`,
  });
}
