import { afterAll, beforeAll } from "vitest";
import { describeBehaviours } from "../../support/azure-behaviours.js";
import { startStandIn } from "../../support/azure-stand-in.js";
import type { StandIn } from "../../support/azure-stand-in.js";

let server: StandIn;

beforeAll(async () => {
  server = await startStandIn({ isImmutable: true });
});
afterAll(() => server.stop());

describeBehaviours("stand-in", () => server);
