import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { alertMessage } from "../../src/serve/alert-message.js";
import { webhookHeaders } from "../../src/serve/webhook-signature.js";
import { GOOD, load, problemsOf, written } from "../config/written.js";
import { NOW_MS, alarm } from "../support/status-sample.js";

const docs = await readFile(join(import.meta.dirname, "..", "..", "docs", "ALERTS.md"), "utf8");
const SECRET_LINE = "secret: { env: WEBHOOK_SECRET }";

describe("docs/ALERTS.md", () => {
  it("has an example of a signature that is one", () => {
    const headers = Object.fromEntries(
      [...docs.matchAll(/^(webhook-[a-z]+): (.+)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
    const [, secret = "", body = ""] = /secret `([^`]+)` and the body `([^`]+)`/.exec(docs) ?? [];

    const nowMs = Number(headers["webhook-timestamp"]) * 1_000;
    expect(webhookHeaders(secret, { id: headers["webhook-id"] ?? "", body, nowMs })).toEqual(headers);
  });

  it("has an example of a message with the fields that a message has", () => {
    const [, example = "{}"] = /```json\n([\s\S]+?)```/.exec(docs) ?? [];
    const notified = {
      tenant: "contoso",
      kind: "days-overdue",
      subject: "",
      sinceMs: NOW_MS,
      times: 0,
    } as const;

    const message = alertMessage(
      { event: "began", notified, alarm: alarm("days-overdue", ""), head: undefined },
      NOW_MS,
      "0.1.0",
    );

    expect(Object.keys(JSON.parse(example) as object)).toEqual(Object.keys(message));
  });

  it("has a configuration that is one", async () => {
    const [, yaml = ""] = /```yaml\n([\s\S]+?)```/.exec(docs) ?? [];
    const path = await written(`${GOOD}\n${yaml}`);

    const { config } = await loadConfig({ config: path, env: {}, cwd: "/nowhere" }, nodeFiles);

    expect(config.alerts).toEqual({
      ops: {
        use: "webhook",
        url: "https://alerts.example/daybook",
        secret: { file: "/etc/daybook/webhook.secret" },
      },
    });
  });
});

describe("alerts in the configuration", () => {
  it("are off when absent", async () => {
    expect((await load(GOOD)).config.alerts).toBeUndefined();
  });

  it.each([
    ["http://alerts.example/", "alerts.ops.url"],
    ["https://user:password@alerts.example/", "alerts.ops.url"],
    ["file:///etc/passwd", "alerts.ops.url"],
  ])("refuse to send to %s", async (url, path) => {
    const problems = await problemsOf(
      `${GOOD}\nalerts: { ops: { use: webhook, url: "${url}", ${SECRET_LINE} } }`,
    );

    expect(problems.map((problem) => problem.path)).toEqual([path]);
  });

  it("refuse messages that nobody could check, and a secret as text", async () => {
    const unsigned = await problemsOf(
      `${GOOD}\nalerts: { ops: { use: webhook, url: "https://a.example/" } }`,
    );
    const plain = await problemsOf(
      `${GOOD}\nalerts: { ops: { use: webhook, url: "https://a.example/", secret: hunter22 } }`,
    );

    expect([...unsigned, ...plain].map(({ path }) => path)).toEqual([
      "alerts.ops.secret",
      "alerts.ops.secret",
    ]);
  });
});
