import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startSimulator } from "../../packages/simulator/index.js";
import { collectAnswers } from "../../src/cli/setup-answers.js";
import type { Ask } from "../../src/cli/setup-answers.js";
import { checkUnitText, dropInText } from "../../src/cli/setup-files.js";
import { runIn } from "../support/e2e-rig.js";
import { VirtualClock } from "../support/virtual-clock.js";

const TENANT_ID = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
const CLIENT_ID = "5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1";
const TOKEN = "a-bearer-token-of-setup";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "daybook-setup-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A person who types these lines, and what was asked. */
function typing(...lines: string[]): { readonly ask: Ask; readonly asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = async (question) => {
    asked.push(question);
    return lines.shift() ?? "";
  };
  return { ask, asked };
}

describe("the answers of setup", () => {
  it("name every missing and wrong option at once", async () => {
    const given = { tenantId: "00000000-0000-0000-0000-000000000000", archive: "vault" };

    await expect(collectAnswers(given, undefined)).rejects.toMatchObject({
      code: "USAGE",
      message:
        'setup: --tenant-id: found "00000000-0000-0000-0000-000000000000", found the example\'s id, expected your own; ' +
        "--client-id: is missing; --secret-file: is missing; " +
        '--archive: found "vault", expected an absolute path; --schedule: is missing',
    });
  });

  it("are asked for one after the other, again where they do not fit, with defaults for an empty line", async () => {
    const { ask, asked } = typing(
      "",
      "contoso",
      TENANT_ID,
      "",
      CLIENT_ID,
      "found",
      "s3cret-value",
      "",
      "FIN-07",
      "10y",
    );

    expect(await collectAnswers({}, ask)).toEqual({
      name: "main",
      tenantId: TENANT_ID,
      method: "client-secret",
      clientId: CLIENT_ID,
      secret: "s3cret-value",
      archive: "/srv/daybook",
      schedule: "FIN-07",
      keep: "10y",
    });
    expect(asked[2]).toContain("expected an id such as");
    expect(asked.find((text) => text.includes("8 characters at least"))).not.toContain("found");
  });

  it("depend on how to sign in", async () => {
    const given = { tenantId: TENANT_ID, method: "managed-identity", schedule: "FIN-07" } as const;

    expect(await collectAnswers(given, undefined)).toEqual({
      ...given,
      name: "main",
      archive: "/srv/daybook",
      keep: "7y",
    });
  });
});

describe("daybook setup without the service", () => {
  it("writes a configuration that passes its check and archives, and never writes it again", async () => {
    const place = folder();
    const clock = new VirtualClock("2026-11-22T12:00:00.000Z");
    const simulator = await startSimulator({ eventsPerDay: 24, bearerToken: TOKEN }, clock);
    onTestFinished(() => simulator.close());
    writeFileSync(join(place, "token"), `${TOKEN}\n`, { mode: 0o600 });
    const argv = ["setup", "--config", "daybook.yaml", "--name", "contoso", "--method", "token"];
    argv.push(
      "--tenant-id",
      simulator.scenario.tenantId,
      "--secret-file",
      "token",
      "--api",
      `${simulator.url}/`,
    );
    argv.push("--archive", join(place, "vault"), "--schedule", "FIN-07");

    const first = await runIn(place, { clock }, argv);

    expect(first).toMatchObject({ exit: 0, err: "" });
    expect(first.out).toContain("Nothing is running yet. Start it: daybook run --config");
    expect(first.out).not.toContain(TOKEN);
    const modes = ["daybook.yaml", "contoso.secret", "vault"].map(
      (name) => statSync(join(place, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o750]);
    const text = readFileSync(join(place, "daybook.yaml"), "utf8");
    const again = await runIn(place, { clock }, argv);
    expect(again.out).toContain("found, nothing written");
    expect(readFileSync(join(place, "daybook.yaml"), "utf8")).toBe(text);
    const archived = await runIn(place, { clock }, ["archive", "--day", "2026-11-19"]);
    expect(archived.exit).toBe(0);
  });

  it("ends with the check's code and says how to check again", async () => {
    const place = folder();
    writeFileSync(join(place, "token"), "another-bearer-token", { mode: 0o600 });
    const clock = new VirtualClock("2026-11-22T12:00:00.000Z");
    const simulator = await startSimulator({ bearerToken: TOKEN }, clock);
    onTestFinished(() => simulator.close());
    const argv = ["setup", "--config", "daybook.yaml", "--method", "token", "--tenant-id", TENANT_ID];
    argv.push("--secret-file", "token", "--api", `${simulator.url}/`, "--archive", join(place, "vault"));

    const refused = await runIn(place, { clock }, [...argv, "--schedule", "FIN-07"]);

    expect(refused.exit).toBe(77);
    expect(refused.out).toContain(
      "Not ready. Correct what is wrong above, then check again: daybook config check",
    );
  });
});

describe("the unit of setup's check", () => {
  it("is the daemon's unit with another program, and writes where the archive is", () => {
    const unit = readFileSync(join(import.meta.dirname, "..", "..", "systemd", "daybook.service"), "utf8");
    const withDropIn = `${unit}\n${dropInText("/srv/daybook")}`;

    const check = checkUnitText(withDropIn, {
      configuration: "/etc/daybook/daybook.yaml",
      output: "/run/out",
    });

    expect(check.startsWith(withDropIn)).toBe(true);
    expect(check).toContain("ReadWritePaths=/srv/daybook\n");
    expect(check.slice(withDropIn.length)).toContain(
      "ExecStart=\nExecStart=/usr/bin/daybook config check --online --config /etc/daybook/daybook.yaml\n" +
        "ExecStart=/usr/bin/daybook sinks check --config /etc/daybook/daybook.yaml\n",
    );
    // "truncate:" would empty the file for each of the two.
    expect(check).toContain("\nStandardOutput=append:/run/out\n");
  });
});
