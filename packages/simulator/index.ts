import type { Clock } from "../../src/io/clock.js";
import type { FaultRule } from "./faults.js";
import { CALM_SCENARIO } from "./scenario.js";
import type { Scenario } from "./scenario.js";
import { SimulatorServer } from "./server.js";
import type { Address, RequestRecord } from "./server.js";
import { Tenant } from "./tenant.js";
import { Truth } from "./truth.js";

export type { Answer, FaultAnswer, FaultRule, SimulatedRequest } from "./faults.js";
export { CALM_SCENARIO, RESTLESS_SCENARIO } from "./scenario.js";
export type { Scenario, ThrottleSpell } from "./scenario.js";
export type { Address, RequestRecord } from "./server.js";
export type { DayCounts, Truth } from "./truth.js";

export type SimulatorOptions = Partial<Scenario> & Partial<Address>;

/** A running simulator. */
export interface Simulator {
  readonly scenario: Scenario;
  /** Base of the API, for `endpoints.api`: `http://127.0.0.1:40123`. */
  readonly url: string;
  /** For `endpoints.authority`: base of the sign-in service with the tenant's id. */
  readonly authority: string;
  readonly tokenUrl: string;
  readonly port: number;
  readonly truth: Truth;
  /** Every request answered so far, oldest first. */
  readonly requests: readonly RequestRecord[];
  /** A bearer token as the sign-in service would give it now. */
  issueToken(): string;
  /** Adds a rule after those of the scenario. */
  injectFault(rule: FaultRule): void;
  close(): Promise<void>;
}

/** Starts a simulated tenant on 127.0.0.1. What `options` leaves out is as in `CALM_SCENARIO`; time is the clock's. */
export async function startSimulator(options: SimulatorOptions, clock: Clock): Promise<Simulator> {
  const { port = 0, tls, ...given } = options;
  const scenario: Scenario = { ...CALM_SCENARIO, ...given };
  const tenant = new Tenant(scenario);
  const server = new SimulatorServer(tenant, clock);
  const url = await server.listen({ port, ...(tls === undefined ? {} : { tls }) });
  const authority = `${url}/${scenario.tenantId}`;
  return {
    scenario,
    url,
    authority,
    tokenUrl: `${authority}/oauth2/v2.0/token`,
    port: Number(new URL(url).port),
    truth: new Truth(tenant),
    requests: server.requests,
    issueToken: () => server.tokens.issue(clock.now()),
    injectFault: (rule) => server.faults.add(rule),
    close: () => server.close(),
  };
}
