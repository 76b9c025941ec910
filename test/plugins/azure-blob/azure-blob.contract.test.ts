import { afterAll, beforeAll } from "vitest";
import { storeContract } from "daybook/plugin/contract";
import type { ServerFault } from "daybook/plugin/contract";
import { blobStoreMaker } from "../../support/azure-server.js";
import { startStandIn } from "../../support/azure-stand-in.js";
import type { Fault, StandIn } from "../../support/azure-stand-in.js";

let plain: StandIn;
let immutable: StandIn;

beforeAll(async () => {
  plain = await startStandIn({ isImmutable: false });
  immutable = await startStandIn({ isImmutable: true });
});
afterAll(() => Promise.all([plain.stop(), immutable.stop()]));

const FAULTS = {
  "loses the answer to a write": { operation: "PUT blob", fault: "lose the answer" },
  "cuts listings short": { operation: "GET list", fault: "break off" },
  "cuts objects short": { operation: "GET blob", fault: "break off" },
} as const satisfies Record<ServerFault, { readonly operation: string; readonly fault: Fault }>;

function disturb(standIn: StandIn, name: ServerFault): () => void {
  const { operation, fault } = FAULTS[name];
  standIn.fault = (asked) => (asked.operation === operation ? fault : undefined);
  return () => {
    standIn.fault = () => undefined;
  };
}

storeContract("azure-blob", {
  ...blobStoreMaker(() => plain, { retention: false, hold: false }),
  disturb: (fault) => disturb(plain, fault),
});

const offers = { retention: true, hold: true, versions: true };
storeContract("azure-blob with locked immutability", {
  ...blobStoreMaker(() => immutable, offers, { immutability: "locked" }),
  disturb: (fault) => disturb(immutable, fault),
});
