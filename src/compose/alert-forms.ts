import type { DeepReadonly } from "../config/deep-readonly.js";
import type { AlertConfig } from "../config/schema/alerts.js";
import { isSafeAddress } from "../config/schema/values.js";
import type { SecretRef } from "../config/schema.js";
import type { SecretSource } from "../config/secrets.js";
import type { MailRelay } from "../io/send-mail.js";
import { DaybookError } from "../model/errors.js";
import { alertmanagerForm, slackForm, teamsForm, webhookForm } from "../serve/alert-form.js";
import type { AlertForm } from "../serve/alert-form.js";

/** The form of a configured receiver. */
export function alertForm(name: string, config: DeepReadonly<AlertConfig>, secrets: SecretSource): AlertForm {
  switch (config.use) {
    case "webhook":
      return webhookForm(config.url, () => secrets.text(config.secret));
    case "slack":
      return slackForm(() => secretUrl(name, config.url, secrets));
    case "teams":
      return teamsForm(() => secretUrl(name, config.url, secrets));
    case "alertmanager":
      return alertmanagerForm(config.url);
    case "smtp":
      return { relay: () => mailRelay(config, secrets), from: config.from, to: config.to };
    default:
      return config satisfies never;
  }
}

type SmtpConfig = Extract<DeepReadonly<AlertConfig>, { readonly use: "smtp" }>;

async function mailRelay(
  { host, port, security, user, password }: SmtpConfig,
  secrets: SecretSource,
): Promise<MailRelay> {
  const relay = { host, port, security };
  if (user === undefined || password === undefined) return relay;
  return { ...relay, login: { user, password: await secrets.text(password) } };
}

async function secretUrl(name: string, ref: SecretRef, secrets: SecretSource): Promise<string> {
  const url = await secrets.text(ref);
  if (isSafeAddress(url)) return url;
  throw new DaybookError("SECRET_UNREADABLE", {
    message: `alerts.${name}.url: found a text that is no address to post to, expected an https:// URL`,
  });
}
