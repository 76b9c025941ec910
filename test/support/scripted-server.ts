import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Answering = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface SeenRequest {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** The decoded value of the query's `continuationToken`, without its OData quotes; null when absent. */
  readonly token: string | null;
  /** The hour of `startDateTime`; null when absent. */
  readonly hour: number | null;
}

/** A real HTTP server on loopback that answers as the test says and remembers what it was asked. */
export interface ScriptedServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

export async function startScriptedServer(answer: Answering): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push(seenRequest(request));
    // The test's clock stands still: a real Date beside it would be a skew.
    response.sendDate = false;
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function seenRequest(request: IncomingMessage): SeenRequest {
  const url = request.url ?? "";
  const query = new URL(url, "http://localhost").searchParams;
  const start = query.get("startDateTime");
  return {
    method: request.method ?? "",
    url,
    authorization: request.headers.authorization,
    token: unquoted(query.get("continuationToken")),
    hour: start === null ? null : Number(start.slice(12, 14)),
  };
}

function unquoted(literal: string | null): string | null {
  return literal === null ? null : literal.slice(1, -1).replaceAll("''", "'");
}

/** What a page says; the rest is as the source writes it. */
export interface PageSaid {
  readonly events?: readonly object[];
  readonly token?: string | null;
  readonly uri?: string | null;
  readonly last?: boolean;
}

export function pageBody(page: PageSaid): string {
  return JSON.stringify({
    activityEventEntities: page.events ?? [],
    continuationUri: page.uri ?? null,
    continuationToken: page.token ?? null,
    lastResultSet: page.last ?? false,
  });
}

export function sendPage(response: ServerResponse, page: PageSaid = {}): void {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8", requestid: "req-1" });
  response.end(pageBody(page));
}

export function sendStatus(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body: string | Uint8Array = "",
): void {
  response.writeHead(status, headers);
  response.end(body);
}
