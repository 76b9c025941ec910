import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3 } from "@aws-sdk/client-s3";
import type { ContainerClient } from "@azure/storage-blob";
import { RESTLESS_SCENARIO, startSimulator } from "../../packages/simulator/index.js";
import type { Simulator } from "../../packages/simulator/index.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { systemClock } from "../../src/io/clock.js";
import { GATEWAY_KEY, GATEWAY_SECRET, startGateway } from "../servers/s3/rados-gateway.js";
import { startEmulator } from "./azure-emulator.js";
import type { Emulator } from "./azure-emulator.js";
import { ACCOUNT, KEY, newContainer } from "./azure-server.js";
import { SIGN_IN_TOKEN, configText, runIn } from "./e2e-rig.js";
import type { Ran } from "./e2e-rig.js";
import { startPostgres } from "./postgres-server.js";
import type { PostgresServer } from "./postgres-server.js";
import { REGION, newBucket, useCredentials } from "./s3-place.js";
import { VirtualClock } from "./virtual-clock.js";

const NOW = "2026-11-22T12:00:00.000Z";
/** A Thursday in the middle of the horizon. */
export const EMPTY_DAY = "2026-11-12" as UtcDay;

/** The real servers, each with a place for an archive. */
interface Servers {
  readonly s3: S3;
  readonly bucket: string;
  readonly lakeBucket: string;
  readonly azurite: Emulator;
  readonly container: ContainerClient;
  readonly postgres: PostgresServer;
  readonly gatewayUrl: string;
}

/** A simulated tenant, real servers, and one configuration that names them all as sinks. */
export interface AllSinksRig extends Servers {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  run(...argv: string[]): Promise<Ran>;
  /** With the clock of this machine, which the servers have too: the lock of a probe ends by theirs. */
  runNow(...argv: string[]): Promise<Ran>;
  /** The answer of a command with --json. */
  json(...argv: string[]): Promise<unknown>;
  /** Writes a further sink into the configuration. */
  addSink(yaml: string): void;
  dispose(): Promise<void>;
}

export async function allSinksRig(): Promise<AllSinksRig> {
  const started: (() => unknown)[] = [];
  const dispose = async (): Promise<void> => {
    for (const end of started.toReversed()) await end();
  };
  try {
    return { ...(await makeRig(started)), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function makeRig(started: (() => unknown)[]): Promise<Omit<AllSinksRig, "dispose">> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-all-sinks-"));
  started.push(() => rmSync(folder, { recursive: true, force: true }));
  started.push(await useCredentials(GATEWAY_KEY, GATEWAY_SECRET));
  const clock = new VirtualClock(NOW);
  const simulator = await startTenant(clock);
  started.push(() => simulator.close());
  const servers = await startServers(started);
  mkdirSync(join(folder, "vault"));
  const secrets = { token: SIGN_IN_TOKEN, "database-url": servers.postgres.url(), "blob-key": KEY };
  for (const [name, secret] of Object.entries(secrets))
    writeFileSync(join(folder, name), secret, { mode: 0o600 });
  let sinks = sinksText(folder, servers);
  const configure = (): void => {
    const text = configText(folder, simulator, {
      horizon: "28d",
      readAfter: ["26h", "3d", "5d"],
      more: sinks,
    });
    writeFileSync(join(folder, "daybook.yaml"), text, { mode: 0o600 });
  };
  configure();
  const run = (...argv: string[]): Promise<Ran> => runIn(folder, { clock }, argv);
  return {
    folder,
    clock,
    simulator,
    ...servers,
    run,
    runNow: (...argv) => runIn(folder, { clock: systemClock }, argv),
    json: async (...argv) => JSON.parse((await run(...argv, "--json")).out) as unknown,
    addSink: (yaml) => {
      sinks += yaml;
      configure();
    },
  };
}

async function startServers(started: (() => unknown)[]): Promise<Servers> {
  const postgres = await startPostgres();
  started.push(() => postgres.dispose());
  const azurite = await startEmulator();
  started.push(() => azurite.stop());
  const gateway = await startGateway();
  started.push(() => gateway.stop());
  const s3 = clientOf(gateway.endpoint);
  started.push(() => s3.destroy());
  const bucket = await newBucket(s3, true);
  const lakeBucket = await newBucket(s3, false);
  const container = await newContainer(azurite.endpoint);
  return { postgres, azurite, gatewayUrl: gateway.endpoint, s3, bucket, lakeBucket, container };
}

function sinksText(folder: string, { azurite, container, gatewayUrl, bucket, lakeBucket }: Servers): string {
  const store = `endpoint: "${gatewayUrl}", region: ${REGION}, pathStyle: true, profile: writer`;
  return `  worm: { use: s3, bucket: ${bucket}, prefix: powerbi/, ${store}, objectLock: governance }
  blobs:
    use: azure-blob
    account: ${ACCOUNT}
    endpoint: ${azurite.endpoint}
    container: ${container.containerName}
    prefix: powerbi/
    auth: { method: account-key, key: { file: ./blob-key } }
  lake: { use: parquet, to: { use: local-files, path: ${join(folder, "lake")} } }
  cloudlake: { use: parquet, engine: parquetjs-lite, to: { use: s3, bucket: ${lakeBucket}, ${store} } }
  sql: { use: postgres, connection: { file: ./database-url } }
`;
}

/** Some days have late events, repeated ones, conflicting ids and none at all. */
function startTenant(clock: VirtualClock): Promise<Simulator> {
  return startSimulator(
    {
      ...RESTLESS_SCENARIO,
      eventsPerDay: 200,
      emptyDays: [EMPTY_DAY],
      lateShare: 0.1,
      latestLateDays: 4,
      duplicateShare: 0.02,
      conflictShare: 0.01,
      missingIdShare: 0.01,
      horizonDays: 28,
      requestsPerHour: 1_000_000,
      bearerToken: SIGN_IN_TOKEN,
    },
    clock,
  );
}

/** The AWS SDK's client as it comes, without anything of the plugin. */
function clientOf(endpoint: string): S3 {
  const credentials = { accessKeyId: GATEWAY_KEY, secretAccessKey: GATEWAY_SECRET };
  return new S3({ endpoint, region: REGION, forcePathStyle: true, credentials });
}
