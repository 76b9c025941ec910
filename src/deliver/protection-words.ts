import { isDaybookError } from "../model/errors.js";
import type { ObjectStore, StoreProtection } from "../plugin/types.js";

/** What a record sink protects against early removal, as its store says it now. */
export interface SaidProtection {
  readonly sink: string;
  /** Null when the store could not be asked. */
  readonly protection: StoreProtection | null;
  /** For people: one sentence without its end. */
  readonly words: string;
}

const LOCKS = {
  none: "cannot protect a day: no locks with a date",
  governance:
    "locks each day until its retention ends; an administrator with the right to do so can end a lock early",
  compliance: "locks each day until its retention ends; nobody can end a lock early",
} as const satisfies Record<StoreProtection["retention"], string>;

/** What a store without a word about it protects. */
const NOTHING: StoreProtection = { retention: "none", hold: false, versions: false };

/** Asks the store. A store that does not answer is said as such, and is no error. */
export async function saidProtection(
  { name, store }: { readonly name: string; readonly store: Pick<ObjectStore, "protection"> },
  signal: AbortSignal,
): Promise<SaidProtection> {
  try {
    const protection = (await store.protection?.(signal)) ?? NOTHING;
    return { sink: name, protection, words: protectionWords(protection) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isDaybookError(error)) throw error;
    const words = `did not say what it protects: ${error.message} (${error.code})`;
    return { sink: name, protection: null, words };
  }
}

/** What the store can do by its operations, without asking it. */
export function offeredWords(store: Pick<ObjectStore, "extendRetention" | "setHold">): string {
  if (store.extendRetention === undefined)
    return `${LOCKS.none}${store.setHold === undefined ? ", no legal holds" : ""}`;
  return `locks with a date${store.setHold === undefined ? "" : ", legal holds"}`;
}

function protectionWords({ retention, hold, versions, note }: StoreProtection): string {
  const words = [
    LOCKS[retention],
    hold ? "legal holds reach it" : "no legal holds",
    ...(versions ? ["keeps versions"] : []),
  ].join(", ");
  return note === undefined ? words : `${words} (${note})`;
}
