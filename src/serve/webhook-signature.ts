import { createHmac } from "node:crypto";
import { DaybookError } from "../model/errors.js";

/** The shortest key that Standard Webhooks allows, in bytes. */
const MIN_KEY_BYTES = 24;

/** What is signed besides the secret. */
interface Signed {
  /** The same for each attempt at one message. */
  readonly id: string;
  /** Byte for byte as sent. */
  readonly body: string;
  /** When this attempt is sent, milliseconds since the epoch. Signed, so that a recorded message cannot be replayed later. */
  readonly nowMs: number;
}

/**
 * The three headers of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. `secret` is the
 * key in base64, with or without `whsec_` before it. Throws SECRET_UNREADABLE for another text or a key below 24 bytes.
 */
export function webhookHeaders(
  secret: string,
  { id, body, nowMs }: Signed,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const mac = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${mac}` };
}

function keyOf(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, "");
  const key = Buffer.from(text, "base64");
  // Buffer skips what is no base64, and the receiver's library would decode another key or refuse the secret.
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 && key.length >= MIN_KEY_BYTES) return key;
  throw new DaybookError("SECRET_UNREADABLE", {
    message: `the secret of a webhook: expected at least ${MIN_KEY_BYTES} bytes in base64, with or without whsec_ before them`,
    hint: "make one: echo whsec_$(openssl rand -base64 32)",
  });
}
