import { afterAll, beforeAll, expect, it } from "vitest";
import { storeContract } from "../../packages/contract/index.js";
import { s3Keeping } from "../support/s3-keeping.js";
import { ownerOf, s3Maker, useCredentials } from "../support/s3-place.js";
import type { S3Server } from "../support/s3-place.js";
import { s3Probe } from "../support/s3-probe.js";
import { s3Promises } from "../support/s3-promises.js";
import { GATEWAY_KEY, GATEWAY_SECRET, startGateway } from "./s3/rados-gateway.js";
import type { Gateway } from "./s3/rados-gateway.js";

let gateway: Gateway;
let server: S3Server;
let forgetCredentials: () => Promise<void>;

beforeAll(async () => {
  forgetCredentials = await useCredentials(GATEWAY_KEY, GATEWAY_SECRET);
  gateway = await startGateway();
  server = { endpoint: gateway.endpoint, owner: ownerOf(gateway.endpoint) };
});
afterAll(async () => {
  server.owner.destroy();
  await gateway.stop();
  await forgetCredentials();
});

it("runs against a gateway that keeps checksums and conditions with versions: 20 or newer", () => {
  expect(Number(/ceph version (\d+)/.exec(gateway.version)?.[1])).toBeGreaterThanOrEqual(20);
});
s3Probe("radosgw", () => server);
s3Promises("radosgw", () => server);
s3Keeping("radosgw", () => server);
storeContract(
  "s3 with Object Lock on radosgw",
  s3Maker(() => server, "governance"),
);
storeContract(
  "s3 without versions on radosgw",
  s3Maker(() => server, "off"),
);
