import { join } from "node:path";
import { MAX_PAGE_BYTES } from "../bytes/page-scanner.js";
import type { LoadedConfig } from "../config/load.js";
import type { Clock } from "../io/clock.js";
import { withReserve } from "../io/disk-reserve.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";
import type { Log } from "../model/log.js";
import { RequestBudget } from "../plan/request-budget.js";
import type { Endpoints } from "../source/clouds.js";
import { PageFetcher } from "../source/fetch-page.js";
import { LastOutcome } from "../source/last-outcome.js";
import { Quarantine } from "../source/quarantine.js";
import { DayReader } from "../source/read-day.js";
import { ACCESS_STAMP, RefusalBackoff } from "../source/refusal-backoff.js";
import { RetryPolicy } from "../source/retry-policy.js";
import type { Tokens } from "../source/tokens.js";
import { applicationOf } from "./preflight.js";
import type { TenantScope } from "./tenant-parts.js";

const PAGE_LIMITS = { timeoutMs: 300_000, maxBytes: MAX_PAGE_BYTES };
const CHAIN_LIMITS = { maxPages: 10_000, maxRestarts: 2 };
const RETRY = { firstPauseMs: 1_000, maxPauseMs: 120_000, random: Math.random };

/** What every part that reads the source uses. */
export interface SourceParts {
  readonly scope: TenantScope;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
}

export function makeAccess({ scope: { name, root }, files, clock, log }: SourceParts): RefusalBackoff {
  const stamp = { files, path: join(root, ACCESS_STAMP) };
  return new RefusalBackoff({ code: "ACCESS_DENIED", subject: `access of ${name}`, clock, log, stamp });
}

export function makeAnswers({ scope: { root }, files, clock }: SourceParts): LastOutcome {
  return new LastOutcome(files, { root, asked: "request" }, clock);
}

export function makeBudget({ scope: { root, config }, files, clock }: SourceParts): RequestBudget {
  const { requestsPerHour } = config;
  return new RequestBudget(files, clock, { path: join(root, "requests.log"), requestsPerHour });
}

export interface FetcherParts extends SourceParts {
  readonly answers: LastOutcome;
  readonly http: Http;
  readonly tokens: Tokens;
  readonly access: RefusalBackoff;
  readonly budget: RequestBudget;
  readonly endpoints: Endpoints;
  readonly redact: (text: string) => string;
}

export function makeFetcher({ scope, files, endpoints, redact, ...parts }: FetcherParts): PageFetcher {
  const application = applicationOf(scope.config, endpoints);
  const retry = new RetryPolicy(parts.clock, RETRY);
  const quarantine = new Quarantine(files, join(scope.root, "quarantine"), redact);
  return new PageFetcher({ ...parts, application, retry, quarantine }, endpoints, PAGE_LIMITS);
}

export interface ReaderParts extends SourceParts {
  readonly fetcher: PageFetcher;
  readonly loaded: LoadedConfig;
}

export function makeReader({ scope, loaded, ...parts }: ReaderParts): DayReader {
  const { compression, collect } = loaded.config;
  const { concurrency } = collect;
  const spoolRoot = join(scope.root, "spool");
  const reading = { ...parts, files: withReserve(parts.files) };
  return new DayReader(reading, { spoolRoot, compression, concurrency, ...CHAIN_LIMITS });
}
