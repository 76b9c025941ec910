import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A CONNECT proxy that leads every name to 127.0.0.1 and keeps what it was asked. */
export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each CONNECT, in order. */
  readonly asked: readonly string[];
  /** The credential shown with each, decoded. */
  readonly credentials: readonly (string | undefined)[];
  /** Answered to CONNECT in place of 200. */
  refuseWith: number | undefined;
  close(): Promise<void>;
}

export async function startProxy(userInfo = ""): Promise<ConnectProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => {
    response.writeHead(400).end();
  });
  server.on("connect", (request, client: Socket) => {
    asked.push(request.url ?? "");
    const basic = request.headers["proxy-authorization"]?.replace(/^Basic /, "");
    credentials.push(basic === undefined ? undefined : Buffer.from(basic, "base64").toString());
    if (proxy.refuseWith !== undefined) {
      client.end(`HTTP/1.1 ${proxy.refuseWith} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(request.url?.split(":").at(-1)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: ConnectProxy = {
    url: `http://${userInfo}127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    credentials,
    refuseWith: undefined,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
