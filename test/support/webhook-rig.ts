import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Alarm } from "../../src/view/alarms.js";
import type { DaemonSnapshot } from "../../src/daemon/state.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { AlarmState } from "../../src/serve/alarm-state.js";
import { webhookForm } from "../../src/serve/alert-form.js";
import type { AlertForm } from "../../src/serve/alert-form.js";
import { AlertSender } from "../../src/serve/alert-sender.js";
import type { AlertSenderParts } from "../../src/serve/alert-sender.js";
import { temporaryFolder } from "./archive-fixture.js";
import { sendStatus, startScriptedServer } from "./scripted-server.js";
import { NOW_MS, SampleState, quietTenant, silentLog, snapshotOf } from "./status-sample.js";
import { VirtualClock } from "./virtual-clock.js";

/** 32 bytes in base64. */
export const SECRET = "whsec_YSBzZWNyZXQgb2YgYSB3ZWJob29rLCAzMiBieXRlcy4=";

export interface Received {
  readonly body: Record<string, unknown>;
  readonly raw: string;
  readonly headers: IncomingMessage["headers"];
  readonly type: string | undefined;
}

interface MoreParts extends Partial<AlertSenderParts> {
  readonly secret?: () => Promise<string>;
  /** Instead of that of a webhook. */
  readonly form?: AlertForm;
}

export interface WebhookRig {
  readonly received: Received[];
  /** What the receiver answers next; 200 when nothing is left. */
  readonly statuses: number[];
  readonly state: SampleState;
  readonly clock: VirtualClock;
  readonly path: string;
  readonly url: string;
  /** As after a restart of the daemon. */
  webhook(more?: MoreParts): AlertSender;
}

/** A receiver that listens, and a daemon in which these alarms stand. */
export async function webhookRig(...alarms: readonly Alarm[]): Promise<WebhookRig> {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = await startScriptedServer(async (request, response) => {
    const raw = await textOf(request);
    received.push({
      raw,
      body: JSON.parse(raw) as Record<string, unknown>,
      headers: request.headers,
      type: request.headers["content-type"],
    });
    sendStatus(response, statuses.shift() ?? 204, { location: "http://127.0.0.1:9/elsewhere" });
  });
  onTestFinished(() => server.close());
  const state = new SampleState(standing(...alarms));
  const clock = new VirtualClock(NOW_MS);
  const path = join(await temporaryFolder(), "alerts.json");
  const webhook = ({ secret = () => Promise.resolve(SECRET), form, ...more }: MoreParts = {}): AlertSender =>
    new AlertSender(form ?? webhookForm(`${server.url}/hook`, secret), {
      state,
      clock,
      http: nodeHttp,
      log: silentLog,
      notified: new AlarmState(nodeFiles, path, silentLog),
      redact: (text) => text,
      version: "0.1.0",
      ...more,
    });
  return { received, statuses, state, clock, path, url: server.url, webhook };
}

export function standing(...alarms: readonly Alarm[]): DaemonSnapshot {
  return snapshotOf({ ...quietTenant("contoso", "2026-11-01"), alarms });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

/** `began sink-behind`, for each message in the order of arrival. */
export function events({ received }: WebhookRig): readonly string[] {
  return received.map(({ body }) => `${String(body["event"])} ${String(body["alarm"])}`);
}
