import { strict as assert } from "node:assert";
import { isDaybookError } from "../../src/model/errors.js";
import type { ErrorCode } from "../../src/model/errors.js";
import { rejectsWith } from "./sample-objects.js";

/** One operation of a plugin, called anew each time. */
export type Operation = () => Promise<unknown>;

/** Every one fails as SINK_UNAVAILABLE, to be tried again. */
export async function callsOutageRetryable(operations: readonly Operation[]): Promise<void> {
  await failAll(operations, "SINK_UNAVAILABLE", true);
}

/** Every one fails as SINK_REFUSED, never to be tried again. */
export async function callsRefusalFinal(operations: readonly Operation[]): Promise<void> {
  await failAll(operations, "SINK_REFUSED", false);
}

async function failAll(
  operations: readonly Operation[],
  code: ErrorCode,
  isRetryable: boolean,
): Promise<void> {
  for (const call of operations) {
    const error = await rejectsWith(call(), code);
    const mayBeRetried = isDaybookError(error) && error.retry !== "never";
    assert.equal(mayBeRetried, isRetryable, `${code}: whether it may be tried again`);
  }
}
