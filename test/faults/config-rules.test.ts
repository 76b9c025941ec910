import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { GOOD, load, places, problemsOf, refusalOf, written } from "../config/written.js";

const CANARY = "CANARY8Q8Qsecret";

describe("unknown keys, wrong types, duplicates", () => {
  it("refuses an unknown key at its place and names the known ones (fault 81)", async () => {
    const [problem] = await problemsOf(`${GOOD}log: { levle: info }\n`);

    expect(problem).toMatchObject({
      line: 8,
      column: 8,
      path: "log.levle",
      rule: "is no key here: did you mean level? Known are level",
    });
  });

  it("refuses a tenant given twice (fault 81)", async () => {
    const text = GOOD.replace("sinks:", "  contoso: { tenantId: x, auth: {} }\nsinks:");

    expect(places(await problemsOf(text))).toContain("6:3 tenants.contoso");
  });

  it("refuses two names for one tenant, whatever the case of its id (fault 81)", async () => {
    const text = GOOD.replace(
      "sinks:",
      "  other:\n    tenantId: 8D5B3F6E-2F0C-4F7E-9A51-3F1F0F6F2A11\n    auth: { method: token, token: { env: T } }\nsinks:",
    );

    expect(places(await problemsOf(text))).toEqual(["7:15 tenants.other.tenantId"]);
  });
});

describe("names", () => {
  it.each(["../../etc", '"a\\0b"', "CON", "x".repeat(300), "соntoso", "a/b", "a.b", '""'])(
    "refuses %s as the name of a tenant and of a sink (fault 82)",
    async (name) => {
      const text = GOOD.replace("contoso:", `? ${name}\n  :`).replace("vault:", `? ${name}\n  :`);

      const problems = await problemsOf(text);

      expect(problems.filter(({ rule }) => rule.startsWith("must be named by"))).toHaveLength(2);
    },
  );

  it("tells what else is wrong below a wrong name", async () => {
    const problems = await problemsOf(GOOD.replace("contoso", "Contoso").replace("8d5b3f6e", "zz"));

    expect(problems.map(({ path }) => path)).toEqual(["tenants.Contoso", "tenants.Contoso.tenantId"]);
  });
});

describe("secrets in the file", () => {
  it.each([
    ["a value for a secret", GOOD.replace("{ env: POWERBI_TOKEN }", CANARY)],
    ["a key for a secret", GOOD.replace("{ env: POWERBI_TOKEN }", `{ ${CANARY} }`)],
    ["a key beside the place", GOOD.replace("env: POWERBI_TOKEN", `env: X, ${CANARY}: 1`)],
    ["a name of a variable", GOOD.replace("POWERBI_TOKEN", `${CANARY}~`)],
    ["another key of auth", GOOD.replace("method: token,", `method: token, clientSecret: ${CANARY},`)],
    ["an alias", GOOD.replace("{ env: POWERBI_TOKEN }", `*${CANARY}`)],
    ["a tag", GOOD.replace("{ env: POWERBI_TOKEN }", `!${CANARY} x`)],
    ["broken YAML", GOOD.replace("{ env: POWERBI_TOKEN }", `"${CANARY}`)],
    ["text after a quote", GOOD.replace("{ env: POWERBI_TOKEN }", `"x" ${CANARY}`)],
    ["an unknown key elsewhere", `${GOOD}log: { apiKey: ${CANARY} }\n`],
    ["a mistaken place", `${GOOD}compression: ${CANARY}\n`],
    ["an address with a password", `${GOOD}serve: { listen: "https://u:${CANARY}@host" }\n`],
  ])("refuses %s and never shows it (fault 83)", async (_, text) => {
    const refusal = await refusalOf(text);

    expect(refusal?.problems).not.toEqual([]);
    expect(`${refusal?.stack}${JSON.stringify(refusal)}${refusal?.hint}`).not.toContain(CANARY);
  });
});

describe("who may write the file", () => {
  it.each([0o666, 0o620, 0o602])("refuses a configuration of mode %o (fault 85)", async (mode) => {
    const path = await written(GOOD, mode);

    const loading = loadConfig({ config: path, env: {}, cwd: "/" }, nodeFiles);

    await expect(loading).rejects.toMatchObject({ code: "SECRET_EXPOSED", hint: `chmod go-w ${path}` });
  });

  it("takes one that others may read", async () => {
    const path = await written(GOOD, 0o644);

    await expect(loadConfig({ config: path, env: {}, cwd: "/" }, nodeFiles)).resolves.toMatchObject({ path });
  });
});

describe("verification of hosts", () => {
  it.each(["rejectUnauthorized: false", "verify: false", "insecure: true"])(
    "knows no tls option %s (fault 36)",
    async (option) => {
      expect(places(await problemsOf(`${GOOD}tls: { ${option} }\n`))).toEqual([
        `8:8 tls.${option.split(":")[0]}`,
      ]);
    },
  );

  it.each(["http://host/", "https://user:x@host/", "https://host/?a=1", "ftp://host/", "host"])(
    "refuses the endpoint %s",
    async (api) => {
      const text = GOOD.replace(
        "    auth:",
        `    cloud: custom\n    endpoints: { api: "${api}" }\n    auth:`,
      );

      expect(places(await problemsOf(text))).toEqual(["6:23 tenants.contoso.endpoints.api"]);
    },
  );

  it("takes http on this machine and more requests there", async () => {
    const text = GOOD.replace(
      "    auth:",
      '    cloud: custom\n    endpoints: { api: "http://127.0.0.1:8080/" }\n    requestsPerHour: 5000\n    auth:',
    );

    const { config } = await load(text);

    expect(config.tenants["contoso"]?.requestsPerHour).toBe(5000);
  });
});
