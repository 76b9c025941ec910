import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { alertsTest } from "../../src/cli/alerts-test.js";
import type { CommandResult } from "../../src/cli/command.js";
import { Redactor } from "../../src/config/redactor.js";
import { systemClock } from "../../src/io/clock.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { GOOD, written } from "../config/written.js";
import { startMailServer } from "../support/mail-server.js";
import { sendStatus, startScriptedServer } from "../support/scripted-server.js";
import { NOW_MS } from "../support/status-sample.js";

/** `alerts test` with this added to a good configuration; CHAT_URL is the receiver's. */
async function tested(added: string, chatUrl: string, to?: string): Promise<CommandResult> {
  const path = await written(GOOD);
  await writeFile(path, `${GOOD}\n${added}`);
  const terminal = { isTTY: false, columns: 80, write: () => undefined };
  return alertsTest(
    { config: path, ...(to === undefined ? {} : { to }) },
    {
      env: { CHAT_URL: chatUrl },
      cwd: dirname(path),
      clock: { ...systemClock, now: () => NOW_MS },
      files: nodeFiles,
      http: nodeHttp,
      signal: new AbortController().signal,
      onHangup: () => () => undefined,
      redactor: new Redactor(),
      output: { write: async () => undefined },
      stdout: terminal,
      stderr: terminal,
    },
  );
}

async function receiver(): Promise<Awaited<ReturnType<typeof startScriptedServer>>> {
  const server = await startScriptedServer((request, response) =>
    sendStatus(response, request.url === "/good/api/v2/alerts" ? 200 : 403),
  );
  onTestFinished(() => server.close());
  return server;
}

describe("alerts test", () => {
  it("says of each receiver what came back, and ends with 69 when one refused", async () => {
    const { url, seen } = await receiver();
    const alerts = `alerts: { pager: { use: alertmanager, url: "${url}/good" }, chat: { use: slack, url: { env: CHAT_URL } } }`;

    const { exit, text } = await tested(alerts, `${url}/bad?sig=hunter22`);

    expect(exit).toBe(69);
    expect(text).toContain("ok     alerts pager (alertmanager): a receiver that accepts the message");
    expect(text).toMatch(/WRONG {2}alerts chat \(slack\): the receiver answered 403.*\(ALERT_REFUSED\)/);
    expect(seen.map((one) => one.url)).toEqual(["/good/api/v2/alerts", "/bad?sig=hunter22"]);
  });

  it("tries one alone, and refuses a name that is none", async () => {
    const { url, seen } = await receiver();
    const alerts = `alerts: { pager: { use: alertmanager, url: "${url}/good" }, chat: { use: slack, url: { env: CHAT_URL } } }`;

    expect((await tested(alerts, url, "pager")).exit).toBe(0);
    await expect(tested(alerts, url, "ops")).rejects.toMatchObject({
      code: "USAGE",
      message: "--to: expected a receiver under alerts (pager, chat), found ops",
    });

    expect(seen).toHaveLength(1);
  });

  it("sends mail by the relay, and names the addresses that it refused", async () => {
    const { port, received } = await startMailServer({ refuses: ["b@contoso.example"] });
    const mail = `use: smtp, host: localhost, port: ${port}, security: none, from: daybook@contoso.example`;
    const good = `alerts: { mail: { ${mail}, to: [a@contoso.example] } }`;
    const bad = `alerts: { mail: { ${mail}, to: [a@contoso.example, b@contoso.example] } }`;

    expect(await tested(good, "")).toMatchObject({ exit: 0 });
    const { exit, text } = await tested(bad, "");

    expect(exit).toBe(69);
    expect(text).toMatch(/WRONG {2}alerts mail \(smtp\): the relay refused b@contoso.example/);
    expect(received.map(({ to }) => to)).toEqual([["a@contoso.example"], ["a@contoso.example"]]);
  });

  it.each([
    ["security: none, host: relay.contoso.example", "must be starttls or tls: only a relay on this machine"],
    ["host: relay.contoso.example, user: daybook", "password: is required: user and password go together"],
    ["host: a@b.example", "host: must be the name or the IPv4 address of a host"],
    ["host: 169.254.169.254", "host: must be the name or the IPv4 address of a host"],
  ])("refuses a relay with %s", async (relay, words) => {
    const mail = `use: smtp, ${relay}, from: daybook@contoso.example, to: [a@contoso.example]`;

    await expect(tested(`alerts: { mail: { ${mail} } }`, "")).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(words) as unknown,
    });
  });

  it("ends with 66 when there is no receiver", async () => {
    expect((await tested("", "")).exit).toBe(66);
  });
});
