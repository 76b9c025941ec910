import type { Http, HttpAnswer, HttpRequest } from "../io/http.js";
import type { PassProgress } from "../pass/progress.js";

/** How often something happened, by labels. */
export interface Counted {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: number;
}

/** Counts since the process started. Everything else in the metrics comes from the ledger. */
export class Counts {
  readonly #counts = new Map<string, Map<string, Counted>>();

  get eventsSealed(): readonly Counted[] {
    return this.#of("events");
  }

  get requests(): readonly Counted[] {
    return this.#of("requests");
  }

  /** Counts the events that passes seal, and forwards everything to `progress`. */
  alongside(progress: PassProgress): PassProgress {
    return {
      planned: (tenant, tasks) => progress.planned(tenant, tasks),
      reading: (tenant, day, step) => progress.reading(tenant, day, step),
      ended: (tenant, day, result) => {
        if (result.kind === "sealed") this.#add("events", { tenant }, result.added);
        progress.ended(tenant, day, result);
      },
      note: (tenant, text) => progress.note(tenant, text),
    };
  }

  /** Counts every request that goes through `http`, sign-ins included, by host and outcome. */
  onHttp(http: Http): Http {
    return {
      request: async (request, signal) => {
        try {
          const answer = await http.request(request, signal);
          this.#add("requests", labelsOf(request, answer), 1);
          return answer;
        } catch (error) {
          if (!signal.aborted) this.#add("requests", labelsOf(request), 1);
          throw error;
        }
      },
    };
  }

  #of(name: string): readonly Counted[] {
    return [...(this.#counts.get(name)?.values() ?? [])];
  }

  #add(name: string, labels: Readonly<Record<string, string>>, times: number): void {
    const counts = this.#counts.get(name) ?? new Map<string, Counted>();
    this.#counts.set(name, counts);
    const key = JSON.stringify(labels);
    counts.set(key, { labels, times: (counts.get(key)?.times ?? 0) + times });
  }
}

/** Only configured hosts are contacted, so there are few labels. */
function labelsOf({ url }: HttpRequest, answer?: HttpAnswer): Readonly<Record<string, string>> {
  const host = URL.parse(url)?.host ?? "";
  return { host, outcome: answer === undefined ? "no-answer" : outcomeOf(answer.status) };
}

/** Throttling has an outcome of its own, because other tools may share the allowance. */
function outcomeOf(status: number): string {
  return status === 429 ? "429" : `${Math.floor(status / 100)}xx`;
}
