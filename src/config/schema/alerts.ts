import { z } from "zod";
import { endpointUrl, secretRef } from "./values.js";

const webhook = z
  .strictObject({
    url: endpointUrl.meta({
      description: "Where each message is sent, as an HTTP POST. A redirect is never followed.",
      examples: ["https://alerts.example/daybook"],
    }),
    secret: secretRef.meta({
      description: "Signs each message (HMAC-SHA256), so that the receiver knows who sent it.",
      examples: [{ file: "/etc/daybook/webhook.secret" }],
    }),
  })
  .meta({ description: "A program of your own that passes messages on; docs/ALERTS.md describes them." });

/** Where notifications go when something needs a person. */
export const alerts = z
  .strictObject({ webhook })
  .meta({ description: "Messages when an alarm begins, daily while it lasts, and when it is over." });
