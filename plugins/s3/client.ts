import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import { S3 } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { BucketOptions } from "./bucket-options.js";

const CONNECT_MS = 10_000;
/** Without a byte in either direction. The core's deadline bounds the whole transfer. */
const IDLE_MS = 45_000;

/** The SDK's client as this plugin needs it. The SDK's own chain finds the credentials at the first request. */
export function makeClient({ region, endpoint, pathStyle, profile }: BucketOptions): S3 {
  const proxied = { keepAlive: true, maxSockets: 32, proxyEnv: process.env };
  const client = new S3({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    // The core tries again.
    maxAttempts: 1,
    // Without this logger it warns on the console about bodies that cannot be sent twice.
    logger: SILENT,
    // A checksum is sent where this plugin gives one. The default would chunk streams, which old gateways store as they come.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // With it large bodies would go through an agent of the SDK's own, past the proxy.
    expectContinueHeader: false,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
      // The SDK's default handler takes no proxy from the environment.
      httpAgent: new HttpAgent(proxied),
      httpsAgent: new HttpsAgent(proxied),
      logger: SILENT,
    }),
  });
  signStreams(client);
  return client;
}

/**
 * Signs the hash of a streamed body, which is known before it is sent. By default the SDK signs no hash of a
 * stream, and a store without checksums would keep whatever arrives.
 */
function signStreams(client: S3): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const input = args.input as { readonly Body?: unknown; readonly ChecksumSHA256?: string };
      if (input.Body instanceof Readable && input.ChecksumSHA256 !== undefined) {
        const request = args.request as { readonly headers: Record<string, string> };
        request.headers["x-amz-content-sha256"] = Buffer.from(input.ChecksumSHA256, "base64").toString("hex");
      }
      return next(args);
    },
    { step: "build", name: "signStreams" },
  );
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
