import { afterAll, beforeAll, beforeEach } from "vitest";
import { systemClock } from "../../../src/io/clock.js";
import { nodeFiles } from "../../../src/io/node-files.js";
import { nodeHttp } from "../../../src/io/node-http.js";
import { isDaybookError } from "../../../src/model/errors.js";
import { signIn } from "../../../src/source/sign-in/sign-in.js";
import type { Credential } from "../../../src/source/sign-in/sign-in.js";
import type { AccessToken, Tokens } from "../../../src/source/tokens.js";
import { makeServerCertificate } from "./certificates.js";
import { startEntra } from "./entra-server.js";
import type { EntraServer } from "./entra-server.js";
import { recordingLog } from "./recording-log.js";
import { trust } from "./trust.js";

export const TENANT = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
export const APPLICATION = "11111111-2222-3333-4444-555555555555";
export const SCOPE = "https://analysis.windows.net/powerbi/api/.default";
/** A secret that must show up nowhere. */
export const CANARY = "canary~Secret.8Q~value-that-must-not-show";

/** A signal that nobody aborts. */
export const never = new AbortController().signal;

/** The sign-in of a tenant, whole, against a token endpoint over TLS that lives as long as the test file. */
export interface SignInRig {
  readonly entra: EntraServer;
  readonly log: ReturnType<typeof recordingLog>;
  tokensFor(credential: Credential, tenantId?: string, authority?: string): Tokens;
}

/** To be called at the top of a test file. */
export function signInRig(): SignInRig {
  const log = recordingLog();
  let entra: EntraServer | undefined;
  const started = (): EntraServer => {
    if (entra === undefined)
      throw new Error("the token endpoint is started before the tests, not while they are collected");
    return entra;
  };
  beforeAll(async () => {
    const { ca, server } = makeServerCertificate();
    trust(ca);
    entra = await startEntra(server);
  });
  beforeEach(() => {
    const server = started();
    server.reply = undefined;
    server.secrets.clear();
    server.certificates.clear();
    server.assertions.clear();
  });
  afterAll(() => started().close());
  return {
    get entra() {
      return started();
    },
    log,
    tokensFor(credential, tenantId = TENANT, authority = started().authority(tenantId)) {
      const options = { name: "contoso", credential, authority, scope: SCOPE };
      return signIn(options, { http: nodeHttp, clock: systemClock, files: nodeFiles, log, environment: {} });
    },
  };
}

export function secretOf(value: string): Credential {
  return { method: "client-secret", clientId: APPLICATION, secret: async () => value };
}

/** How getting a token failed; `text` is everything of the error that could be shown. */
export async function failureOf(
  work: Promise<AccessToken>,
): Promise<{ readonly code: string; readonly text: string; readonly retry: unknown }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isDaybookError(error)) throw new Error("expected a DaybookError", { cause: error });
  const text = [error.message, error.hint, error.stack, JSON.stringify(error), String(error.cause)].join(
    "\n",
  );
  return { code: error.code, text, retry: error.retry };
}
