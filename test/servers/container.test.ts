import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator } from "../../packages/simulator/index.js";
import { systemClock } from "../../src/io/clock.js";
import { Engine } from "./container/engine.js";
import { freePort } from "../support/free-port.js";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const TOKEN = "a-bearer-token-of-contoso";
const OWN_ID = "5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1";

const work = mkdtempSync(join(tmpdir(), "daybook-container-"));
const engine = new Engine(join(work, "store"));
let simulator: Simulator;

beforeAll(async () => {
  // The container's user must reach the files.
  chmodSync(work, 0o755);
  engine.build();
  simulator = await startSimulator(
    { eventsPerDay: 24, horizonDays: 4, requestsPerHour: 1_000_000, bearerToken: TOKEN },
    systemClock,
  );
}, 600_000);

afterAll(async () => {
  engine.remove();
  await simulator.close();
  rmSync(work, { recursive: true, force: true });
}, 60_000);

/** A file of the host as the container has it, read-only. */
function mounted(name: string, text: string, inside: string): string {
  const path = join(work, name);
  writeFileSync(path, text, { mode: 0o644 });
  return `--volume=${path}:${inside}:ro`;
}

function configuration(): string {
  return `
tenants:
  contoso:
    tenantId: ${simulator.scenario.tenantId}
    cloud: custom
    endpoints: { api: "${simulator.url}" }
    auth: { method: token, token: { env: TOKEN } }
    requestsPerHour: 1000000
collect: { horizon: 3d, readAfter: [24h] }
sinks:
  vault: { use: local-files, path: /srv/daybook }
`;
}

interface Image {
  readonly Config: { readonly User: string; readonly Cmd: readonly string[] };
  readonly Healthcheck: { readonly Test: readonly string[] };
}

function image(): Image {
  const [first] = JSON.parse(engine.podman("inspect", "localhost/daybook")) as readonly Image[];
  if (first === undefined) throw new Error("expected an image");
  return first;
}

describe("the image of deploy/Containerfile", () => {
  it("runs the program as a user that is not root, and has its health check", () => {
    const { Config: config, Healthcheck: health } = image();
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));

    expect(config).toMatchObject({ User: "10001:10001", Cmd: ["run"], ExposedPorts: { "9464/tcp": {} } });
    expect(health.Test.join(" ")).toContain("/healthz");
    expect(engine.try([], "--version")).toEqual({ status: 0, output: `${version}\n` });
    expect(engine.try(["--entrypoint=id"], "-u").output).toBe("10001\n");
  });

  it("holds the program and ssh-keygen, and nothing to build with", () => {
    const { output } = engine.try(
      ["--entrypoint=sh"],
      "-c",
      "exec 2>&1; ls /usr/lib/daybook; command -v ssh-keygen npm tsc python3; ls -d /usr/lib/daybook/node_modules/typescript",
    );

    expect(output).toMatch(
      /^CHANGELOG\.md\nLICENSE\nREADME\.md\nconfig\ndist\ndocs\nnode\nnode_modules\npackage\.json\nplugins\n\/usr\/bin\/ssh-keygen\nls: /,
    );
  });

  it("ends with 78 and says which file is missing when it has no configuration", () => {
    const { status, output } = engine.try([]);

    expect({ status, output }).toMatchObject({ status: 78 });
    expect(output).toContain("/etc/daybook/daybook.yaml");
  });

  it("archives, is healthy, and stops at once, with a root that it cannot write to", async () => {
    const port = await freePort();
    const listen = `127.0.0.1:${port}`;
    engine.start(
      "service",
      `--env=TOKEN=${TOKEN}`,
      `--env=DAYBOOK_SERVE_LISTEN=${listen}`,
      mounted("daybook.yaml", configuration(), "/etc/daybook/daybook.yaml"),
    );
    const metrics = async (): Promise<string> =>
      fetch(`http://${listen}/metrics`).then(
        (answer) => answer.text(),
        () => "",
      );
    const deadline = performance.now() + 60_000;
    while (!/daybook_day_states\{[^}]*state="(sealed|closed)"[^}]*\} [1-9]/.test(await metrics())) {
      if (performance.now() > deadline) throw new Error(engine.podman("logs", "service"));
      await sleep(500);
    }

    expect(engine.podman("exec", "service", "daybook", "verify")).toContain(": whole; ");
    const begun = performance.now();
    engine.podman("stop", "--time=30", "service");
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(engine.podman("inspect", "--format={{.State.ExitCode}}", "service").trim()).toBe("0");
  });

  it("writes to its volumes and /tmp alone", () => {
    const places = "/usr/lib/daybook /etc/daybook /var/lib/daybook /srv/daybook /tmp";
    const { output } = engine.try(
      ["--entrypoint=sh"],
      "-c",
      `for place in ${places}; do touch $place/x 2>/dev/null && echo $place; done`,
    );

    expect(output).toBe("/var/lib/daybook\n/srv/daybook\n/tmp\n");
  });

  it("has a health check that passes while the daemon runs, and fails without it", () => {
    const [kind, command = "", ...words] = image().Healthcheck.Test;
    const quoted = [command, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const script = `daybook run 2>/dev/null & for i in $(seq 100); do ${quoted} && echo healthy && exit; sleep .2; done`;

    expect(kind).toBe("CMD");
    expect(engine.try([`--entrypoint=${command}`], ...words)).toEqual({ status: 1, output: "" });
    const file = mounted("daybook.yaml", configuration(), "/etc/daybook/daybook.yaml");
    const { output } = engine.try([file, `--env=TOKEN=${TOKEN}`, "--entrypoint=sh"], "-c", script);
    expect(output).toBe("healthy\n");
  });
});

