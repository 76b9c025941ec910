import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import http from "node:http";
import https from "node:https";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeHttp } from "../../src/io/node-http.js";
import type { HttpRequest } from "../../src/io/http.js";
import { makeCertificate } from "../support/entra/certificates.js";
import type { TestCertificate } from "../support/entra/certificates.js";
import { trust } from "../support/entra/trust.js";
import { running, serve } from "../support/reading-rig.js";
import { sendStatus } from "../support/scripted-server.js";

const MIB = 1024 * 1024;

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url, headers: {}, timeoutMs: 5000, maxBytes: MIB, ...more };
}

/** A server that writes the bytes given, whatever HTTP says, and then does `after`. */
async function serveRaw(bytes: string, after: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => socket.write(bytes, () => setTimeout(() => after(socket), 20)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serveTls(certificate: TestCertificate): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server = https.createServer({ cert: certificate.pem, key: certificate.keyPem }, (_, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

describe("nodeHttp", () => {
  it("gives status, lower-case headers and the decoded body", async () => {
    const server = await serve((_, response) =>
      sendStatus(response, 418, { "X-Kind": "tea", "content-encoding": "gzip" }, gzipSync("hot")),
    );

    const answer = await nodeHttp.request(get(server.url), running());

    expect(answer.status).toBe(418);
    expect(answer.headers).toMatchObject({ "x-kind": "tea", "content-encoding": "gzip" });
    expect(Buffer.from(answer.body).toString()).toBe("hot");
  });

  it("sends a POST with its body", async () => {
    const server = await serve(async (request, response) => {
      let text = "";
      for await (const piece of request) text += String(piece);
      response.end(text.toUpperCase());
    });

    const answer = await nodeHttp.request(get(server.url, { method: "POST", body: "a=b" }), running());

    expect(Buffer.from(answer.body).toString()).toBe("A=B");
  });

  it("gives a redirect as an answer and follows none (fault 37)", async () => {
    const other = await serve((_, response) => sendStatus(response, 200));
    const server = await serve((_, response) => sendStatus(response, 307, { location: other.url }));

    const answer = await nodeHttp.request(get(server.url), running());

    expect(answer.status).toBe(307);
    expect(other.seen).toEqual([]);
  });

  it("refuses a body that ends before its Content-Length (fault 33)", async () => {
    const url = await serveRaw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", (socket) => socket.end());

    await expect(nodeHttp.request(get(url), running())).rejects.toMatchObject({ code: "NETWORK_TRUNCATED" });
  });

  it("refuses a body that is reset, and a chunked one without its last chunk (fault 33)", async () => {
    const reset = await serveRaw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", (socket) =>
      socket.resetAndDestroy(),
    );
    const chunked = await serveRaw(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
      (socket) => socket.end(),
    );

    for (const url of [reset, chunked]) {
      await expect(nodeHttp.request(get(url), running())).rejects.toMatchObject({
        code: "NETWORK_TRUNCATED",
      });
    }
  });

  it("ends a body that drips when the total time is over (fault 34)", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(drip));
    });

    await expect(nodeHttp.request(get(server.url, { timeoutMs: 300 }), running())).rejects.toMatchObject({
      code: "NETWORK_TIMEOUT",
    });
  });

  it("stops a gzip bomb at the limit, in bounded memory (fault 24)", async () => {
    const bomb = gzipSync(Buffer.alloc(256 * MIB));
    const server = await serve((_, response) =>
      sendStatus(response, 200, { "content-encoding": "gzip" }, bomb),
    );
    const before = process.memoryUsage().rss;

    await expect(nodeHttp.request(get(server.url, { maxBytes: 8 * MIB }), running())).rejects.toMatchObject({
      code: "NETWORK_TOO_LARGE",
    });

    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
  });

  it("accepts a body of exactly the limit", async () => {
    const server = await serve((_, response) => sendStatus(response, 200, {}, Buffer.alloc(MIB)));

    const answer = await nodeHttp.request(get(server.url), running());

    expect(answer.body.length).toBe(MIB);
  });

  it("names an unknown host and a closed port as unreachable (fault 35)", async () => {
    const closed = await serve(() => {});
    await closed.close();

    for (const url of ["http://nowhere.invalid/", closed.url]) {
      await expect(nodeHttp.request(get(url), running())).rejects.toMatchObject({
        code: "NETWORK_UNREACHABLE",
      });
    }
  });

  it("names a proxy that refuses with 407 (fault 35)", async () => {
    const proxy = await serveRaw("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", (socket) =>
      socket.end(),
    );
    const restore = http.setGlobalProxyFromEnv({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy });
    onTestFinished(restore);

    await expect(nodeHttp.request(get("https://api.example/"), running())).rejects.toMatchObject({
      code: "PROXY_REFUSED",
    });
  });

  it("fails on a host that does not speak TLS and does not fall back (fault 36)", async () => {
    const url = await serveRaw("HTTP/1.1 400 Bad Request\r\n\r\n", (socket) => socket.end());

    await expect(nodeHttp.request(get(url.replace("http:", "https:")), running())).rejects.toMatchObject({
      code: "NETWORK_TLS",
    });
  });

  it("refuses a certificate of an unknown authority, and one that is over, before any request (fault 36)", async () => {
    const ca = makeCertificate({ name: "Daybook test CA for node-http", isAuthority: true });
    const hosts = ["localhost"];
    const over = makeCertificate({ name: "over", issuer: ca, hosts, notAfterMs: Date.now() - 60_000 });
    const unknown = makeCertificate({ name: "unknown", hosts });
    trust(ca);

    for (const certificate of [over, unknown]) {
      const { url, requests } = await serveTls(certificate);

      await expect(nodeHttp.request(get(url), running())).rejects.toMatchObject({ code: "NETWORK_TLS" });
      expect(requests()).toBe(0);
    }
  });

  it("stops at once with the signal's reason", async () => {
    const server = await serve(() => {});
    const stop = new AbortController();
    const reason = new Error("stopped");
    setTimeout(() => stop.abort(reason), 30);

    await expect(nodeHttp.request(get(server.url), stop.signal)).rejects.toBe(reason);
  });

  it("never takes a late answer for another request's (fault 38)", async () => {
    const server = await serve((request, response) => {
      const delayMs = request.url === "/first" ? 300 : 400;
      setTimeout(() => response.end(`answer to ${request.url ?? ""}`), delayMs);
    });

    const first = nodeHttp.request(get(`${server.url}/first`, { timeoutMs: 100 }), running());
    await expect(first).rejects.toMatchObject({ code: "NETWORK_TIMEOUT" });
    const second = await nodeHttp.request(get(`${server.url}/second`), running());

    expect(Buffer.from(second.body).toString()).toBe("answer to /second");
  });

  it("keeps headers and queries out of every error (fault 47)", async () => {
    const closed = await serve(() => {});
    await closed.close();
    const secret = "canary-secret";
    const requests = [
      get(`${closed.url}/?token=${secret}`, { headers: { authorization: `Bearer ${secret}` } }),
      // fetch itself would quote this header in its message.
      get(closed.url, { headers: { authorization: `Bearer ${secret}\n` + secret } }),
      get(`http://user:${secret}@127.0.0.1/`),
    ];

    for (const request of requests) {
      const error: unknown = await nodeHttp.request(request, running()).catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ name: "DaybookError" });
      expect(
        JSON.stringify([String(error), Object.values(error as object), (error as Error).cause]),
      ).not.toContain(secret);
    }
  });
});
