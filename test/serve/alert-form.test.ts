import { describe, expect, it } from "vitest";
import { alertForm } from "../../src/compose/alert-forms.js";
import { Redactor } from "../../src/config/redactor.js";
import type { AlertConfig } from "../../src/config/schema/alerts.js";
import { SecretSource } from "../../src/config/secrets.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import { alertmanagerForm, slackForm, teamsForm } from "../../src/serve/alert-form.js";
import { startMailServer } from "../support/mail-server.js";
import { NOW_MS, alarm } from "../support/status-sample.js";
import { standing, webhookRig } from "../support/webhook-rig.js";

const calm = new AbortController().signal;
const BEHIND = alarm("sink-behind", "vault <down> & out", { subject: "vault" });
const OVERDUE = alarm("days-overdue", "1 day due", { deadlineMs: NOW_MS + DAY_MS });

describe("the form for Slack", () => {
  it("is a text with the three characters escaped that Slack reads as markup", async () => {
    const one = await webhookRig(BEHIND);

    await one.webhook({ form: slackForm(() => Promise.resolve(one.url)) }).sendDue(calm);

    expect(one.received.map(({ body }) => body)).toEqual([
      {
        text: "*contoso: sink behind (vault) began*\nvault &lt;down&gt; &amp; out\nHead of the archive: daybook/2696dce5-e5bc-4712-9600-0b0f8f1a298a 87 RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR=\nSince 2026-11-22T13:07:00.000Z. Sent by daybook 0.1.0.",
      },
    ]);
  });
});

describe("the form for Teams", () => {
  it("is one adaptive card, with the deadline", async () => {
    const one = await webhookRig(OVERDUE);

    await one.webhook({ form: teamsForm(() => Promise.resolve(one.url)) }).sendDue(calm);

    expect(one.received[0]?.body).toMatchObject({
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            type: "AdaptiveCard",
            version: "1.4",
            body: [
              { type: "TextBlock", text: "contoso: days overdue began", weight: "Bolder", wrap: true },
              { type: "TextBlock", text: "1 day due", wrap: true },
              { type: "TextBlock", text: "Deadline: 2026-11-23T18:07:00.000Z", wrap: true },
              { text: expect.stringMatching(/^Head of the archive: daybook\//) as unknown },
              { text: "Since 2026-11-22T13:07:00.000Z. Sent by daybook 0.1.0." },
            ],
          },
        },
      ],
    });
  });
});

/** Of every character the one that takes most room: five in Slack's escapes, six in JSON. */
const ENDLESS = ["&", "\u0001", "\u{1F4D3}"].map((character) =>
  alarm("tenant-failing", character.repeat(100_000)),
);

describe("the longest text", () => {
  it.each(ENDLESS)("is posted by Slack in one piece", async (longest) => {
    const one = await webhookRig(longest);

    await one.webhook({ form: slackForm(() => Promise.resolve(one.url)) }).sendDue(calm);

    // "we truncate messages containing more than 40,000 characters": https://api.slack.com/changelog/2018-04-truncating-really-long-messages
    const text = String(one.received[0]?.body["text"]);
    expect(text.length).toBeLessThan(40_000);
    expect(text).toMatch(/…\nHead of the archive: .*\nSince /);
  });

  it.each(ENDLESS)("is not refused by Teams", async (longest) => {
    const one = await webhookRig(longest);

    await one.webhook({ form: teamsForm(() => Promise.resolve(one.url)) }).sendDue(calm);

    // "The message size limit is 28 KB": https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
    expect(Buffer.byteLength(one.received[0]?.raw ?? "")).toBeLessThan(28_000);
    expect(one.received[0]?.raw).toContain("…");
    expect(one.received[0]?.raw).not.toContain("\\ud83d");
  });
});

describe("the form for Alertmanager", () => {
  it("keeps an alert until after the next daily message, and ends it under the same labels", async () => {
    const one = await webhookRig(BEHIND);
    const sender = one.webhook({ form: alertmanagerForm(`${one.url}/`) });

    await sender.sendDue(calm);
    one.state.become(standing());
    await sender.sendDue(calm);

    const [began, over] = one.received.map(({ body }) => (body as unknown as object[])[0]);
    const labels = { alertname: "DaybookSinkBehind", tenant: "contoso", subject: "vault" };
    expect(began).toEqual({
      labels,
      annotations: { summary: "contoso: sink behind (vault) began", description: "vault <down> & out" },
      startsAt: "2026-11-22T13:07:00.000Z",
      endsAt: "2026-11-23T19:07:00.000Z",
    });
    expect(over).toMatchObject({ labels, endsAt: "2026-11-22T18:07:00.000Z" });
  });
});

describe("mail", () => {
  it("has the message as its text, with the days, and one id for each attempt", async () => {
    const one = await webhookRig(OVERDUE);
    const { port, received } = await startMailServer({});
    const relay = { host: "localhost", port, security: "none" } as const;
    const form = {
      relay: () => Promise.resolve(relay),
      from: "daybook@contoso.example",
      to: ["ops@contoso.example"],
    };

    expect(await one.webhook({ form }).sendDue(calm)).toBe(true);

    expect(received).toHaveLength(1);
    const { text = "" } = received[0] ?? {};
    expect(text).toContain("Subject: [Daybook] contoso: days overdue began\r\n");
    expect(text).toContain("\r\n\r\n1 day due\r\n\r\nDeadline: 2026-11-23T18:07:00.000Z\r\n");
    expect(text).toContain("Since 2026-11-22T13:07:00.000Z. Sent by daybook 0.1.0.");
    expect(await one.webhook({ form }).sendDue(calm)).toBe(true);
    expect(received).toHaveLength(1);
  });
});

describe("an address that is a secret", () => {
  const secrets = new SecretSource(
    nodeFiles,
    {
      GOOD: "https://hooks.example/x?sig=1",
      PLAIN: "http://hooks.example/x",
      META: "https://169.254.169.254/",
    },
    new Redactor(),
  );

  async function addressOf(config: AlertConfig): Promise<string> {
    const form = alertForm("chat", config, secrets);
    return "url" in form ? form.url() : "";
  }

  it("may have a query", async () => {
    expect(await addressOf({ use: "teams", url: { env: "GOOD" } })).toBe("https://hooks.example/x?sig=1");
  });

  it.each(["PLAIN", "META"])("is refused when it is unsafe: %s", async (name) => {
    await expect(addressOf({ use: "slack", url: { env: name } })).rejects.toMatchObject({
      code: "SECRET_UNREADABLE",
      message: "alerts.chat.url: found a text that is no address to post to, expected an https:// URL",
    });
  });
});
