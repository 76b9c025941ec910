import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Surroundings } from "../../../src/cli/command.js";
import { DAY_MS, utcDayOf } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { startSimulator } from "../../../packages/simulator/index.js";
import type { Simulator, SimulatorOptions } from "../../../packages/simulator/index.js";
import { runIn } from "../e2e-rig.js";
import type { Ran } from "../e2e-rig.js";
import { VirtualClock } from "../virtual-clock.js";
import { makeServerCertificate } from "./certificates.js";
import type { TestCertificate } from "./certificates.js";
import { makeJwt, startEntra } from "./entra-server.js";
import type { EntraServer } from "./entra-server.js";

export const TENANT_ID = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
export const APPLICATION_ID = "11111111-2222-3333-4444-555555555555";
const RESOURCE = "https://analysis.windows.net/powerbi/api";
const SCOPE = `${RESOURCE}/.default`;

/** One tenant of the configuration as a test writes it. */
export interface TenantText {
  readonly name?: string;
  readonly tenantId?: string;
  readonly api?: string;
  readonly authority?: string;
  readonly scope?: string;
  /** YAML of `auth`. */
  readonly auth: string;
  readonly requestsPerHour?: number;
}

/** What an administrator has before the first day: a folder, a sign-in service and a source, both over TLS with an authority of their own. */
export interface Operator {
  readonly folder: string;
  readonly vault: string;
  readonly clock: VirtualClock;
  readonly entra: EntraServer;
  readonly simulator: Simulator;
  readonly ca: TestCertificate;
  /** A settled day of the source. */
  readonly day: UtcDay;
  /** The environment of the commands; `HTTPS_PROXY` and the like go here. */
  readonly env: Record<string, string>;
  /** Writes a file into the folder, mode 0600 unless told. */
  put(name: string, content: string | Uint8Array, mode?: number): string;
  /** Writes daybook.yaml; `more` is further top-level YAML in place of `tls`. */
  configure(tenants: TenantText | readonly TenantText[], more?: string): void;
  run(...argv: string[]): Promise<Ran>;
  runWith(overrides: Partial<Surroundings>, ...argv: string[]): Promise<Ran>;
}

/** What the token endpoint's tokens say, unless a test adds to it; the source takes this token and no other. */
export function sourceToken(claims: Readonly<Record<string, unknown>> = {}): string {
  return makeJwt({ aud: RESOURCE, tid: TENANT_ID, appid: APPLICATION_ID, ...claims });
}

export async function operator(
  scenario: SimulatorOptions = {},
  token: string = sourceToken(),
): Promise<Operator> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-operator-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const vault = join(folder, "vault");
  mkdirSync(vault);
  // The token endpoint judges assertions by the machine's own time.
  const clock = new VirtualClock(Date.now());
  const { ca, server } = makeServerCertificate();
  const entra = await startEntra(server);
  onTestFinished(() => entra.close());
  entra.issue = () => token;
  const simulator = await startSimulator(
    {
      eventsPerDay: 60,
      requestsPerHour: 1_000_000,
      tenantId: TENANT_ID,
      bearerToken: token,
      tls: { key: server.keyPem, cert: server.pem },
      ...scenario,
    },
    clock,
  );
  onTestFinished(() => simulator.close());
  const env: Record<string, string> = { TMPDIR: folder };
  const put = (name: string, content: string | Uint8Array, mode = 0o600): string => {
    const path = join(folder, name);
    rmSync(path, { force: true });
    writeFileSync(path, content, { mode });
    return path;
  };
  put("ca.pem", ca.pem, 0o644);
  const runWith = (overrides: Partial<Surroundings>, ...argv: string[]): Promise<Ran> =>
    runIn(folder, { clock, env, ...overrides }, argv);
  return {
    folder,
    vault,
    clock,
    entra,
    simulator,
    ca,
    day: utcDayOf(clock.now() - 3 * DAY_MS),
    env,
    put,
    configure: (tenants, more = "tls: { ca: ./ca.pem }") => {
      const known = { api: `${simulator.url}/`, authority: entra.authority(TENANT_ID) };
      const texts = [tenants].flat().map((tenant) => tenantText({ ...known, ...tenant }));
      put("daybook.yaml", `${HEAD}tenants:\n${texts.join("")}${sinksText(vault)}${more}\n`);
    },
    run: (...argv) => runWith({}, ...argv),
    runWith,
  };
}

const HEAD = "stateDir: ./state\ncollect: { horizon: 4d, readAfter: [26h] }\nlog: { level: debug }\n";
const sinksText = (vault: string): string => `sinks:\n  vault: { use: local-files, path: "${vault}" }\n`;

function tenantText(tenant: TenantText): string {
  const { name = "contoso", tenantId = TENANT_ID, api, authority, scope = SCOPE, auth } = tenant;
  return `  ${name}:
    tenantId: ${tenantId}
    cloud: custom
    endpoints: { api: "${api}", authority: "${authority}", scope: "${scope}" }
    auth: ${auth}
    requestsPerHour: ${tenant.requestsPerHour ?? 100_000}
`;
}
