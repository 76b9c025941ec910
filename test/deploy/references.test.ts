import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { VARIABLES } from "../../src/config/environment.js";
import { serveSchema } from "../../src/config/schema.js";

const root = join(import.meta.dirname, "..", "..");
const containerfile = read("deploy/Containerfile");
const unit = read("systemd/daybook.service");
const compose = parse(read("deploy/compose.yaml"));
const statefulSet = parse(read("deploy/kubernetes/stateful-set.yaml"));
const pod = statefulSet.spec.template.spec;
const [container] = pod.containers;
const PORT = serveSchema.parse({}).listen.port;

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The rest of each line that begins with the instruction. */
function instructions(name: string): readonly string[] {
  return containerfile
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1).trim());
}

function isFile(from = ""): boolean {
  return from.startsWith(".");
}

function volumes(): readonly string[] {
  return instructions("VOLUME").flatMap((line) => JSON.parse(line) as readonly string[]);
}

describe("deploy/Containerfile", () => {
  it("copies files that are there, and that the build does not leave out", () => {
    const left = read(".dockerignore")
      .split("\n")
      .filter((line) => /^[\w.]/.test(line));
    const sources = instructions("COPY")
      .filter((line) => !line.startsWith("--from"))
      .map((line) => line.replace(/^--chmod=\d+ /, ""))
      .flatMap((line) => line.split(" ").slice(0, -1));

    expect(sources).toContain("package-lock.json");
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(sources.filter((path) => left.includes(path.split("/")[0] ?? ""))).toEqual([]);
  });

  it("builds with the Node.js that the package brings", () => {
    const { devDependencies } = JSON.parse(read("package.json"));

    expect(containerfile).toContain(
      `NODE_IMAGE=docker.io/library/node:${devDependencies.node}-bookworm-slim\n`,
    );
  });

  it("starts the program as the unit does", () => {
    const [entry = "[]"] = instructions("ENTRYPOINT");
    const [, started = ""] = /^ExecStart=((?:.*\\\n)*.*)$/m.exec(unit) ?? [];
    const words = started.replaceAll("\\\n", " ").split(/\s+/);

    expect([...JSON.parse(entry), "run", "--config", "/etc/daybook/daybook.yaml"]).toEqual(words);
  });

  it("sets variables that Daybook or the unit knows", () => {
    const [line = ""] = instructions("ENV");
    const set = Object.fromEntries(
      [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value]) => [name, value]),
    );
    const own = Object.keys(set).filter((name) => name.startsWith("DAYBOOK_"));

    expect(own.filter((name) => !Object.hasOwn(VARIABLES, name))).toEqual([]);
    for (const name of Object.keys(set).filter((each) => !own.includes(each))) {
      expect(unit).toContain(`${name}=${set[name]}`);
    }
    expect(set["DAYBOOK_SERVE_LISTEN"]).toBe(`0.0.0.0:${PORT}`);
  });
});

describe("deploy/compose.yaml", () => {
  const services = Object.values(compose.services) as readonly {
    readonly image: string;
    readonly volumes?: readonly string[];
    readonly secrets?: readonly string[];
  }[];
  const mounts = services.flatMap((service) => service.volumes ?? []).map((mount) => mount.split(":"));

  it("mounts files that are there, and volumes and secrets that are declared", () => {
    const missing = mounts.filter(([from = ""]) =>
      isFile(from) ? !existsSync(join(root, "deploy", from)) : !Object.hasOwn(compose.volumes, from),
    );

    expect(mounts.filter(([from]) => isFile(from)).length).toBeGreaterThan(2);
    expect(missing).toEqual([]);
    const used = services.flatMap(({ secrets = [] }) => secrets);
    expect(used.filter((name) => !Object.hasOwn(compose.secrets, name))).toEqual([]);
  });

  it("gives the daemon the volumes, limits and secrets that image, unit and configuration name", () => {
    const { daybook } = compose.services;
    const inside = (daybook.volumes as readonly string[]).map((mount) => mount.split(":")[1]);
    const secrets = [...read("deploy/daybook.yaml").matchAll(/\/run\/secrets\/([\w-]+)/g)].map(
      ([, name]) => name,
    );

    expect(inside).toEqual(expect.arrayContaining([...volumes(), "/etc/daybook/daybook.yaml"]));
    expect(unit).toContain(`MemoryMax=${daybook.mem_limit.toUpperCase()}\n`);
    expect(unit).toContain(`TasksMax=${daybook.pids_limit}\n`);
    expect(unit).toContain(`TimeoutStopSec=${daybook.stop_grace_period}\n`);
    expect(new Set(secrets)).toEqual(new Set(daybook.secrets));
    expect(read("deploy/daybook.yaml").match(/\$\{(\w+)\}/g)).toEqual(
      Object.keys(daybook.environment).map((name) => `\${${name}}`),
    );
  });

  it("lets Prometheus ask the daemon under the job that the rules name", () => {
    const prometheus = parse(read("deploy/prometheus.yaml"));
    const [job] = prometheus.scrape_configs;
    const inside = mounts.map(([, to]) => to);

    expect(read("docs/alerts.yaml")).toContain(`job="${job.job_name}"`);
    expect(job.static_configs[0].targets).toEqual([`daybook:${PORT}`]);
    expect(inside).toEqual(expect.arrayContaining(prometheus.rule_files));
  });
});

describe("deploy/kubernetes", () => {
  it("lists files that are there", () => {
    const { resources, configMapGenerator } = parse(read("deploy/kubernetes/kustomization.yaml"));
    const files = [
      ...resources,
      ...configMapGenerator.flatMap(({ files: names }: { files: string[] }) => names),
    ];

    expect(files.filter((name) => !existsSync(join(root, "deploy", "kubernetes", name)))).toEqual([]);
  });

  it("runs the user of the image, with the folders of the image as volumes", () => {
    const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
    const inside = (container.volumeMounts as readonly { mountPath: string }[]).map(
      ({ mountPath }) => mountPath,
    );

    expect(instructions("USER")).toEqual([`${runAsUser}:${runAsGroup}`]);
    expect(fsGroup).toBe(runAsGroup);
    expect(inside).toEqual(expect.arrayContaining([...volumes(), "/etc/daybook"]));
  });

  it("probes paths that the daemon answers, at its port", () => {
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    const routes = read("src/serve/routes.ts");

    expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(["/readyz", "/healthz", "/readyz"]);
    for (const { httpGet } of probes) expect(routes).toContain(`case "${httpGet.path}":`);
    expect(container.ports).toEqual([{ name: "http", containerPort: PORT }]);
  });

  it("waits for a first start as long as the unit does", () => {
    const { periodSeconds, failureThreshold } = container.startupProbe;

    expect(unit).toContain(`TimeoutStartSec=${(periodSeconds * failureThreshold) / 60}min\n`);
  });
});

it("every image of deploy/ has a tag that names one version", () => {
  const bases = instructions("ARG").map((line) => line.split("=")[1] ?? "");
  const services = Object.values(compose.services) as readonly { image: string; build?: object }[];
  const foreign = [
    ...bases,
    ...services.filter(({ build }) => build === undefined).map(({ image }) => image),
  ];

  expect(foreign).toHaveLength(4);
  for (const image of foreign) expect(image).toMatch(/^docker\.io\/[\w./-]+(:v?\d+\.\d+|@sha256:)/);
});
