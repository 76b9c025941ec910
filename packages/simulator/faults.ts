/** A request as the simulator sees it. Names of headers are in lower case. */
export interface SimulatedRequest {
  /** 1 for the first request of this kind (activity events, or sign-in) that the simulator got. */
  readonly number: number;
  readonly kind: "activity-events" | "sign-in" | "other";
  readonly method: string;
  readonly path: string;
  /** As received, without the `?`. */
  readonly query: string;
  /** The query's values, percent-decoded, quotes still on; undefined when it is not valid percent-encoding. */
  readonly parameters: ReadonlyMap<string, string> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer of the tenant. `body` may come in parts, so that a large page is never copied. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
}

/**
 * What a test wants on the wire. With a `status` or a `body` it stands in place of the tenant's answer (200, JSON and
 * an empty body where it does not say); with neither, the tenant's own answer is sent, in the way that the rest tells.
 */
export interface FaultAnswer {
  readonly status?: number;
  /** Laid over the others; undefined takes one away. `content-length` may lie. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
  /** Real milliseconds before the first byte. */
  readonly delayMs?: number;
  /** Sends the body in pieces of `bytes`, one every `everyMs` real milliseconds. */
  readonly drip?: { readonly bytes: number; readonly everyMs: number };
  /** Closes the connection after so many bytes of the body, which `content-length` still promises in full. */
  readonly cutAfterBytes?: number;
  /** Resets the connection: at once, or where `cutAfterBytes` says. */
  readonly reset?: boolean;
}

/**
 * One injected fault. The first rule that applies answers. `when` is the number of an activity-events request, or a test of
 * any request; the rule applies `times` times, without limit when absent. `respond` may look at the tenant's own answer,
 * which is only made, and only counts as a request, when it is asked for or needed.
 */
export interface FaultRule {
  readonly when: number | ((request: SimulatedRequest) => boolean);
  readonly times?: number;
  readonly respond:
    | FaultAnswer
    | ((request: SimulatedRequest, own: () => Promise<Answer>) => FaultAnswer | Promise<FaultAnswer>);
}

/** The rules in force, with how often each has applied. */
export class FaultPlan {
  readonly #rules: { readonly rule: FaultRule; applied: number }[] = [];

  constructor(rules: readonly FaultRule[]) {
    for (const rule of rules) this.add(rule);
  }

  add(rule: FaultRule): void {
    this.#rules.push({ rule, applied: 0 });
  }

  /** The rule that answers `request`, counted as applied; undefined leaves the answer to the tenant. */
  ruleFor(request: SimulatedRequest): FaultRule | undefined {
    const entry = this.#rules.find(
      ({ rule, applied }) => applied < (rule.times ?? Infinity) && appliesTo(rule, request),
    );
    if (entry === undefined) return undefined;
    entry.applied += 1;
    return entry.rule;
  }
}

function appliesTo(rule: FaultRule, request: SimulatedRequest): boolean {
  if (typeof rule.when === "function") return rule.when(request);
  return request.kind === "activity-events" && request.number === rule.when;
}
