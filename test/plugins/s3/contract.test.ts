import { afterAll, beforeAll } from "vitest";
import { storeContract } from "../../../packages/contract/index.js";
import type { ServerFault } from "../../../packages/contract/index.js";
import { s3Keeping } from "../../support/s3-keeping.js";
import { ownerOf, s3Maker, useCredentials } from "../../support/s3-place.js";
import type { S3Server } from "../../support/s3-place.js";
import { s3Promises } from "../../support/s3-promises.js";
import { s3Probe } from "../../support/s3-probe.js";
import { ACCESS_KEY, startStandIn } from "../../support/s3-stand-in.js";
import type { Quirk, StandIn } from "../../support/s3-stand-in.js";

let standIn: StandIn;
let server: S3Server;
let forgetCredentials: () => Promise<void>;

beforeAll(async () => {
  forgetCredentials = await useCredentials(ACCESS_KEY, "secret");
  standIn = await startStandIn();
  server = { endpoint: standIn.endpoint, owner: ownerOf(standIn.endpoint) };
});
afterAll(async () => {
  server.owner.destroy();
  await standIn.close();
  await forgetCredentials();
});

s3Probe("stand-in", () => server);
s3Promises("stand-in", () => server);
s3Keeping("stand-in", () => server);
const QUIRKS = {
  "loses the answer to a write": "loses the answer to a put",
  "cuts listings short": "cuts a listing short",
  "cuts objects short": "cuts a body short",
} as const satisfies Record<ServerFault, Quirk>;

function disturb(fault: ServerFault): () => void {
  standIn.quirks.add(QUIRKS[fault]);
  return () => standIn.quirks.clear();
}

storeContract("s3 with Object Lock", { ...s3Maker(() => server, "governance"), disturb });
storeContract("s3 without versions", { ...s3Maker(() => server, "off"), disturb });
