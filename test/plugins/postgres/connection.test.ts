import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { DaybookError } from "daybook/plugin";
import { parseConnection } from "../../../plugins/postgres/connection-string.js";
import { postgresOptions } from "../../../plugins/postgres/options.js";
import { sinkError } from "../../../plugins/postgres/server-error.js";
import { serverTls } from "../../../plugins/postgres/server-tls.js";
import { nodeFiles } from "../../../src/io/node-files.js";
import { openPostgres } from "../../support/postgres-place.js";

const { signal } = new AbortController();
let listener: Server | undefined;
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  listener?.close();
});

/** A server that does `answer` to every piece that it is sent; the connection string that leads to it. */
async function listenWith(answer: (socket: Socket) => void): Promise<string> {
  listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => answer(socket));
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  return `postgres://daybook:x@127.0.0.1:${(listener.address() as AddressInfo).port}/audit`;
}

/** An ErrorResponse (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from("E"), length, fields]);
}

describe("a connection string", () => {
  it.each([
    [
      "postgres://u:p%40ss@db.example:6432/audit",
      { host: "db.example", port: 6432, password: "p@ss", isLocal: false },
    ],
    ["postgresql://u@[::1]/audit", { host: "::1", port: 5432, password: undefined, isLocal: true }],
    ["postgres://u@127.0.0.1", { host: "127.0.0.1", database: "u", isLocal: true }],
    [
      "postgres://u@/audit?host=/run/postgresql",
      { host: "/run/postgresql", database: "audit", isLocal: true },
    ],
    ["postgres://u@%2Frun%2Fpg/audit\n", { host: "/run/pg", database: "audit", isLocal: true }],
    ["postgres://u@db/audit?sslmode=verify-full", { host: "db", isLocal: false }],
  ])("%s leads there", (text, expected) => {
    expect(parseConnection(text)).toMatchObject({ user: "u", ...expected });
  });

  it.each([
    "host=db user=u password=hunter2",
    "mysql://u:hunter2@db/audit",
    "postgres://:hunter2@db/audit",
    "postgres://u:hunter2@db:99999/audit",
    "postgres://u:hunter2%@db/audit",
    "postgres://u:hunter2@/audit",
    "postgres://u:hunter2@db/audit?sslmode=disable",
    "postgres://u:hunter2@db/audit?sslmode=no-verify",
    "postgres://u:hunter2@db/audit?sslrootcert=/tmp/x",
    "postgres://u:p@hunter2/x@db.example/audit",
    "postgres://u:p@hunter2?x@db.example/audit",
    "postgres://u:p@hunter2#x@db.example/audit",
    "",
  ])("%s is refused without a word of it", (text) => {
    const parse = (): unknown => parseConnection(text);

    expect(parse).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(parse).not.toThrow(/hunter2/);
  });
});

describe("plain text", () => {
  const address = { host: "db.example", port: 1, user: "u", password: undefined, database: "d" };

  it("is for this machine alone", async () => {
    expect(await serverTls({ ...address, isLocal: true }, undefined, nodeFiles)).toBeUndefined();
    expect(await serverTls({ ...address, isLocal: false }, undefined, nodeFiles)).toMatchObject({
      rejectUnauthorized: true,
      host: "db.example",
    });
  });

  it("is never gone back to when a server says that it has no TLS", async () => {
    const sent: string[] = [];
    const url = await listenWith((socket) => void socket.write("N"));
    listener?.on("connection", (socket: Socket) =>
      socket.on("data", (bytes) => sent.push(bytes.toString("latin1"))),
    );

    const failed = openPostgres(url, { tls: {} }).check(signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_REFUSED" });
    expect(sent.join("")).not.toContain("daybook");
  });
});

describe("a server that says nothing", () => {
  it("is left at once when the signal aborts", async () => {
    const stop = new AbortController();
    const url = await listenWith(() => stop.abort(new Error("stopped by the test")));

    await expect(openPostgres(url).check(stop.signal)).rejects.toThrow("stopped by the test");
  });

  it("is an outage after the time to connect", async () => {
    const url = await listenWith(() => {});

    const failed = openPostgres(url, { connectTimeoutSeconds: 1 }).check(signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_UNAVAILABLE", retry: "backoff" });
  });
});

describe("what a server says", () => {
  it.each([
    ["53300", "sorry, too many clients already", "SINK_UNAVAILABLE"],
    ["57P03", "the database system is starting up", "SINK_UNAVAILABLE"],
    ["28P01", 'password authentication failed for user "daybook"', "SINK_REFUSED"],
    ["28000", "no pg_hba.conf entry", "SINK_REFUSED"],
    ["3D000", 'database "audit" does not exist', "SINK_REFUSED"],
  ])("when it is asked in: %s %s is %s", async (code, message, expected) => {
    const url = await listenWith((socket) => socket.end(errorResponse(code, message)));

    const failed = openPostgres(url).check(signal);

    await expect(failed).rejects.toMatchObject({
      code: expected,
      message: expect.stringContaining(message),
      retry: expected === "SINK_REFUSED" ? "never" : "backoff",
    });
  });

  it.each([
    ["57014", "SINK_UNAVAILABLE"],
    ["57P01", "SINK_UNAVAILABLE"],
    ["53100", "SINK_UNAVAILABLE"],
    ["55P03", "SINK_UNAVAILABLE"],
    ["40P01", "SINK_UNAVAILABLE"],
    ["25006", "SINK_UNAVAILABLE"],
    ["08006", "SINK_UNAVAILABLE"],
    ["42501", "SINK_REFUSED"],
    ["42704", "SINK_REFUSED"],
    ["22P02", "SINK_REFUSED"],
    ["23505", "SINK_REFUSED"],
  ])("of class %s is %s", (code, expected) => {
    const error = Object.assign(new Error("text"), { code, severity: "ERROR", detail: "(hunter2)" });

    expect(sinkError(error)).toMatchObject({ code: expected });
    expect(sinkError(error)).not.toHaveProperty("cause");
  });

  it("about a value is not repeated: it would tell of an event", () => {
    const error = Object.assign(new Error('invalid input syntax: "hunter2"'), {
      code: "22P02",
      severity: "ERROR",
    });

    expect(String(sinkError(error))).not.toContain("hunter2");
  });

  it("is not mixed up with what went wrong elsewhere", () => {
    const own = new DaybookError("ARCHIVE_DAMAGED", { message: "injected" });
    const defect = new TypeError("not a function");

    expect([sinkError(own), sinkError(defect), sinkError("text")]).toEqual([own, defect, "text"]);
  });
});

describe("the options", () => {
  it.each([
    {},
    { connection: "postgres://u:hunter2@db/audit" },
    { connection: { env: "X" }, schema: "Daybook" },
    { connection: { env: "X" }, schema: "pg_mine" },
    { connection: { env: "X" }, schema: 'a"; DROP' },
    { connection: { env: "X" }, tls: { mode: "require" } },
    { connection: { env: "X" }, tls: { mode: "verify-ca" } },
    { connection: { env: "X" }, tls: { rejectUnauthorized: false } },
    { connection: { env: "X" }, readRole: "" },
    { connection: { env: "X" }, connectTimeoutSeconds: 0 },
    { connection: { env: "X" }, ssl: false },
  ])("refuse %j", (options) => {
    expect(postgresOptions.safeParse(options).success).toBe(false);
  });

  it("have safe defaults", () => {
    expect(postgresOptions.parse({ connection: { credential: "db" } })).toEqual({
      connection: { credential: "db" },
      schema: "daybook",
      migrate: true,
      connectTimeoutSeconds: 15,
      statementTimeoutSeconds: 3600,
    });
  });
});
