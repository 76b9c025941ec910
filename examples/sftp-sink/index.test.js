import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sinkContract, testHost } from "daybook/plugin/contract";
import plugin from "./index.js";

const work = mkdtempSync(join(tmpdir(), "sftp-sink-"));
let server;
let port;
let places = 0;

/** A key pair; returns what `ssh-keygen -l` says of it. */
function makeKey(name) {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(work, name)]);
  return execFileSync("ssh-keygen", ["-lf", join(work, `${name}.pub`)], { encoding: "utf8" }).split(" ")[1];
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port: free } = listener.address();
  listener.close();
  return free;
}

let hostKey;

/** OpenSSH's server on a free port of this machine, for its current user and one key. */
beforeAll(async () => {
  hostKey = makeKey("host");
  makeKey("client");
  makeKey("stranger");
  writeFileSync(join(work, "authorized_keys"), readFileSync(join(work, "client.pub")), { mode: 0o600 });
  port = await freePort();
  writeFileSync(
    join(work, "sshd_config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${join(work, "host")}`,
      `AuthorizedKeysFile ${join(work, "authorized_keys")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      // The contract opens many connections at once.
      "MaxStartups 100",
      "Subsystem sftp internal-sftp",
      "",
    ].join("\n"),
  );
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
  server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(work, "sshd_config")], {
    stdio: ["ignore", 2, "pipe"],
  });
  let told = "";
  server.stderr.on("data", (piece) => (told += piece));
  for (let tries = 0; ; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const isUp = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error")]).catch(
      () => false,
    );
    socket.destroy();
    if (isUp === true) return;
    if (tries > 100 || server.exitCode !== null) throw new Error(`sshd did not start: ${told}`);
    await sleep(50);
  }
});

afterAll(async () => {
  if (server?.exitCode === null && server.kill()) await once(server, "exit");
  rmSync(work, { recursive: true, force: true });
});

/** The sink at a folder of its own, signing in with the key `name`. */
function placeAt(path, { key = "client", ...more } = {}) {
  const settings = plugin.options.parse({
    host: "127.0.0.1",
    port,
    username: userInfo().username,
    privateKey: { file: join(work, key) },
    hostKey,
    path,
    ...more,
  });
  const secret = async ({ file }) => readFileSync(file, "utf8").trimEnd();
  return {
    open: (tenant = "contoso") => plugin.open(settings, testHost({ tenant, secret })),
    dispose: async () => rmSync(path, { recursive: true, force: true }),
  };
}

function newFolder() {
  places += 1;
  return join(work, "upload", String(places));
}

sinkContract("sftp", {
  make: async () => placeAt(newFolder()),
  unusable: async () => {
    writeFileSync(join(work, "a-file"), "");
    return { ...placeAt(join(work, "a-file", "below")), dispose: async () => {} };
  },
  unreachable: async () => placeAt(newFolder(), { port: await freePort() }),
  refused: async () => placeAt(newFolder(), { key: "stranger" }),
});

describe("sftp", () => {
  const signal = new AbortController().signal;

  it("does not talk to a server with another key", async () => {
    const other = `SHA256:${"A".repeat(43)}`;
    const sink = placeAt(newFolder(), { hostKey: other }).open();

    await expect(sink.check(signal)).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });
  });

  it("looks without a change, and says which folder will be made", async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });

    const note = await placeAt(join(folder, "powerbi")).open().look(signal);
    const emptyNow = readdirSync(folder);
    await placeAt(join(folder, "powerbi")).open().check(signal);
    const later = await placeAt(join(folder, "powerbi")).open().look(signal);

    expect(note).toBe(`${join(folder, "powerbi", "contoso")} will be made in ${folder}`);
    expect(emptyNow).toEqual([]);
    expect(later).toBeUndefined();
  });

  it("sees by a look a file in the way, a refused key and a server that is down", async () => {
    const file = join(work, "in-the-way");
    writeFileSync(file, "");

    await expect(placeAt(file).open("below").look(signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
    await expect(placeAt(newFolder(), { key: "stranger" }).open().look(signal)).rejects.toMatchObject({
      code: "SINK_REFUSED",
    });
    await expect(
      placeAt(newFolder(), { port: await freePort() })
        .open()
        .look(signal),
    ).rejects.toMatchObject({
      code: "SINK_UNAVAILABLE",
    });
  });

  it("gives no day that was cut between two lines", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "contoso"), { recursive: true });
    const head = JSON.stringify({ revision: 1, manifestSha256: "00", records: 2 });
    writeFileSync(join(folder, "contoso", "2026-11-20.ndjson"), `${head}\n{"Id":"1"}\n`);
    const read = async () => {
      for await (const line of placeAt(folder).open().read("2026-11-20", signal))
        expect(line).toBe('{"Id":"1"}');
    };

    await expect(read()).rejects.toMatchObject({ code: "SINK_MISMATCH" });
  });

  it("stops a connection that the server does not answer", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const stop = new AbortController();
    const checked = placeAt(newFolder(), { port: silent.address().port }).open().check(stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 200);

    await expect(checked).rejects.toThrow("enough");
    silent.close();
  });
});
