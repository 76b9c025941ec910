import { afterAll, beforeAll } from "vitest";
import { storeContract } from "../../packages/contract/index.js";
import type { ContractPart, ServerFault } from "../../packages/contract/index.js";
import { blobStoreMaker } from "./azure-server.js";
import { startStandIn } from "./azure-stand-in.js";
import type { Fault, StandIn } from "./azure-stand-in.js";

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

/** A part of the contract against servers that stand in for the storage account. */
export function azureContract(part: ContractPart): void {
  let plain: StandIn;
  let immutable: StandIn;

  beforeAll(async () => {
    plain = await startStandIn({ isImmutable: false });
    immutable = await startStandIn({ isImmutable: true });
  });
  afterAll(() => Promise.all([plain.stop(), immutable.stop()]));

  storeContract(
    "azure-blob",
    {
      ...blobStoreMaker(() => plain, { retention: false, hold: false }),
      disturb: (fault) => disturb(plain, fault),
    },
    part,
  );

  const offers = { retention: true, hold: true, versions: true };
  storeContract(
    "azure-blob with locked immutability",
    {
      ...blobStoreMaker(() => immutable, offers, { immutability: "locked" }),
      disturb: (fault) => disturb(immutable, fault),
    },
    part,
  );
}
