import { z } from "zod";
import { endpointUrl, isObject, isSafeAddress, namedMap, secretRef } from "./values.js";

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

const address = z.email({ error: "must be an address, such as ops@example.com" }).meta({ title: "address" });

const smtp = z
  .strictObject({
    use: z.literal("smtp").meta({ description: "Mail, by a relay." }),
    host: z
      .string()
      .refine(isHost, { error: "must be the name or the IPv4 address of a host" })
      .meta({ title: "host", description: "The relay.", examples: ["smtp.example.com"] }),
    port: z.int().min(1).max(65_535).default(587).meta({ description: "465 is usual with `security: tls`." }),
    security: z.enum(["starttls", "tls", "none"]).default("starttls").meta({
      description:
        "`starttls` refuses a relay that does not offer it; `none` is for a relay on this machine only.",
    }),
    user: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "Signs in at the relay, together with `password`.",
        examples: ["daybook@example.com"],
      }),
    password: secretRef.optional().meta({
      description: "The password of `user`.",
      examples: [{ file: "/etc/daybook/smtp.password" }],
    }),
    from: address.meta({ description: "The sender.", examples: ["daybook@example.com"] }),
    to: z
      .array(address)
      .min(1, { error: "must have at least one address" })
      .meta({ description: "The recipients.", examples: [["ops@example.com"]] }),
  })
  .superRefine(
    ({ host, security, user, password }, context) => {
      if (security === "none" && !isSafeAddress(`http://${host}/`)) {
        const message = "must be starttls or tls: only a relay on this machine may be reached in the clear";
        context.addIssue({ code: "custom", path: ["security"], message });
      }
      if ((user === undefined) !== (password === undefined)) {
        const path = [user === undefined ? "user" : "password"];
        context.addIssue({ code: "custom", path, message: "is required: user and password go together" });
      }
    },
    { when: isObject },
  );

/** Nothing but a host: URL would read `a@b` or `a/b` as more, and `127.1` as another. */
function isHost(text: string): boolean {
  return isSafeAddress(`https://${text}/`) && URL.parse(`https://${text}/`)?.hostname === text.toLowerCase();
}

/** One receiver of notifications. */
const receiver = z.discriminatedUnion("use", [webhook, slack, teams, alertmanager, smtp], {
  error: "must have use: webhook, slack, teams, alertmanager or smtp",
});

/** Where notifications go when something needs a person. */
export const alerts = namedMap(receiver, "ops").meta({
  description:
    "Who gets a message when an alarm begins, daily while it lasts, and when it is over: receivers by name.",
});

export type AlertConfig = z.output<typeof receiver>;
