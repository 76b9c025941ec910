import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { AlertSender } from "./alert-sender.js";
import type { ListenAddress } from "./listen.js";
import type { StatusServer, StatusServerParts } from "./status-server.js";

/** What one configuration lets the outside see of the daemon: status page, metrics and messages. */
export interface Shown {
  /** Undefined: no status page. */
  readonly listen: ListenAddress | undefined;
  readonly parts: StatusServerParts;
  readonly server: StatusServer | undefined;
  readonly senders: readonly AlertSender[];
  readonly log: Log;
  /** Closes what pages have opened. */
  readonly close: () => Promise<void>;
}

/** The status server and the alert senders of the daemon, which follow its configuration. */
export class DaemonView {
  #shown: Shown;
  #server: { readonly listen: string; readonly server: StatusServer } | undefined;
  #alerts: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  /** SERVE_FAILED when the daemon cannot listen on the configured address. */
  async start(): Promise<void> {
    await this.#listen();
    this.#startAlerts();
  }

  /** The configuration has changed. If the daemon cannot listen on the new address, it keeps the old one. */
  async follow(shown: Shown): Promise<void> {
    const before = this.#shown;
    this.#shown = shown;
    this.#server?.server.follow(shown.parts);
    await before.close();
    await this.#endAlerts();
    this.#startAlerts();
    try {
      await this.#listen();
    } catch (error) {
      if (!isDaybookError(error, "SERVE_FAILED")) throw error;
      const { code, message, hint } = error;
      shown.log.error({ code, message, hint }, "status server not moved");
    }
  }

  async close(): Promise<void> {
    await this.#endAlerts();
    await this.#server?.server.close();
    await this.#shown.close();
  }

  async #listen(): Promise<void> {
    const listen = JSON.stringify(this.#shown.listen);
    const before = this.#server;
    if (before?.listen === listen) return;
    const { server } = this.#shown;
    await server?.start();
    this.#server = server && { listen, server };
    await before?.server.close();
  }

  #startAlerts(): void {
    const stop = new AbortController();
    // Each receiver has its own loop and state: one that is down delays no other.
    const ended = Promise.all(this.#shown.senders.map((sender) => sender.run(stop.signal)));
    this.#alerts = { stop, ended };
  }

  async #endAlerts(): Promise<void> {
    this.#alerts?.stop.abort();
    await this.#alerts?.ended;
    this.#alerts = undefined;
  }
}
