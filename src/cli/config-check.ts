import { certificateOf, credentialOf } from "../credential.js";
import { BUDGET, CHECK_TOKENS, ENDPOINTS, OUTSIDE, SECRETS, TENANT } from "../container.js";
import type { Composition } from "../container.js";
import { preflight } from "../source/preflight/preflight.js";
import type { PreflightDoors, PreflightStep } from "../source/preflight/preflight.js";
import { readCertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { look, lookAtSinks, lookedResult } from "./look.js";
import type { Looked } from "./look.js";
import { openWorkspace } from "./workspace.js";

export interface ConfigCheckOptions extends CommonOptions {
  readonly online?: boolean;
}

/** Every rule of the file at once, then every secret and sink; with --online every tenant's sign-in and one request. */
export const configCheck: Command<ConfigCheckOptions> = async (options, surroundings) => {
  const { loaded, tenants } = await openWorkspace(options, surroundings);
  const looked: Looked[] = [];
  for (const { name, container } of tenants) {
    looked.push(await lookAtSecrets(name, container));
    looked.push(...(await lookAtSinks(name, container, surroundings.signal)));
    if (options.online === true) looked.push(...(await lookOnline(name, container, surroundings)));
  }
  return lookedResult(loaded.path, looked, { config: loaded.path, config_sha256: loaded.sha256 });
};

/** Reads every secret of the sign-in once, without using it. */
async function lookAtSecrets(tenant: string, container: Composition): Promise<Looked> {
  const subject = `${tenant} credential`;
  const credential = credentialOf(container.resolve(TENANT).config.auth, container.resolve(SECRETS));
  return look(subject, "readable", async () => {
    switch (credential.method) {
      case "client-secret":
        return void (await credential.secret());
      case "token":
        return void (await credential.token());
      case "workload-identity":
        return void (await credential.assertion());
      case "client-certificate":
        return void (await readCertificateExpiry(subject, credential.certificate, 0));
      case "managed-identity":
        return undefined;
      default:
        return credential satisfies never;
    }
  });
}

async function lookOnline(
  tenant: string,
  container: Composition,
  { signal }: Surroundings,
): Promise<readonly Looked[]> {
  const { http, clock, files } = container.resolve(OUTSIDE);
  const { config, root } = container.resolve(TENANT);
  const { api, scope } = container.resolve(ENDPOINTS);
  const { auth, tenantId } = config;
  await files.makeFolder(root);
  const clientId = "clientId" in auth ? auth.clientId : undefined;
  const steps = await preflight(
    {
      api,
      tenantId,
      ...(clientId === undefined ? {} : { clientId }),
      ...(scope === undefined ? {} : { scope }),
    },
    {
      tokens: container.resolve(CHECK_TOKENS),
      http,
      clock,
      takeRequest: (requestSignal) => container.resolve(BUDGET).take(requestSignal),
      ...certificateDoor(tenant, container),
    },
    signal,
  );
  return steps.map((step) => ({ ...step, subject: `${tenant} ${step.step}`, exit: exitOf(step) }));
}

function certificateDoor(tenant: string, container: Composition): Pick<PreflightDoors, "certificate"> {
  const { auth } = container.resolve(TENANT).config;
  if (auth.method !== "client-certificate") return {};
  const source = certificateOf(auth, container.resolve(SECRETS));
  const nowMs = container.resolve(OUTSIDE).clock.now();
  return { certificate: () => readCertificateExpiry(`${tenant} certificate`, source, nowMs) };
}

function exitOf({ ok, isOutage }: PreflightStep): number {
  if (ok) return EXIT.ok;
  return isOutage ? EXIT.unavailable : EXIT.signIn;
}
