import { alertForm } from "../compose/alert-forms.js";
import type { Program } from "../compose/program.js";
import type { Tenant } from "../compose/tenant-parts.js";
import { lookAtFolder } from "../io/look-at-folder.js";
import { kindOfStep } from "../source/preflight/preflight.js";
import { checkAccessToken } from "../serve/access-token.js";
import { readSecretsOf } from "../serve/alert-sender.js";
import { readCertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import { testMessage } from "./alerts-test.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { EXIT, exitOf } from "./exit-codes.js";
import { look, lookAtSinks, lookedResult } from "./look.js";
import type { Looked } from "./look.js";
import { openWorkspace } from "./workspace.js";

export interface ConfigCheckOptions extends CommonOptions {
  readonly online?: boolean;
}

/**
 * Every rule of the file at once, then every secret, state folder and sink; with --online every tenant's sign-in and one request.
 * Writes nothing: it may run as another user than the service, which could then not use what it had made.
 */
export const configCheck: Command<ConfigCheckOptions> = async (options, surroundings) => {
  const program = await openWorkspace(options, surroundings);
  const { loaded, tenants } = program;
  const looked: Looked[] = [];
  for (const tenant of tenants) {
    looked.push(await lookAtSecrets(tenant), await lookAtState(tenant));
    looked.push(...(await lookAtSinks(tenant, "look", surroundings.signal)));
    if (options.online === true) looked.push(...(await lookOnline(tenant, surroundings)));
  }
  looked.push(...(await lookAtSharedSecrets(program)));
  const result = lookedResult(loaded.path, looked, { config: loaded.path, config_sha256: loaded.sha256 });
  return {
    ...result,
    text: `${result.text}\nNothing was written: \`daybook sinks check\` tries every sink.`,
  };
};

async function lookAtState({ name, root, files }: Pick<Tenant, "name" | "root" | "files">): Promise<Looked> {
  let note = "";
  const found = await look(`${name} state folder`, "looks ready to be written", async () => {
    ({ note = "" } = await lookAtFolder(files, root));
  });
  return found.ok ? { ...found, hint: note } : found;
}

/** Reads every secret of the sign-in once, without using it. */
async function lookAtSecrets({ name, credential }: Pick<Tenant, "name" | "credential">): Promise<Looked> {
  const subject = `${name} credential`;
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

/** The secrets beside the tenants' own: of the receivers of alerts, and of the status page. */
async function lookAtSharedSecrets({
  loaded,
  secrets,
  outside,
}: Pick<Program, "loaded" | "secrets" | "outside">): Promise<readonly Looked[]> {
  const { alerts = {}, serve } = loaded.config;
  const nowMs = outside.clock.now();
  const looked: Looked[] = [];
  for (const [name, config] of Object.entries(alerts)) {
    const read = async (): Promise<void> =>
      readSecretsOf(alertForm(name, config, secrets), testMessage(nowMs), nowMs);
    looked.push(await look(`alerts ${name}`, "a readable secret", read));
  }
  const token = serve?.token;
  if (token === undefined) return looked;
  const read = async (): Promise<void> => void checkAccessToken(await secrets.text(token));
  return [...looked, await look("serve.token", "a readable secret", read)];
}

async function lookOnline(
  { name, preflight }: Pick<Tenant, "name" | "preflight">,
  { signal }: Surroundings,
): Promise<readonly Looked[]> {
  const steps = await preflight().check(signal);
  return steps.map((step) => ({
    ...step,
    subject: `${name} ${step.step}`,
    exit: step.ok ? EXIT.ok : exitOf(kindOfStep(step)),
    sentence: `found ${step.found}; expected ${step.expected}`,
  }));
}
