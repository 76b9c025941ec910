import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slackForm, teamsForm } from "../../src/serve/alert-form.js";
import type { AlertForm } from "../../src/serve/alert-form.js";
import type { Alarm } from "../../src/view/alarms.js";
import { NOW_MS, alarm } from "../support/status-sample.js";
import { webhookRig } from "../support/webhook-rig.js";

/** Slack's package for senders, whose types are its webhook's form, and Microsoft's own reader of cards. */
const PACKAGES = join(import.meta.dirname, "alert-forms");
const TSC = join(import.meta.dirname, "..", "..", "node_modules", ".bin", "tsc");

const work = mkdtempSync(join(tmpdir(), "daybook-alert-forms-"));

beforeAll(() => {
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
  // A carousel of cards needs more, and no alert is one.
  execFileSync("npm", ["ci", "--legacy-peer-deps", ...quiet], { cwd: PACKAGES });
  symlinkSync(join(PACKAGES, "node_modules"), join(work, "node_modules"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const BEHIND = alarm("sink-behind", "vault <down> & *out*, \"'", { subject: "vault" });
const ALARMS: readonly (readonly [string, Alarm])[] = [
  ["a sink that is down", BEHIND],
  ["days with a deadline", alarm("days-overdue", "1 day due", { deadlineMs: NOW_MS })],
  ["an endless text", alarm("tenant-failing", "&".repeat(100_000))],
];

/** What is really posted. */
async function posted(standing: Alarm, form: (url: () => Promise<string>) => AlertForm): Promise<unknown> {
  const one = await webhookRig(standing);
  await one.webhook({ form: form(() => Promise.resolve(one.url)) }).sendDue(new AbortController().signal);
  return one.received[0]?.body;
}

/** What the compiler says of the message as an argument of Slack's own package; empty when it fits. */
function slackComplaints(message: unknown): string {
  writeFileSync(
    join(work, "message.ts"),
    `import type { IncomingWebhookSendArguments } from "@slack/webhook";
export const message: IncomingWebhookSendArguments = ${JSON.stringify(message)};
`,
  );
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", "node"];
  return spawnSync(TSC, [...options, "message.ts"], { cwd: work, encoding: "utf8" }).stdout;
}

interface ReadCard {
  parse(card: unknown, context: ReadContext): void;
  toJSON(): unknown;
}

interface ReadContext {
  readonly eventCount: number;
  getEventAt(index: number): { readonly message: string };
}

/** What Microsoft's reader says of a card of version 1.4, and what it understood of it. */
function read(card: unknown): { readonly complaints: readonly string[]; readonly understood: unknown } {
  const reader = createRequire(join(work, "node_modules/"))("adaptivecards/dist/adaptivecards.js") as {
    readonly AdaptiveCard: new () => ReadCard;
    readonly SerializationContext: new (version: unknown) => ReadContext;
    readonly Versions: { readonly v1_4: unknown };
  };
  const context = new reader.SerializationContext(reader.Versions.v1_4);
  const one = new reader.AdaptiveCard();
  one.parse(card, context);
  const complaints = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
  return { complaints, understood: one.toJSON() };
}

function cardOf(message: unknown): Record<string, unknown> {
  const { attachments } = message as { readonly attachments: readonly { readonly content: object }[] };
  return { ...attachments[0]?.content };
}

describe("the message for Slack", () => {
  it.each(ALARMS)("is what Slack's own package sends: %s", async (_name, standing) => {
    expect(slackComplaints(await posted(standing, slackForm))).toBe("");
  });

  it("would be refused with a field that Slack does not know", async () => {
    const message = (await posted(BEHIND, slackForm)) as object;

    expect(slackComplaints({ ...message, txt: "" })).toContain(`'"txt"' does not exist`);
  });
});

describe("the card for Teams", () => {
  it.each(ALARMS)("is understood whole by Microsoft's own reader: %s", async (_name, standing) => {
    const card = cardOf(await posted(standing, teamsForm));

    expect(read(card)).toEqual({ complaints: [], understood: card });
  });

  it.each([
    ["an element", { body: [{ type: "TextBlok", text: "one" }] }],
    ["a weight", { body: [{ type: "TextBlock", text: "one", weight: "Boldest" }] }],
  ])("would be complained about with %s that is none", async (_name, wrong) => {
    const card = cardOf(await posted(BEHIND, teamsForm));

    expect(read({ ...card, ...wrong }).complaints).toHaveLength(1);
  });
});
