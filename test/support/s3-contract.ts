import { afterAll, beforeAll } from "vitest";
import { storeContract } from "../../packages/contract/index.js";
import type { ContractPart, ServerFault } from "../../packages/contract/index.js";
import { ownerOf, s3Maker, useCredentials } from "./s3-place.js";
import type { S3Server } from "./s3-place.js";
import { ACCESS_KEY, startStandIn } from "./s3-stand-in.js";
import type { Quirk, StandIn } from "./s3-stand-in.js";

const QUIRKS = {
  "loses the answer to a write": "loses the answer to a put",
  "cuts listings short": "cuts a listing short",
  "cuts objects short": "cuts a body short",
} as const satisfies Record<ServerFault, Quirk>;

/** A part of the contract against a server that stands in for S3; `more` runs beside it. */
export function s3Contract(part: ContractPart, more: (server: () => S3Server) => void = () => {}): void {
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
  more(() => server);
  const disturb = (fault: ServerFault): (() => void) => {
    standIn.quirks.add(QUIRKS[fault]);
    return () => standIn.quirks.clear();
  };
  storeContract("s3 with Object Lock", { ...s3Maker(() => server, "governance"), disturb }, part);
  storeContract("s3 without versions", { ...s3Maker(() => server, "off"), disturb }, part);
}
