import { afterAll, beforeAll } from "vitest";
import { storeContract } from "daybook/plugin/contract";
import { blobStoreMaker } from "../../support/azure-server.js";
import { startStandIn } from "../../support/azure-stand-in.js";
import type { StandIn } from "../../support/azure-stand-in.js";

let plain: StandIn;
let immutable: StandIn;

beforeAll(async () => {
  plain = await startStandIn({ isImmutable: false });
  immutable = await startStandIn({ isImmutable: true });
});
afterAll(() => Promise.all([plain.stop(), immutable.stop()]));

storeContract(
  "azure-blob",
  blobStoreMaker(() => plain, { retention: false, hold: false }),
);

const offers = { retention: true, hold: true };
storeContract(
  "azure-blob with locked immutability",
  blobStoreMaker(() => immutable, offers, { immutability: "locked" }),
);
