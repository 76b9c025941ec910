import { s3Contract } from "../../support/s3-contract.js";
import { s3Keeping } from "../../support/s3-keeping.js";
import { s3Probe } from "../../support/s3-probe.js";
import { s3Promises } from "../../support/s3-promises.js";

s3Contract("short", (server) => {
  s3Probe("stand-in", server);
  s3Promises("stand-in", server);
  s3Keeping("stand-in", server);
});
