import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator } from "../../packages/simulator/index.js";
import { startCommand } from "./e2e-build.js";
import type { RunningCommand } from "./e2e-build.js";
import { sendStatus, startScriptedServer } from "./scripted-server.js";
import type { LogLine } from "./daemon-rig.js";

/** A message as the receiver has checked it. */
export interface ReceivedAlert {
  readonly event: string;
  readonly tenant: string;
  readonly alarm: string;
  readonly id: string;
  readonly isSigned: boolean;
}

/** `daybook run` as a process of its own, with everything real around it but the tenants. */
export interface DaemonProcess {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly received: readonly ReceivedAlert[];
  /** Of the status server, once it listens. */
  readonly address: () => string;
  /** What the service manager was told, message by message. */
  readonly told: () => readonly string[];
  readonly lines: (phrase?: string) => readonly LogLine[];
  /** What it wrote and was no JSON object a line. */
  readonly strayLines: () => readonly string[];
  readonly start: () => RunningCommand;
  /** Another command, to its end. */
  readonly run: (
    ...argv: string[]
  ) => Promise<{ readonly exit: number | NodeJS.Signals; readonly output: string }>;
  readonly configure: (change: (text: string) => string) => void;
  readonly write: (name: string, text: string) => void;
  /** Now `cold` is a folder. */
  readonly mendSink: () => void;
}

const SECRET = `whsec_${Buffer.alloc(32, "s").toString("base64")}`;
const WRONG = "not the client's secret";
const OTHER_TENANT = "c3d76ad3-667a-48b3-bcdf-8894690000aa";

/** Two tenants: contoso, whose sink `cold` is no folder, and fabrikam, whose client secret is wrong. */
export async function daemonProcess(main: string): Promise<DaemonProcess> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-process-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start = { eventsPerDay: 30, requestsPerHour: 1_000_000, horizonDays: 4 };
  const contoso = await startSimulator({ ...start, bearerToken: "a-bearer-token-of-contoso" }, systemClock);
  const fabrikam = await startSimulator({ ...start, seed: 2, tenantId: OTHER_TENANT }, systemClock);
  for (const simulator of [contoso, fabrikam]) onTestFinished(() => simulator.close());
  const { url, received } = await receiver();
  const write = (name: string, text: string): void =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  mkdirSync(join(folder, "vault"));
  write("cold", "a file where a folder should be");
  write("token", "a-bearer-token-of-contoso");
  write("secret", WRONG);
  write("webhook.secret", `${SECRET}\n`);
  write("daybook.yaml", configText(folder, url, contoso, fabrikam));
  write("told", "");
  writeFileSync(
    join(folder, "systemd-notify"),
    `#!/bin/sh\nprintf '%s ' "$@" >>${folder}/told; echo >>${folder}/told\n`,
    { mode: 0o755 },
  );
  const env = {
    PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    NOTIFY_SOCKET: join(folder, "notify"),
    WATCHDOG_USEC: "2000000",
  };
  let newest: RunningCommand | undefined;
  const texts = (): readonly string[] => (newest?.output() ?? "").split("\n").filter(Boolean);
  const lines = (phrase?: string): readonly LogLine[] =>
    texts()
      .filter((text) => text.startsWith("{"))
      .map((text) => JSON.parse(text) as LogLine)
      .filter(({ msg }) => phrase === undefined || msg === phrase);
  return {
    folder,
    simulator: contoso,
    received,
    lines,
    write,
    mendSink: () => {
      rmSync(join(folder, "cold"));
      mkdirSync(join(folder, "cold"));
    },
    address: () => `http://127.0.0.1:${Number(lines("status server started").at(-1)?.["port"])}`,
    told: () => readFileSync(join(folder, "told"), "utf8").split("\n").filter(Boolean),
    strayLines: () => texts().filter((text) => !text.startsWith("{")),
    start: () => {
      const daemon = startCommand(main, folder, ["run"], [], env);
      onTestFinished(() => void daemon.process.kill("SIGKILL"));
      newest = daemon;
      return daemon;
    },
    run: async (...argv) => {
      const command = startCommand(main, folder, argv);
      return { exit: await command.ended, output: command.output() };
    },
    configure: (change) => write("daybook.yaml", change(readFileSync(join(folder, "daybook.yaml"), "utf8"))),
  };
}

export async function until(isTrue: () => boolean, limitMs = 60_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!isTrue()) {
    if (performance.now() > endMs) throw new Error("what was waited for did not happen");
    await wait(10);
  }
}

async function receiver(): Promise<{ readonly url: string; readonly received: ReceivedAlert[] }> {
  const received: ReceivedAlert[] = [];
  const server = await startScriptedServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const isSigned = isFromDaybook(request.headers, body);
    received.push({ ...(JSON.parse(body.toString()) as ReceivedAlert), isSigned });
    sendStatus(response, 204);
  });
  onTestFinished(() => server.close());
  return { url: server.url, received };
}

/** As a library of Standard Webhooks judges it, with a tolerance of five minutes. */
function isFromDaybook(headers: IncomingHttpHeaders, body: Buffer): boolean {
  try {
    new Webhook(SECRET).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

function configText(folder: string, hook: string, contoso: Simulator, fabrikam: Simulator): string {
  return `stateDir: ./state
tenants:
  contoso:
    tenantId: ${contoso.scenario.tenantId}
    cloud: custom
    endpoints: { api: ${contoso.url}/ }
    auth: { method: token, token: { file: ./token } }
    requestsPerHour: 100000
  fabrikam:
    tenantId: ${OTHER_TENANT}
    cloud: custom
    endpoints:
      api: ${fabrikam.url}/
      authority: ${fabrikam.authority}
      scope: https://analysis.windows.net/powerbi/api/.default
    auth: { method: client-secret, clientId: ${fabrikam.scenario.clientId}, secret: { file: ./secret } }
    requestsPerHour: 100000
collect: { horizon: 4d, readAfter: [24h] }
retention: { schedule: test }
sinks:
  vault: { use: local-files, path: ${JSON.stringify(join(folder, "vault"))} }
  cold: { use: local-files, path: ${JSON.stringify(join(folder, "cold"))} }
serve: { listen: 127.0.0.1:0 }
alerts: { ops: { use: webhook, url: "${hook}/hook", secret: { file: ./webhook.secret } } }
`;
}
