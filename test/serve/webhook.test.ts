import { readFile, writeFile } from "node:fs/promises";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, vi } from "vitest";
import type { DaemonSnapshot } from "../../src/daemon/state.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { DAY_MS, HOUR_MS } from "../../src/model/utc-day.js";
import { AlarmState } from "../../src/serve/alarm-state.js";
import { NOW_MS, alarm, quietTenant, silentLog, snapshotOf } from "../support/status-sample.js";
import { SECRET, events, standing, webhookRig } from "../support/webhook-rig.js";
import type { Received, WebhookRig } from "../support/webhook-rig.js";

const calm = new AbortController().signal;
const OVERDUE = alarm("days-overdue", "1 day due and not archived", { deadlineMs: NOW_MS + DAY_MS });
const BEHIND = alarm("sink-behind", "vault is down", { subject: "vault" });

/** The first moments after a restart: nothing is known before a pass was made. */
function freshlyStarted(): DaemonSnapshot {
  return snapshotOf({
    ...quietTenant("contoso", "2026-11-01"),
    alarms: [],
    lastPass: undefined,
    condition: "working",
  });
}

function only({ received }: WebhookRig): Received {
  expect(received).toHaveLength(1);
  return received[0] as Received;
}

/** The verdict of the published library at the moment of sending. */
function isAccepted(secret: string, raw: string, headers: Received["headers"]): boolean {
  vi.useFakeTimers({ now: NOW_MS, toFake: ["Date"] });
  try {
    new Webhook(secret).verify(raw, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
}

describe("the webhook", () => {
  it("tells an alarm once when it begins, daily while it lasts, and once when it is over", async () => {
    const one = await webhookRig(OVERDUE);
    const webhook = one.webhook();

    for (let hour = 0; hour <= 50; hour++) {
      expect(await webhook.sendDue(calm)).toBe(true);
      one.clock.advance(HOUR_MS);
    }
    one.state.become(standing());
    await webhook.sendDue(calm);
    await webhook.sendDue(calm);

    expect(events(one)).toEqual([
      "began days-overdue",
      "lasts days-overdue",
      "lasts days-overdue",
      "over days-overdue",
    ]);
    expect(one.received.map(({ body }) => body["since"])).toEqual(Array(4).fill("2026-11-22T13:07:00.000Z"));
    expect(new Set(one.received.map(({ body }) => body["id"])).size).toBe(4);
  });

  it("says what a receiver needs", async () => {
    const one = await webhookRig(OVERDUE);

    await one.webhook().sendDue(calm);

    expect(one.received[0]?.type).toBe("application/json");
    expect(one.received[0]?.body).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      event: "began",
      tenant: "contoso",
      alarm: "days-overdue",
      subject: "",
      text: "1 day due and not archived",
      days: [],
      deadline: "2026-11-23T18:07:00.000Z",
      since: "2026-11-22T13:07:00.000Z",
      time: "2026-11-22T18:07:00.000Z",
      head: `daybook/2696dce5-e5bc-4712-9600-0b0f8f1a298a 87 ${"R".repeat(43)}=`,
      software: "daybook 0.1.0",
    });
  });

  it("signs id, time and the bytes of the body as a library of Standard Webhooks checks them", async () => {
    const one = await webhookRig(BEHIND);

    await one.webhook().sendDue(calm);

    const { raw, body, headers } = only(one);
    expect(headers["webhook-id"]).toBe(body["id"]);
    expect(headers["webhook-timestamp"]).toBe(String(NOW_MS / 1_000));
    expect(isAccepted(SECRET, raw, headers)).toBe(true);
    expect(isAccepted(SECRET, `${raw} `, headers)).toBe(false);
    expect(isAccepted(SECRET, raw, { ...headers, "webhook-id": "another" })).toBe(false);
  });

  it("signs with the secret as it is now", async () => {
    const one = await webhookRig(BEHIND);
    const newer = `whsec_${Buffer.alloc(32, "n").toString("base64")}`;
    const secrets = [SECRET, newer];
    const webhook = one.webhook({ secret: () => Promise.resolve(secrets.shift() ?? "") });

    await webhook.sendDue(calm);
    one.state.become(standing());
    await webhook.sendDue(calm);

    const [first, second] = one.received;
    expect(isAccepted(SECRET, first?.raw ?? "", first?.headers ?? {})).toBe(true);
    expect(isAccepted(newer, second?.raw ?? "", second?.headers ?? {})).toBe(true);
  });

  it.each(["hunter22", "a secret of a webhook, long but no base64", Buffer.alloc(23).toString("base64")])(
    "sends nothing with a secret that no receiver could use: %s",
    async (secret) => {
      const one = await webhookRig(BEHIND);

      expect(await one.webhook({ secret: () => Promise.resolve(secret) }).sendDue(calm)).toBe(false);

      expect(one.received).toEqual([]);
    },
  );

  it("repeats nothing after a restart, and takes no restart for a recovery", async () => {
    const one = await webhookRig(OVERDUE, BEHIND);
    await one.webhook().sendDue(calm);

    one.state.become(freshlyStarted());
    const restarted = one.webhook();
    await restarted.sendDue(calm);
    expect(events(one)).toEqual(["began days-overdue", "began sink-behind"]);

    one.state.become(standing(OVERDUE));
    await restarted.sendDue(calm);
    expect(events(one).slice(2)).toEqual(["over sink-behind"]);
  });

  it("ends the alarms of a tenant that left the configuration", async () => {
    const one = await webhookRig(OVERDUE);
    const webhook = one.webhook();
    await webhook.sendDue(calm);

    one.state.become({ ...snapshotOf(), phase: "starting" });
    await webhook.sendDue(calm);
    one.state.become(snapshotOf(quietTenant("fabrikam", "2026-11-01")));
    await webhook.sendDue(calm);

    expect(events(one)).toEqual(["began days-overdue", "over days-overdue"]);
  });

  it.each([301, 400, 404, 429, 500])("tells it again under the same id after a %i", async (status) => {
    const one = await webhookRig(OVERDUE);
    one.statuses.push(status);
    const webhook = one.webhook();

    expect(await webhook.sendDue(calm)).toBe(false);
    expect(await webhook.sendDue(calm)).toBe(true);

    const [first, second, ...others] = one.received.map(({ body }) => body["id"]);
    expect(others).toEqual([]);
    expect(second).toBe(first);
  });

  it("lets no message that is refused stand before the others", async () => {
    const one = await webhookRig(OVERDUE, BEHIND);
    one.statuses.push(400, 200, 400);
    const webhook = one.webhook();

    await webhook.sendDue(calm);
    await webhook.sendDue(calm);

    expect(events(one)).toEqual(["began days-overdue", "began sink-behind", "began days-overdue"]);
  });

  it("reads the alarm state from a file that a person can read", async () => {
    const one = await webhookRig(BEHIND);
    await one.webhook().sendDue(calm);

    expect(JSON.parse(await readFile(one.path, "utf8"))).toEqual({
      format: "daybook-alerts/1",
      alarms: [
        {
          tenant: "contoso",
          alarm: "sink-behind",
          subject: "vault",
          since: "2026-11-22T13:07:00.000Z",
          notified: "2026-11-22T18:07:00.000Z",
          times: 1,
        },
      ],
    });
  });

  it.each(["", "{", "null", `{"format":"daybook-alerts/1","alarms":[{}]}`, "\u0000"])(
    "tells what stands once more when that file is %j",
    async (content) => {
      const one = await webhookRig(BEHIND);
      await one.webhook().sendDue(calm);
      await writeFile(one.path, content);
      const warned: string[] = [];
      const log = { ...silentLog, warn: (_fields: object, phrase: string) => warned.push(phrase) };

      const notified = new AlarmState(nodeFiles, one.path, log);
      await one.webhook({ notified }).sendDue(calm);
      await one.webhook().sendDue(calm);

      expect(warned).toEqual(["alarm state not read"]);
      expect(events(one)).toEqual(["began sink-behind", "began sink-behind"]);
    },
  );

  it("goes on without the file on a full disk", async () => {
    const one = await webhookRig(BEHIND);
    const full = {
      ...nodeFiles,
      writeNew: () => Promise.reject(new DaybookError("DISK_FULL", { message: "full" })),
    };
    const webhook = one.webhook({ notified: new AlarmState(full, one.path, silentLog) });

    await webhook.sendDue(calm);
    await webhook.sendDue(calm);

    expect(events(one)).toEqual(["began sink-behind"]);
  });

  it("sends no secret that the process knows", async () => {
    const one = await webhookRig(alarm("tenant-failing", "the proxy said hunter22"));

    await one.webhook({ redact: (text) => text.replaceAll("hunter22", "[redacted]") }).sendDue(calm);

    expect(one.received[0]?.body["text"]).toBe("the proxy said [redacted]");
  });

  it("says nothing for a secret that cannot be read, and tries again", async () => {
    const one = await webhookRig(BEHIND);
    const secrets = [() => Promise.reject(new DaybookError("SECRET_UNREADABLE", { message: "no file" }))];
    const webhook = one.webhook({ secret: () => secrets.shift()?.() ?? Promise.resolve(SECRET) });

    expect(await webhook.sendDue(calm)).toBe(false);
    expect(await webhook.sendDue(calm)).toBe(true);

    expect(one.received).toHaveLength(1);
  });
});
