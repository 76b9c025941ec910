import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDaybook } from "../support/e2e-build.js";
import type { BuiltDaybook } from "../support/e2e-build.js";
import { filesWith, secretsIn } from "../support/e2e-canary.js";
import { APPLICATION_ID, operator, sourceToken } from "../support/entra/operator.js";
import type { Operator } from "../support/entra/operator.js";

const BUILD_MS = 120_000;
const RUN_MS = 60_000;
const [WRONG, RIGHT] = ["canary~process~wrong~secret", "canary~process~right~secret"];

let built: BuiltDaybook;

beforeAll(async () => {
  built = await buildDaybook();
}, BUILD_MS);

afterAll(() => built.remove());

interface Ended {
  readonly exit: number;
  readonly output: string;
}

/** One command in a process of its own, with this environment and nothing of the test's. */
async function command(own: Operator, ...argv: string[]): Promise<Ended> {
  const options = { cwd: own.folder, env: { PATH: process.env["PATH"] ?? "", ...own.env } };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [built.main, ...argv], options);
    return { exit: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, output: stdout + stderr };
  }
}

async function tenantWith(secret: string): Promise<Operator> {
  const own = await operator();
  own.entra.secrets.set(APPLICATION_ID, RIGHT);
  own.put("secret", secret);
  own.configure({
    auth: `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: { file: ./secret } }`,
  });
  return own;
}

it(
  "a wrong secret is shown to the token endpoint once, whatever process is started, until it is replaced (fault 41)",
  async () => {
    const own = await tenantWith(WRONG);

    const refused = [
      await command(own, "archive", "--day", own.day),
      await command(own, "archive", "--day", own.day),
      await command(own, "archive", "--day", own.day),
    ];
    const asked = own.entra.seen.length;
    own.put("secret", RIGHT);
    const mended = await command(own, "archive", "--day", own.day);

    expect(refused.map(({ exit }) => exit)).toEqual([77, 77, 77]);
    expect(asked).toBe(1);
    expect(mended).toMatchObject({ exit: 0 });
    expect(refused.map(({ output }) => output).join("\n")).not.toContain("canary");
  },
  RUN_MS,
);

it(
  "verification of hosts cannot be turned off by Node's own variable either (fault 36)",
  async () => {
    const own = await tenantWith(RIGHT);
    own.configure(
      { auth: `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: { file: ./secret } }` },
      "",
    );
    own.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";

    const { exit, output } = await command(own, "archive", "--day", own.day);

    expect(exit).toBe(78);
    expect(output).toContain("NODE_TLS_REJECT_UNAUTHORIZED");
    expect(own.entra.seen).toEqual([]);
  },
  RUN_MS,
);

describe("a secret", () => {
  const [PROXY, CLOUD] = ["canary-proxy-password", "canary-cloud-key"];

  it(
    "shows in no process list, no child's environment, no log and no file while the daemon works (fault 47)",
    async () => {
      const token = sourceToken({ canary: "token" });
      const own = await operator({}, token);
      const signing = generateKeyPairSync("ed25519")
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString();
      const secrets = [RIGHT, PROXY, CLOUD, token, signing.split("\n")[1] ?? signing];
      own.entra.secrets.set(APPLICATION_ID, RIGHT);
      const record = recordChildren(own);
      Object.assign(own.env, {
        CONTOSO_SECRET: RIGHT,
        SIGNING_KEY: signing,
        AWS_SECRET_ACCESS_KEY: CLOUD,
        // This machine is never reached through it.
        HTTPS_PROXY: `http://daybook:${PROXY}@127.0.0.1:9`,
        NOTIFY_SOCKET: "/run/nowhere",
      });
      own.configure(
        { auth: `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: { env: CONTOSO_SECRET } }` },
        "tls: { ca: ./ca.pem }\nsigning: { privateKey: { env: SIGNING_KEY } }",
      );
      own.put(
        "daybook.yaml",
        readFileSync(join(own.folder, "daybook.yaml"), "utf8").replace(
          "local-files,",
          "local-files, immutable: true,",
        ),
      );

      const { exit, output, listed } = await daemonUntil(own, "pass ended");

      const children = readFileSync(record, "latin1");
      expect({ exit, output }).toMatchObject({ exit: 0 });
      expect(children).toMatch(/^systemd-notify /m);
      expect(children).toMatch(/^chattr \+i /m);
      expect(namesIn(children)).toEqual(new Set(["PATH", "NOTIFY_SOCKET"]));
      expect(listed).toContain("run");
      expect(secretsIn(listed, secrets)).toEqual([]);
      expect(secretsIn(children, secrets)).toEqual([]);
      expect(secretsIn(output, secrets)).toEqual([]);
      expect(output).toContain("day archived");
      for (const folder of ["state", "vault"])
        expect(filesWith(join(own.folder, folder), secrets)).toEqual([]);
    },
    RUN_MS,
  );
});

/** Puts commands in the way of `chattr` and `systemd-notify` that write down how and with what they were called. */
function recordChildren(own: Operator): string {
  const record = join(own.folder, "children");
  mkdirSync(join(own.folder, "bin"));
  const script = `#!/bin/sh
echo "\${0##*/} $*" >>${record}
tr '\\0' '\\n' </proc/$$/environ | sed 's/^/environment /' >>${record}
`;
  for (const name of ["chattr", "systemd-notify"]) own.put(`bin/${name}`, script, 0o755);
  own.env["PATH"] = `${join(own.folder, "bin")}:${process.env["PATH"]}`;
  return record;
}

/** The names of the variables that any child was given. */
function namesIn(children: string): ReadonlySet<string> {
  return new Set([...children.matchAll(/^environment ([^=\n]+)=/gm)].map(([, name]) => name ?? ""));
}

interface DaemonEnded extends Ended {
  /** What a process list showed of the daemon and its children while they ran. */
  readonly listed: string;
}

/** `daybook run` until its log holds the phrase, then SIGTERM. */
async function daemonUntil(own: Operator, phrase: string): Promise<DaemonEnded> {
  const child = spawn(process.execPath, [built.main, "run"], {
    cwd: own.folder,
    env: own.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => (output += piece.toString()));
  }
  const listed = new Set<string>();
  while (!output.includes(phrase) && child.exitCode === null) {
    for (const line of commandLines(String(child.pid))) listed.add(line);
    await wait(5);
  }
  child.kill("SIGTERM");
  return { exit: await ended, output, listed: [...listed].join("\n") };
}

/** As `ps` shows a process and all below it. */
function commandLines(pid: string): readonly string[] {
  try {
    const own = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "latin1").split(" ").filter(Boolean),
    );
    return [own, ...children.flatMap(commandLines)];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
