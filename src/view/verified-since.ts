import type { TenantFacts } from "./tenant-view.js";

/** How long a record sink has gone without being read back. */
export interface VerifiedSince {
  readonly sink: string;
  /** When it was last read back; while it never was, when the first day reached it. Milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** One for each record sink to which something was delivered. Pure. */
export function verifiedSince({
  sinks,
  verifications,
  index,
}: Pick<TenantFacts, "sinks" | "verifications" | "index">): readonly VerifiedSince[] {
  const records = sinks.filter(({ kind }) => kind === "record");
  return records.flatMap(({ sink }) => {
    const sinceMs = verifications.find((one) => one.sink === sink)?.atMs ?? firstDeliveryMs(sink, index);
    return sinceMs === undefined ? [] : [{ sink, sinceMs }];
  });
}

function firstDeliveryMs(sink: string, index: TenantFacts["index"]): number | undefined {
  let first: number | undefined;
  for (const { deliveries } of index?.days.values() ?? []) {
    const at = deliveries.get(sink)?.at;
    if (at !== undefined && (first === undefined || at < first)) first = at;
  }
  return first;
}
