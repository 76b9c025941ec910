import { request } from "node:http";
import type { Clock } from "../../src/io/clock.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { windowsOf } from "../../src/model/window.js";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator, SimulatorOptions } from "../../packages/simulator/index.js";

/** A page as the documentation writes it; the tests look at its text as well. */
export interface PlainPage {
  readonly activityEventEntities: readonly Readonly<Record<string, unknown>>[];
  readonly continuationUri: string | null;
  readonly continuationToken: string | null;
  readonly lastResultSet: boolean;
}

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Asks the simulator as a script would, with a token of its own making unless told. */
export class PlainReader {
  readonly simulator: Simulator;
  token: string;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
    this.token = simulator.issueToken();
  }

  static async start(options: SimulatorOptions, clock: Clock): Promise<PlainReader> {
    return new PlainReader(await startSimulator({ requestsPerHour: 100_000, ...options }, clock));
  }

  get(query: string, headers: Readonly<Record<string, string>> = {}): Promise<PlainAnswer> {
    const authorization = `Bearer ${this.token}`;
    return ask(`${this.simulator.url}/v1.0/myorg/admin/activityevents?${query}`, {
      authorization,
      ...headers,
    });
  }

  window(start: string, end: string, more = ""): Promise<PlainAnswer> {
    return this.get(`startDateTime='${start}'&endDateTime='${end}'${more}`);
  }

  /** Every page from a first answer to the null end. */
  async chain(first: PlainAnswer): Promise<readonly PlainAnswer[]> {
    const answers = [first];
    let token = pageOf(first).continuationToken;
    while (token !== null) {
      const answer = await this.get(`continuationToken='${token}'`);
      answers.push(answer);
      token = pageOf(answer).continuationToken;
    }
    return answers;
  }

  /** The source texts of a day, read in 24 windows. */
  async readDay(day: UtcDay): Promise<readonly string[]> {
    const texts: string[] = [];
    for (const { start, end } of windowsOf(day)) {
      for (const answer of await this.chain(await this.window(start, end)))
        texts.push(...textsOf(answer.body.toString()));
    }
    return texts;
  }
}

export function pageOf(answer: PlainAnswer): PlainPage {
  if (answer.status !== 200) throw new Error(`expected a page, found status ${answer.status}`);
  return JSON.parse(answer.body.toString()) as PlainPage;
}

export function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  form?: Readonly<Record<string, string>>,
): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: form === undefined ? "GET" : "POST", headers }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(parts) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  });
}

/** The texts of the elements of `activityEventEntities`, cut out without parsing: braces outside strings are counted. */
export function textsOf(body: string): readonly string[] {
  const texts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const match of body.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (match[0] === "{") {
      depth += 1;
      if (depth === 2) start = match.index;
    } else if (match[0] === "}") {
      if (depth === 2) texts.push(body.slice(start, match.index + 1));
      depth -= 1;
    }
  }
  return texts;
}
