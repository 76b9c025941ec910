import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3 } from "@aws-sdk/client-s3";
import s3 from "../../plugins/s3/index.js";
import { makeClient } from "../../plugins/s3/client.js";
import type { StoreMaker, StorePlace } from "../../packages/contract/index.js";
import type { Host, ObjectStore } from "../../src/plugin/types.js";
import { testHost } from "./plugin-host.js";

export const REGION = "us-east-1";

/** A server of either kind, and the client of who owns it. */
export interface S3Server {
  readonly endpoint: string;
  readonly owner: S3;
}

/**
 * Gives this process credentials the way an operator would, by the SDK's own files: the profile `writer` is good, `stranger`
 * is not known to the server. Answers how to undo it.
 */
export async function useCredentials(accessKey: string, secret: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-aws-"));
  const file = join(folder, "credentials");
  const profile = (name: string, key: string): string =>
    `[${name}]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`;
  await writeFile(file, profile("writer", accessKey) + profile("stranger", "nobody"));
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = file;
  process.env["AWS_CONFIG_FILE"] = join(folder, "absent");
  return async () => {
    delete process.env["AWS_SHARED_CREDENTIALS_FILE"];
    delete process.env["AWS_CONFIG_FILE"];
    await rm(folder, { recursive: true });
  };
}

export function ownerOf(endpoint: string): S3 {
  return makeClient({ bucket: "", endpoint, region: REGION, pathStyle: true, profile: "writer" });
}

export async function newBucket(owner: S3, hasLock: boolean): Promise<string> {
  const bucket = `daybook-${randomBytes(6).toString("hex")}`;
  await owner.createBucket({ Bucket: bucket, ...(hasLock ? { ObjectLockEnabledForBucket: true } : {}) });
  return bucket;
}

export function openStore(
  { endpoint }: Pick<S3Server, "endpoint">,
  bucket: string,
  options: object = {},
  host: Partial<Host> = {},
): ObjectStore {
  const parsed = s3.options.parse({
    bucket,
    endpoint,
    region: REGION,
    pathStyle: true,
    profile: "writer",
    prefix: "daybook/",
    ...options,
  });
  return s3.open(parsed, testHost(host));
}

/** Versions and delete markers in a bucket, as its owner sees them. */
export async function versionsIn(owner: S3, Bucket: string): Promise<number> {
  const { Versions = [], DeleteMarkers = [] } = await owner.listObjectVersions({ Bucket });
  return Versions.length + DeleteMarkers.length;
}

/** For the contract: every place is a bucket of its own. */
export function s3Maker(server: () => S3Server, objectLock: "off" | "governance" | "compliance"): StoreMaker {
  const place = (bucket: string, endpoint: string, options: object = {}): StorePlace => {
    const opened: ObjectStore[] = [];
    return {
      open: () => {
        const store = openStore({ endpoint }, bucket, { objectLock, ...options });
        opened.push(store);
        return store;
      },
      dispose: async () => {
        await Promise.all(opened.map((store) => store.close()));
      },
      versions: () => versionsIn(server().owner, bucket),
    };
  };
  const make = async (options?: object): Promise<StorePlace> =>
    place(await newBucket(server().owner, objectLock !== "off"), server().endpoint, options);
  return {
    offers: {
      retention: objectLock !== "off",
      hold: objectLock !== "off",
      versions: objectLock !== "off",
    },
    make: () => make(),
    unusable: async () => place("no-such-bucket", server().endpoint),
    // The discard port: nothing listens there.
    unreachable: async () => place("any-bucket", "http://127.0.0.1:9"),
    refused: () => make({ profile: "stranger" }),
  };
}
