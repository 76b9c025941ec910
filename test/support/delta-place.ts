import { isDaybookError } from "daybook/plugin";
import type { Host, Sink, UtcDay } from "daybook/plugin";
import { openLocalStore } from "./parquet-place.js";
import { stoppingStore } from "./parquet-stopping-store.js";

const calm = new AbortController().signal;

/** A host whose store makes so many changes and no more. */
export function stoppingAfter(changes: number, isDone: boolean): Partial<Host> {
  return { openStore: (spec) => stoppingStore(openLocalStore(spec), changes, isDone) };
}

/** `none` when the call succeeds. */
export function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (error: unknown) => (isDaybookError(error) ? error.code : String(error)),
  );
}

export async function linesOf(sink: Sink, day: UtcDay): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of sink.read(day, calm)) lines.push(line);
  return lines;
}
