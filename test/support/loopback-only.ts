import { Socket, isIP } from "node:net";

// No test may reach anything but this machine: what stands in for the outside is a server here, or nock's answer. At the
// socket, because nock in every suite would put its own streams between the tests and the network they are about.

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

type Connect = (this: Socket, ...args: unknown[]) => Socket;

const connect = Reflect.get(Socket.prototype, "connect") as Connect;

Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args);
  if (host === undefined || LOOPBACK.test(host)) return connect.apply(this, args);
  const refused = new Error(`a test connects to ${host}, expected loopback or an answer of nock`);
  const code = isIP(host) === 0 ? "ENOTFOUND" : "ECONNREFUSED";
  // As late as a real refusal: by then whoever connects listens for errors.
  setImmediate(() => this.destroy(Object.assign(refused, { code })));
  return this;
};

/** Undefined for a local socket file. `net.connect` hands its arguments on as one list. */
function hostOf([first, second]: readonly unknown[]): string | undefined {
  if (Array.isArray(first)) return hostOf(first);
  if (typeof first === "object" && first !== null) {
    const { path, host } = first as { readonly path?: string | null; readonly host?: string };
    return typeof path === "string" ? undefined : (host ?? "localhost");
  }
  if (typeof first === "string" && Number.isNaN(Number(first))) return undefined;
  return typeof second === "string" ? second : "localhost";
}
