import { subscribe, unsubscribe } from "node:diagnostics_channel";

// The channels of the client within Node: https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md
const REQUEST = "undici:request:create";
const CONNECT = "undici:client:beforeConnect";

/** Every request and every connection that this process makes, from `start` to `stop`: also to hosts that do not exist. */
export class SentRequests {
  /** Of each request, in order. */
  readonly origins: string[] = [];
  /** `host:port` of each connection, whatever for; without the port where the scheme says it. */
  readonly hosts: string[] = [];

  start(): void {
    subscribe(REQUEST, this.#onRequest);
    subscribe(CONNECT, this.#onConnect);
  }

  stop(): void {
    unsubscribe(REQUEST, this.#onRequest);
    unsubscribe(CONNECT, this.#onConnect);
  }

  readonly #onRequest = (message: unknown): void => {
    const { request } = message as { readonly request: { readonly origin: string | URL } };
    this.origins.push(String(request.origin));
  };

  readonly #onConnect = (message: unknown): void => {
    const { connectParams } = message as { readonly connectParams: { readonly host: string } };
    this.hosts.push(connectParams.host);
  };
}
