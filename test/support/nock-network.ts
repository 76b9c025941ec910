import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

/**
 * For a file of tests whose network is nock's: nothing is reached that a test did not declare. Files share a process, and each has a
 * nock of its own, so it gives the network back at the end: the next file's would not be asked otherwise.
 */
export function nockNetwork(): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
  });
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });
  afterAll(() => nock.restore());
}
