import { createTransport } from "nodemailer";
import { DaybookError } from "../model/errors.js";
import { plainWords } from "../model/plain-words.js";
import { networkError } from "./network-error.js";
import { unlessAborted } from "./unless-aborted.js";

/** A server that takes mail. */
export interface MailRelay {
  readonly host: string;
  readonly port: number;
  /** `starttls` refuses a server that does not offer it; `none` sends in the clear. */
  readonly security: "starttls" | "tls" | "none";
  readonly login?: { readonly user: string; readonly password: string };
}

export interface Mail {
  /** Stands in Message-ID: the same for each attempt at one mail. */
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

// Each bounds one wait of the dialogue; TOTAL_MS bounds all of it.
const WAITS = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 10_000,
};
const TOTAL_MS = 30_000;

/**
 * Hands one mail to the relay, within 30 seconds. Returns the addresses that the relay refused; it took the mail for the others. Throws
 * ALERT_REFUSED when it refused the mail, the login or every address; NETWORK_UNREACHABLE, NETWORK_TIMEOUT, NETWORK_TRUNCATED
 * or NETWORK_TLS when no dialogue came about; the signal's reason when aborted.
 */
export async function sendMail(
  relay: MailRelay,
  mail: Mail,
  signal: AbortSignal,
): Promise<readonly string[]> {
  signal.throwIfAborted();
  const { host, port, security, login } = relay;
  const transport = createTransport({
    ...WAITS,
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { id, from, to, subject, text } = mail;
  const deadline = AbortSignal.timeout(TOTAL_MS);
  try {
    const sent = transport.sendMail({
      from,
      to: [...to],
      subject,
      text,
      messageId: `<${id}@daybook>`,
      // RFC 3834: no vacation message comes back.
      headers: { "Auto-Submitted": "auto-generated" },
    });
    const { rejected } = await unlessAborted(sent, AbortSignal.any([signal, deadline]));
    return rejected;
  } catch (error) {
    signal.throwIfAborted();
    throw mailError(error, `${host}:${port}`);
  } finally {
    transport.close();
  }
}

function mailError(error: unknown, relay: string): DaybookError {
  const code = textOf(error, "code");
  const response = textOf(error, "response");
  if (code === "ETIMEDOUT" || (error instanceof Error && error.name === "TimeoutError")) {
    return new DaybookError("NETWORK_TIMEOUT", {
      message: `${relay}: found no answer in time, expected one`,
    });
  }
  // nodemailer puts its own code before the system's, such as ECONNREFUSED or that of a certificate.
  const original = textOf(error, "originalCode");
  if (original !== undefined) return networkError(Object.assign(new Error(), { code: original }), relay);
  if (code === "ETLS") {
    return new DaybookError("NETWORK_TLS", {
      message: `${relay}: found no STARTTLS, expected a relay that offers it`,
    });
  }
  // The relay's own decision about a command, in its own words.
  if (response !== undefined) {
    return new DaybookError("ALERT_REFUSED", { message: `the relay answered ${plainWords(response)}` });
  }
  return networkError(error, relay);
}

function textOf(error: unknown, name: string): string | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === "string" ? value : undefined;
}
