import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { Answers } from "./setup-answers.js";

/** The first configuration: what was answered and nothing else; every other key has its default. */
export function configurationText(answers: Answers, secretFile: string): string {
  const { name, tenantId, api, schedule, keep, archive } = answers;
  const cloud = api === undefined ? {} : { cloud: "custom", endpoints: { api } };
  const configuration = {
    tenants: { [name]: { tenantId, ...cloud, auth: signIn(answers, secretFile) } },
    retention: { schedule, keep },
    sinks: { vault: { use: "local-files", path: archive } },
    serve: { listen: "127.0.0.1:9464" },
  };
  return `# Written by \`daybook setup\`. Every other key has its default: see docs/CONFIG.md or \`daybook config init --full\`.\n${stringify(configuration)}`;
}

/** Where the secret of a tenant lies: beside the configuration. */
export function secretFileOf(configuration: string, { name }: Answers): string {
  return join(dirname(configuration), `${name}.secret`);
}

function signIn(answers: Answers, secretFile: string): object {
  const { method, clientId, certificate, privateKey, tokenFile } = answers;
  switch (method) {
    case "client-secret":
      return { method, clientId, secret: { file: secretFile } };
    case "client-certificate":
      return { method, clientId, certificate: { file: certificate }, privateKey: { file: privateKey } };
    case "managed-identity":
      return { method, ...(clientId === undefined ? {} : { clientId }) };
    case "workload-identity":
      return { method, clientId, tokenFile };
    case "token":
      return { method, token: { file: secretFile } };
    default:
      return method satisfies never;
  }
}

/** The drop-in that lets the unit write the archive's folder: ProtectSystem=strict leaves it read-only otherwise. */
export function dropInText(archive: string): string {
  return `# Written by \`daybook setup\`: the folder of the archive.\n[Service]\nReadWritePaths=${archive}\n`;
}

/**
 * The unit of the daemon with its drop-ins, made to run checks instead, the second once the first has passed: the same user, sandbox and credentials. `unit`
 * is what `systemctl cat daybook.service` prints; a later section of a unit file overrides an earlier one.
 */
export function checkUnitText(
  unit: string,
  { configuration, output }: { readonly configuration: string; readonly output: string },
): string {
  return `${unit}
[Service]
Type=oneshot
NotifyAccess=none
ExecStart=
ExecStart=/usr/bin/daybook config check --online --config ${configuration}
ExecStart=/usr/bin/daybook sinks check --config ${configuration}
ExecReload=
Restart=no
WatchdogSec=0
StandardOutput=append:${output}
StandardError=inherit
`;
}
