import "reflect-metadata";
import { join } from "node:path";
import { inject, injectable } from "tsyringe";
import type { TenantConfig } from "../config/schema.js";
import type { SecretSource } from "../config/secrets.js";
import type { Clock } from "../io/clock.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import type { RequestBudget } from "../plan/request-budget.js";
import type { Endpoints } from "../source/clouds.js";
import { kindOfStep, preflight } from "../source/preflight/preflight.js";
import type { PreflightStep } from "../source/preflight/preflight.js";
import { LastOutcome, outcomeKind } from "../source/last-outcome.js";
import { ACCESS_STAMP, SIGN_IN_STAMP, removeStamp } from "../source/refusal-backoff.js";
import type { RefusalBackoff } from "../source/refusal-backoff.js";
import { readCertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import type { Tokens } from "../source/tokens.js";
import { certificateOf } from "./credential.js";
import {
  ACCESS,
  ANSWERS,
  BUDGET,
  CHECK_TOKENS,
  ENDPOINTS,
  OUTSIDE,
  SECRETS,
  TENANT,
  TOKENS,
} from "./tokens.js";
import type { Outside, Preflight, TenantScope } from "./tenant-parts.js";

type TakeRequest = (signal: AbortSignal) => Promise<void>;

@injectable()
export class TenantPreflight implements Preflight {
  constructor(
    @inject(OUTSIDE) private readonly outside: Outside,
    @inject(TENANT) private readonly tenant: TenantScope,
    @inject(ENDPOINTS) private readonly endpoints: Endpoints,
    @inject(SECRETS) private readonly secrets: SecretSource,
    @inject(TOKENS) private readonly tokens: Tokens,
    @inject(CHECK_TOKENS) private readonly checkTokens: Tokens,
    @inject(ACCESS) private readonly access: RefusalBackoff,
    @inject(BUDGET) private readonly requests: RequestBudget,
    @inject(ANSWERS) private readonly answers: LastOutcome,
  ) {}

  async run(signal: AbortSignal): Promise<readonly PreflightStep[]> {
    const take: TakeRequest = async (requestSignal) => {
      await this.access.check(applicationOf(this.tenant.config, this.endpoints));
      if (!(await this.requests.takeNow(requestSignal))) throw await this.#noneLeft();
    };
    const steps = await this.#steps(this.tokens, take, signal);
    if (isPassed(steps, "activity-log")) await this.answers.ok();
    await this.#note(steps);
    return steps;
  }

  async check(signal: AbortSignal): Promise<readonly PreflightStep[]> {
    // Not recorded: a record that another user makes could lock the service out. One request more does no harm.
    const take: TakeRequest = async () => {
      if ((await this.requests.state()).left === 0) throw await this.#noneLeft();
    };
    const steps = await this.#steps(this.checkTokens, take, signal);
    if (isPassed(steps, "sign-in")) await this.#forget(SIGN_IN_STAMP);
    if (isPassed(steps, "activity-log")) await this.#forget(ACCESS_STAMP);
    return steps;
  }

  /** Ends the pause after a refusal. Where this user may not, the pause ends by itself within a quarter of an hour. */
  async #forget(stamp: string): Promise<void> {
    try {
      await removeStamp({ files: this.outside.files, path: join(this.tenant.root, stamp) });
    } catch (error) {
      if (!isDaybookError(error, "DISK_DENIED")) throw error;
    }
  }

  #steps(tokens: Tokens, takeRequest: TakeRequest, signal: AbortSignal): Promise<readonly PreflightStep[]> {
    const { http, clock } = this.outside;
    const { auth, tenantId } = this.tenant.config;
    const { api, scope } = this.endpoints;
    const certificate = certificateDoor({ scope: this.tenant, secrets: this.secrets, clock });
    return preflight(
      {
        api,
        tenantId,
        ...("clientId" in auth && auth.clientId !== undefined ? { clientId: auth.clientId } : {}),
        ...(scope === undefined ? {} : { scope }),
      },
      { tokens, http, clock, takeRequest, ...(certificate === undefined ? {} : { certificate }) },
      signal,
    );
  }

  /** What ended early because the hour's requests are used up says nothing of the source. */
  async #note(steps: readonly PreflightStep[]): Promise<void> {
    const { files, clock } = this.outside;
    const outcome = new LastOutcome(files, { root: this.tenant.root, asked: "preflight" }, clock);
    const failed = steps.find(({ ok }) => !ok);
    if (failed === undefined) return outcome.ok();
    const { step, code, found, expected, hint } = failed;
    if (code === "SOURCE_THROTTLED") return;
    const message = `${step}: found ${found}, expected ${expected}`;
    await outcome.failed({ code, message, hint, kind: outcomeKind(kindOfStep(failed)) });
  }

  /** The hour's requests are used up, and the next one may be an hour away: nobody waits for it. */
  async #noneLeft(): Promise<DaybookError> {
    const { nextMs } = await this.requests.state();
    const { name, config } = this.tenant;
    return new DaybookError("SOURCE_THROTTLED", {
      message: `requests of ${name}: found none left of ${config.requestsPerHour} an hour, expected one`,
      hint: `look again after ${isoTime(nextMs)}; sign-in and token have been looked at`,
    });
  }
}

function isPassed(steps: readonly PreflightStep[], name: PreflightStep["step"]): boolean {
  return steps.some(({ step, ok }) => ok && step === name);
}

/** The configured application at its source: a stored refusal holds for this one alone. */
export function applicationOf({ auth }: TenantConfig, { api }: Endpoints): string {
  return JSON.stringify([api, auth]);
}

export interface CertificateParts {
  readonly scope: TenantScope;
  readonly secrets: SecretSource;
  readonly clock: Clock;
}

/** Reads when the client certificate ends; undefined where the tenant signs in without one. */
export function certificateDoor({
  scope: { name, config },
  secrets,
  clock,
}: CertificateParts): (() => Promise<CertificateExpiry>) | undefined {
  const { auth } = config;
  if (auth.method !== "client-certificate") return undefined;
  const source = certificateOf(auth, secrets);
  return () => readCertificateExpiry(`${name} certificate`, source, clock.now());
}
