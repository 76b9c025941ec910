import nock from "nock";
import { afterEach, beforeEach } from "vitest";

/** For a file of tests whose network is nock's: nothing is reached that a test did not declare. */
export function nockNetwork(): void {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });
}
