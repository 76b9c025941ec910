import { join } from "node:path";
import type { Program } from "./root.js";
import type { DaemonState } from "../daemon/state.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { watchProcess } from "../io/process-usage.js";
import { VERSION } from "../io/version.js";
import { isDaybookError } from "../model/errors.js";
import { withFields } from "../model/log.js";
import { folderSource } from "../archive/folder-source.js";
import type { ArchiveSource } from "../archive/source.js";
import type { Counts } from "../serve/counts.js";
import { StatusServer } from "../serve/status-server.js";
import { AlarmState } from "../serve/alarm-state.js";
import { AlertSender } from "../serve/alert-sender.js";
import { alertForm } from "./alert-forms.js";

/** What the configuration lets the outside see of the daemon: status page, metrics and messages. */
export class DaemonView {
  readonly #state: DaemonState;
  readonly #counts: Counts;
  readonly #process = watchProcess();
  #workspace: Program;
  #server: { readonly listen: string; readonly server: StatusServer } | undefined;
  #alerts: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;
  /** Opened for the page of a day whose package the state folder has not any more. */
  readonly #sinks = new Map<string, OpenedSinks>();

  constructor(state: DaemonState, counts: Counts, workspace: Program) {
    this.#state = state;
    this.#counts = counts;
    this.#workspace = workspace;
  }

  /** SERVE_FAILED when the configured address cannot be had. */
  async start(): Promise<void> {
    await this.#listen();
    this.#tell();
  }

  /** The configuration has changed. Where the new address cannot be had, the old one stays. */
  async follow(workspace: Program): Promise<void> {
    this.#workspace = workspace;
    await this.#closeSinks();
    await this.#endAlerts();
    this.#tell();
    try {
      await this.#listen();
    } catch (error) {
      if (!isDaybookError(error, "SERVE_FAILED")) throw error;
      const { code, message, hint } = error;
      workspace.log.error({ code, message, hint }, "status server not moved");
    }
  }

  async close(): Promise<void> {
    await this.#endAlerts();
    await this.#server?.server.close();
    await this.#closeSinks();
    this.#process.stop();
  }

  async #listen(): Promise<void> {
    const { serve } = this.#workspace.loaded.config;
    const listen = JSON.stringify(serve?.listen);
    const before = this.#server;
    if (before?.listen === listen) return;
    if (serve !== undefined) {
      const server = this.#newServer(serve.listen);
      await server.start();
      this.#server = { listen, server };
    } else this.#server = undefined;
    await before?.server.close();
  }

  #newServer(listen: { readonly host: string; readonly port: number }): StatusServer {
    const { outside, log } = this.#workspace;
    const parts = {
      state: this.#state,
      counts: this.#counts,
      usage: this.#process.usage,
      clock: outside.clock,
      log,
      redact: outside.redactor.redact,
      sourcesOf: (tenant: string) => this.#sourcesOf(tenant),
      hosts: () => this.#workspace.loaded.config.serve?.hosts ?? [],
      version: VERSION,
    };
    return new StatusServer(parts, listen);
  }

  #sourcesOf(tenant: string): readonly ArchiveSource[] {
    const parts = this.#workspace.tenants.find(({ name }) => name === tenant);
    if (parts === undefined) return [];
    const opened = this.#sinks.get(tenant) ?? parts.openSinks();
    this.#sinks.set(tenant, opened);
    return [folderSource(parts.files, parts.root), ...opened.sources(tenant)];
  }

  #tell(): void {
    const { loaded, outside, log, secrets } = this.#workspace;
    const { alerts, stateDir } = loaded.config;
    if (alerts === undefined) return;
    const { files, http, clock, redactor } = outside;
    const senders = Object.entries(alerts).map(([name, config]) => {
      const ownLog = withFields(log, { receiver: name });
      return new AlertSender(alertForm(name, config, secrets), {
        state: this.#state,
        notified: new AlarmState(files, join(stateDir, `alerts-${name}.json`), ownLog),
        redact: redactor.redact,
        http,
        clock,
        log: ownLog,
        version: VERSION,
      });
    });
    const stop = new AbortController();
    // Each receiver has its own loop and state: one that is down delays no other.
    this.#alerts = { stop, ended: Promise.all(senders.map((sender) => sender.run(stop.signal))) };
  }

  async #endAlerts(): Promise<void> {
    this.#alerts?.stop.abort();
    await this.#alerts?.ended;
    this.#alerts = undefined;
  }

  async #closeSinks(): Promise<void> {
    const opened = [...this.#sinks.values()];
    this.#sinks.clear();
    await Promise.all(opened.map((sinks) => sinks[Symbol.asyncDispose]()));
  }
}
