import { DaybookError } from "../model/errors.js";
import { CALM_SCENARIO, startSimulator } from "../../packages/simulator/index.js";
import type { Command } from "./command.js";
import { untilAborted } from "./until-aborted.js";

export interface SimulateOptions {
  readonly port: string;
  readonly seed: string;
  readonly events: string;
  readonly pageSize: string;
  readonly requestsPerHour: string;
  readonly json?: boolean;
}

/** A simulated tenant that never ends by itself; one line says where it is and which token it takes. */
export const simulate: Command<SimulateOptions> = async (options, { clock, signal, stdout }) => {
  const bearerToken = "simulated-token";
  const simulator = await startSimulator(
    {
      port: wholeNumber("--port", options.port, 0, 65_535),
      seed: wholeNumber("--seed", options.seed, 0, Number.MAX_SAFE_INTEGER),
      eventsPerDay: wholeNumber("--events", options.events, 0, 10_000_000),
      pageSize: wholeNumber("--page-size", options.pageSize, 1, 10_000),
      requestsPerHour: wholeNumber("--requests-per-hour", options.requestsPerHour, 1, 1_000_000_000),
      bearerToken,
    },
    clock,
  );
  const { url } = simulator;
  const { tenantId } = CALM_SCENARIO;
  const ready = { format: "daybook.simulator/1", url, tenant_id: tenantId, token: bearerToken };
  stdout.write(
    options.json === true
      ? `${JSON.stringify(ready)}\n`
      : `simulated tenant ${tenantId}\n  api    ${url}/  (cloud: custom, endpoints.api)\n  token  ${bearerToken}  (auth.method: token)\nstop with Ctrl-C\n`,
  );
  await untilAborted(signal);
  await simulator.close();
  return { exit: 0, text: "", json: undefined };
};

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new DaybookError("USAGE", {
    message: `${name}: expected a whole number from ${least} to ${most}, found "${text}"`,
  });
}
