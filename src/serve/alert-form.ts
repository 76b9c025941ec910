import type { Mail, MailRelay } from "../io/send-mail.js";
import { DAY_MS, HOUR_MS, isoTime } from "../model/utc-day.js";
import type { AlertMessage } from "./alert-message.js";
import { webhookHeaders } from "./webhook-signature.js";

type Secret = () => Promise<string>;

/**
 * Characters of a message's text that chats and mail get. Even where each takes six bytes of JSON, a card keeps below the 28 KB
 * above which Teams refuses it, and a text below the 40,000 characters above which Slack cuts it
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook,
 * https://api.slack.com/changelog/2018-04-truncating-really-long-messages).
 */
const MAX_TEXT_CHARS = 3_000;

/** How one kind of receiver wants its messages. Secrets are read for each message, so that a rotated one is used at once. */
export type AlertForm = PostForm | MailForm;

/** As mail. */
export interface MailForm {
  readonly relay: () => Promise<MailRelay>;
  readonly from: string;
  readonly to: readonly string[];
}

/** As an HTTP POST. */
export interface PostForm {
  readonly url: Secret;
  /** Becomes JSON. */
  readonly body: (message: AlertMessage) => unknown;
  readonly headers?: (
    message: AlertMessage,
    body: string,
    nowMs: number,
  ) => Promise<Readonly<Record<string, string>>>;
}

export function webhookForm(url: string, secret: Secret): PostForm {
  return {
    url: () => Promise.resolve(url),
    body: (message) => message,
    headers: async ({ id }, body, nowMs) => webhookHeaders(await secret(), { id, body, nowMs }),
  };
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackForm(url: Secret): PostForm {
  return {
    url,
    body: (message) => ({ text: slackEscaped([`*${title(message)}*`, ...lines(message)].join("\n")) }),
  };
}

/** An adaptive card, as the workflow "Post to a channel when a webhook request is received" takes it. */
export function teamsForm(url: Secret): PostForm {
  return {
    url,
    body: (message) => ({
      type: "message",
      attachments: [
        { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card(message) },
      ],
    }),
  };
}

/** The daemon repeats a standing alarm daily; an hour more covers the retries of a repetition. */
const ALERTMANAGER_END_MS = DAY_MS + HOUR_MS;

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export function alertmanagerForm(base: string): PostForm {
  return {
    url: () => Promise.resolve(`${base.replace(/\/$/, "")}/api/v2/alerts`),
    body: (message) => {
      const { event, tenant, alarm, subject, text, since, time } = message;
      const endsAt = event === "over" ? time : isoTime(Date.parse(time) + ALERTMANAGER_END_MS);
      const labels = { alertname: alertName(alarm), tenant, ...(subject === "" ? {} : { subject }) };
      return [
        { labels, annotations: { summary: title(message), description: text }, startsAt: since, endsAt },
      ];
    },
  };
}

/** The text of a message as mail. */
export function alertMail({ from, to }: MailForm, message: AlertMessage): Mail {
  const days = message.days.length === 0 ? [] : [`Days: ${message.days.join(", ")}`];
  const text = [...lines(message), ...days].join("\n\n");
  return { id: message.id, from, to, subject: `[Daybook] ${title(message)}`, text: `${text}\n` };
}

function card(message: AlertMessage): object {
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      { type: "TextBlock", text: title(message), weight: "Bolder", wrap: true },
      ...lines(message).map((text) => ({ type: "TextBlock", text, wrap: true })),
    ],
  };
}

/** `contoso: sink behind (vault) began` */
function title({ tenant, alarm, subject, event }: AlertMessage): string {
  return `${tenant}: ${alarm.replaceAll("-", " ")}${subject === "" ? "" : ` (${subject})`} ${EVENT_WORDS[event]}`;
}

const EVENT_WORDS = { began: "began", lasts: "continues", over: "is over" } as const;

function lines({ text, since, deadline, head, software }: AlertMessage): readonly string[] {
  return [
    shortened(text),
    ...(deadline === null ? [] : [`Deadline: ${deadline}`]),
    ...(head === null ? [] : [`Head of the archive: ${head}`]),
    `Since ${since}. Sent by ${software}.`,
  ];
}

function shortened(text: string): string {
  if (text.length <= MAX_TEXT_CHARS) return text;
  // Never half of a character that takes two code units.
  return `${text.slice(0, MAX_TEXT_CHARS - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** https://docs.slack.dev/messaging/formatting-message-text: these three characters alone. */
function slackEscaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** `DaybookSinkBehind` */
function alertName(alarm: string): string {
  return ["daybook", ...alarm.split("-")]
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}
