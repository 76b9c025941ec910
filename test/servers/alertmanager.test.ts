import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, isoTime } from "../../src/model/utc-day.js";
import { alertmanagerForm } from "../../src/serve/alert-form.js";
import { alarm } from "../support/status-sample.js";
import { standing, webhookRig } from "../support/webhook-rig.js";
import { freePort } from "../support/free-port.js";

const folder = mkdtempSync(join(tmpdir(), "daybook-alertmanager-"));
let manager: ChildProcess | undefined;
let base = "";

// Debian's Alertmanager, unpacked and not installed: its service must not start here.
beforeAll(async () => {
  execFileSync("apt-get", ["update", "-q"], { stdio: "inherit" });
  execFileSync("apt-get", ["download", "-q", "prometheus-alertmanager"], { cwd: folder, stdio: "inherit" });
  const archive = readdirSync(folder).find((name) => name.endsWith(".deb")) ?? "";
  execFileSync("dpkg-deb", ["-x", archive, "package"], { cwd: folder });
  writeFileSync(join(folder, "config.yml"), "route: { receiver: none }\nreceivers: [{ name: none }]\n");
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  manager = spawn(
    join(folder, "package/usr/bin/prometheus-alertmanager"),
    [
      `--config.file=${join(folder, "config.yml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  await ready();
});

afterAll(async () => {
  if (manager !== undefined && manager.exitCode === null) {
    const ended = new Promise((resolve) => manager?.once("exit", resolve));
    manager.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

async function ready(): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(`${base}/-/ready`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Alertmanager did not get ready in 30 seconds");
}

interface Standing {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt: string;
}

/** The alerts that Alertmanager holds for active. */
async function active(): Promise<readonly Standing[]> {
  return (await (await fetch(`${base}/api/v2/alerts?active=true`)).json()) as readonly Standing[];
}

it("raises an alarm in Alertmanager that stands for a day and an hour, and ends it when it is over", async () => {
  // Alertmanager judges times by its own clock, so the alarm begins now.
  const nowMs = Date.now();
  const rig = await webhookRig(alarm("sink-behind", "vault <down> & out", { subject: "vault" }));
  rig.clock.advance(nowMs - rig.clock.now());
  const sender = rig.webhook({ form: alertmanagerForm(base) });
  const calm = new AbortController().signal;

  expect(await sender.sendDue(calm)).toBe(true);
  const raised = await active();
  rig.clock.advance(1);
  rig.state.become(standing());
  expect(await sender.sendDue(calm)).toBe(true);

  expect(raised).toHaveLength(1);
  expect(raised[0]?.labels).toEqual({ alertname: "DaybookSinkBehind", tenant: "contoso", subject: "vault" });
  expect(raised[0]?.annotations).toMatchObject({ description: "vault <down> & out" });
  expect(raised[0]?.endsAt).toBe(isoTime(nowMs + DAY_MS + HOUR_MS));
  expect(await active()).toEqual([]);
});
