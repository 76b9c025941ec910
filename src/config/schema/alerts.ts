import { z } from "zod";
import { endpointUrl, namedMap, secretRef } from "./values.js";

const webhook = z.strictObject({
  use: z
    .literal("webhook")
    .meta({ description: "A program of your own; docs/ALERTS.md describes the message." }),
  url: endpointUrl.meta({
    description: "Where each message is sent, as an HTTP POST. A redirect is never followed.",
    examples: ["https://alerts.example/daybook"],
  }),
  secret: secretRef.meta({
    description:
      "Signs each message as Standard Webhooks has it, so that the receiver knows who sent it: at least 24 bytes in base64, with or without whsec_ before them.",
    examples: [{ file: "/etc/daybook/webhook.secret" }],
  }),
});

const slack = z.strictObject({
  use: z.literal("slack").meta({ description: "A channel of Slack, by an incoming webhook." }),
  url: secretRef.meta({
    description: "The incoming webhook's URL. Who knows it can post, so it is a secret.",
    examples: [{ file: "/etc/daybook/slack.url" }],
  }),
});

const teams = z.strictObject({
  use: z.literal("teams").meta({ description: "A channel of Microsoft Teams, by a workflow." }),
  url: secretRef.meta({
    description: "The URL of the workflow's webhook trigger. Who knows it can post, so it is a secret.",
    examples: [{ file: "/etc/daybook/teams.url" }],
  }),
});

const alertmanager = z.strictObject({
  use: z.literal("alertmanager").meta({ description: "Prometheus Alertmanager, by its API v2." }),
  url: endpointUrl.meta({
    description: "Base of Alertmanager; /api/v2/alerts is added.",
    examples: ["https://alertmanager.example/"],
  }),
});

/** One receiver of notifications. */
const receiver = z.discriminatedUnion("use", [webhook, slack, teams, alertmanager], {
  error: "must have use: webhook, slack, teams or alertmanager",
});

/** Where notifications go when something needs a person. */
export const alerts = namedMap(receiver, "ops").meta({
  description:
    "Who gets a message when an alarm begins, daily while it lasts, and when it is over: receivers by name.",
});

export type AlertConfig = z.output<typeof receiver>;