/** A secret as deploy/README.md makes it: of the container's user alone. */
function secret(name: string): string {
  mkdirSync(join(work, "secrets"), { recursive: true });
  const path = join(work, "secrets", name);
  writeFileSync(path, "postgres://daybook:a-password@/daybook?host=/run/postgresql", { mode: 0o600 });
  chownSync(path, 10001, 10001);
  return `--volume=${path}:/run/secrets/${name}:ro`;
}

describe("the configurations of deploy/, checked in the image", () => {
  it("deploy/daybook.yaml is right once its ids are given", () => {
    copyFileSync(join(REPOSITORY, "deploy", "daybook.yaml"), join(work, "compose.yaml"));
    const file = `--volume=${join(work, "compose.yaml")}:/etc/daybook/daybook.yaml:ro`;
    const ids = [`--env=TENANT_ID=${OWN_ID}`, `--env=CLIENT_ID=${OWN_ID}`];
    const secrets = [secret("contoso-secret"), secret("database-url")];

    const { status, output } = engine.try([file, ...ids, ...secrets], "config", "check");

    // No PostgreSQL listens on the socket, and nothing else is wrong.
    expect({ status, output }).toMatchObject({ status: 69 });
    expect(output.match(/^(ok|WRONG) .*/gm)?.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      "ok contoso credential: readable",
      "ok contoso state folder: looks ready to be written",
      "ok contoso sink vault: looks ready to be written",
      expect.stringMatching(/^WRONG contoso sink sql: .* connect ENOENT \/run\/postgresql\//),
    ]);
  });

  it("deploy/kubernetes/daybook.yaml is right once its ids are given", () => {
    const text = readFileSync(join(REPOSITORY, "deploy", "kubernetes", "daybook.yaml"), "utf8");
    const file = mounted(
      "kubernetes.yaml",
      text.replaceAll(/0{8}(-0{4}){3}-0{12}/g, OWN_ID),
      "/etc/daybook/daybook.yaml",
    );
    const token = mounted("token", "a-federated-token", "/var/run/secrets/azure/tokens/azure-identity-token");

    const { status, output } = engine.try([file, token], "config", "check", "--json");
    expect({ status, output }).toMatchObject({ status: 0 });
  });
});
