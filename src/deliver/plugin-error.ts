import { ERROR_CATALOGUE } from "../model/error-catalogue.js";
import type { ErrorCode } from "../model/error-catalogue.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Retry } from "../model/errors.js";

/**
 * Converts what a plugin threw into a `DaybookError`. A third-party plugin may bundle its own copy of Daybook, whose errors are
 * recognised by shape. Anything else is a defect of the plugin: the day stays queued and is not retried at once.
 */
export function pluginError(sink: string, thrown: unknown): DaybookError {
  if (isDaybookError(thrown)) return thrown;
  const code = foreignCode(thrown);
  const message = thrown instanceof Error ? thrown.message : `threw ${typeof thrown} ${String(thrown)}`;
  if (code !== undefined) {
    return new DaybookError(code, { message, cause: thrown, ...retryOf(thrown) });
  }
  return new DaybookError("SINK_UNAVAILABLE", {
    message: `${sink}: the plugin threw an unexpected error: ${message}`,
    hint: "report it to the plugin's author: a plugin throws DaybookError and nothing else (docs/SINKS.md)",
    retry: "never",
    cause: thrown,
  });
}

function foreignCode(thrown: unknown): ErrorCode | undefined {
  if (!(thrown instanceof Error) || thrown.name !== "DaybookError" || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" && Object.hasOwn(ERROR_CATALOGUE, thrown.code)
    ? (thrown.code as ErrorCode)
    : undefined;
}

function retryOf(thrown: unknown): { readonly retry?: Retry } {
  if (!(thrown instanceof Error) || !("retry" in thrown)) return {};
  return thrown.retry === "never" || thrown.retry === "backoff" ? { retry: thrown.retry } : {};
}
