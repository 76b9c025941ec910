import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { SinkMaker, SinkPlace } from "daybook/plugin/contract";
import type { Sink } from "daybook/plugin";
import postgres from "../../plugins/postgres/index.js";
import { testHost } from "./plugin-host.js";
import type { PostgresServer } from "./postgres-server.js";

/** The sink as the configuration would open it, whose connection string is `url`. */
export function openPostgres(url: string, options: object = {}, tenant = "contoso"): Sink {
  const parsed = postgres.options.parse({ connection: { env: "DATABASE_URL" }, ...options });
  return postgres.open(parsed, testHost({ tenant, secret: async () => url }));
}

export interface PostgresPlace {
  readonly schema: string;
  readonly open: (tenant?: string) => Sink;
  readonly dispose: () => Promise<void>;
}

let places = 0;

/** A schema of its own in the server's database, which `dispose` drops. */
export function newPlace(server: PostgresServer, options: object = {}): PostgresPlace {
  places += 1;
  const schema = `place_${places}`;
  return {
    schema,
    open: (tenant) => openPostgres(server.url(), { schema, ...options }, tenant),
    dispose: async () => {
      await server.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    },
  };
}

/** What the contract needs to try the sink at this server. */
export function postgresMaker(server: () => PostgresServer): SinkMaker {
  return {
    make: async () => newPlace(server()),
    unusable: async () => fixedPlace(`${server().url()}_that_is_absent`),
    refused: async () => fixedPlace(server().url("archiver", "another password")),
    unreachable: async () => {
      const listener = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => listener.once("listening", resolve));
      const { port } = listener.address() as AddressInfo;
      await new Promise((resolve) => listener.close(resolve));
      return fixedPlace(`postgres://archiver@127.0.0.1:${port}/postgres`);
    },
  };
}

function fixedPlace(url: string): SinkPlace {
  return { open: (tenant) => openPostgres(url, {}, tenant), dispose: async () => {} };
}
