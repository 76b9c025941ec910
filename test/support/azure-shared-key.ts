import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ACCOUNT, KEY } from "./azure-server.js";

const SIGNED = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
];

/**
 * Whether the request is signed with the account's key, over everything that it says
 * (https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key).
 */
export function isSigned({ method = "", headers, url = "" }: IncomingMessage): boolean {
  const { pathname, searchParams } = new URL(url, "http://server");
  const standard = SIGNED.map((name) => String(headers[name] ?? "")).map((text, index) =>
    SIGNED[index] === "content-length" && text === "0" ? "" : text,
  );
  const own = Object.entries(headers)
    .filter(([name]) => name.startsWith("x-ms-"))
    .map(([name, value]) => `${name}:${String(value)}`)
    .toSorted();
  const query = [...searchParams].map(([name, value]) => `${name.toLowerCase()}:${value}`).toSorted();
  const text = [method, ...standard, ...own, [`/${ACCOUNT}${pathname}`, ...query].join("\n")].join("\n");
  const signature = createHmac("sha256", Buffer.from(KEY, "base64")).update(text).digest("base64");
  return headers.authorization === `SharedKey ${ACCOUNT}:${signature}`;
}
