import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOf, recordLines } from "daybook/plugin/contract";
import { makeCertificate, makeServerCertificate } from "../support/entra/certificates.js";
import { openPostgres } from "../support/postgres-place.js";
import { startPostgres } from "../support/postgres-server.js";
import type { PostgresServer } from "../support/postgres-server.js";

const { signal } = new AbortController();
let folder: string;
let trusted: string;
let stranger: string;
let server: PostgresServer;
let plain: PostgresServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-postgres-tls-"));
  const { ca } = makeServerCertificate();
  trusted = join(folder, "ca.pem");
  stranger = join(folder, "stranger.pem");
  await writeFile(trusted, ca.pem);
  await writeFile(stranger, makeServerCertificate().ca.pem);
  // Its name is another one than the host's; its address is not.
  server = await startPostgres(makeCertificate({ name: "db", issuer: ca, hosts: ["db.contoso.example"] }));
  plain = await startPostgres();
});
afterAll(async () => {
  await server.dispose();
  await plain.dispose();
  await rm(folder, { recursive: true });
});

describe("a server with TLS", () => {
  it("is used encrypted when its certificate and address are right", async () => {
    const sink = openPostgres(server.url(), { tls: { ca: trusted } });
    let seen: readonly object[] = [];
    async function* lines(): AsyncGenerator<string> {
      seen = await server.query(
        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'daybook'",
      );
      yield* recordLines(1);
    }
    const batch = batchOf(recordLines(1), { lines });

    await sink.write(batch, signal);

    expect(seen).toEqual([{ ssl: true }]);
  });

  it.each([
    ["whose authority is another one", (): string => stranger, "127.0.0.1", "verify-full"],
    [
      "whose authority is another one, in the weaker mode too",
      (): string => stranger,
      "127.0.0.1",
      "verify-ca",
    ],
    ["whose authority nobody knows", (): undefined => undefined, "127.0.0.1", "verify-full"],
    ["whose certificate is for another name", (): string => trusted, "localhost", "verify-full"],
  ] as const)("is refused %s", async (_what, ca, host, mode) => {
    const url = server.url().replace("127.0.0.1", host);
    const tls = { mode, ...(ca() === undefined ? {} : { ca: ca() }) };

    const failed = openPostgres(url, { tls }).check(signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });
  });

  it("may have another name in the mode verify-ca", async () => {
    const url = server.url().replace("127.0.0.1", "localhost");

    await expect(
      openPostgres(url, { tls: { ca: trusted, mode: "verify-ca" } }).check(signal),
    ).resolves.toBeUndefined();
  });

  it("is verified whatever the environment says", async () => {
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    process.env["PGSSLMODE"] = "no-verify";
    try {
      const failed = openPostgres(server.url(), { tls: { ca: stranger } }).check(signal);

      await expect(failed).rejects.toMatchObject({ code: "SINK_REFUSED" });
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      delete process.env["PGSSLMODE"];
    }
  });
});

describe("a server without TLS", () => {
  it("is refused where TLS is asked for, before a password is sent", async () => {
    const failed = openPostgres(plain.url(), { tls: { ca: trusted } }).check(signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });
  });
});
