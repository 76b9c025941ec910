import { z } from "zod";
import { parseKeep } from "../../model/keep.js";
import type { Keep } from "../../model/keep.js";
import { parseUtcDay } from "../../model/utc-day.js";
import type { UtcDay } from "../../model/utc-day.js";
import { namedMap } from "./values.js";

const KEEP_RULE = "must be a duration such as 7y or 3650d, or forever";
const DAY_RULE = "must be a UTC day, YYYY-MM-DD";
const MAX_TEXT = 200;

/** A whole number and a unit, or `forever`. */
const keep = z
  .string({ error: KEEP_RULE })
  .refine((text) => parseKeep(text) !== undefined, { error: KEEP_RULE })
  .meta({ title: "duration or forever" }) as unknown as z.ZodType<Keep, string>;

const day = z
  .string({ error: DAY_RULE })
  .refine((text) => parseUtcDay(text) !== undefined, { error: DAY_RULE })
  .meta({ title: "day" }) as unknown as z.ZodType<UtcDay, string>;

const scheduleName = z.string().trim().min(1, { error: "must not be empty" }).max(MAX_TEXT);
const authority = z.string().trim().max(MAX_TEXT);

const datedSchedule = z.strictObject({
  effective: day.meta({ description: "From this UTC day on, new days are sealed under it." }),
  schedule: scheduleName.meta({ description: "The rule, in your organisation's words." }),
  keep: keep.meta({ description: "How long a day is kept, from its end." }),
  authority: authority.default("").meta({ description: "What the rule rests on, such as a law." }),
});

/** Every key of a retention section, each with its default. */
export const retentionRules = z.strictObject({
  schedule: scheduleName.default("unassigned").meta({
    description:
      "The rule that this follows, in your organisation's words. It is written into every manifest.",
    examples: ["FIN-07 audit trails"],
  }),
  keep: keep.prefault("7y").meta({
    description:
      "How long a day is kept, from its end. A longer time applies to every day at once; a shorter one to days sealed later.",
  }),
  authority: authority.default("").meta({
    description: "What the rule rests on. It is printed on the certificate of destruction.",
    examples: ["HGB section 257"],
  }),
  schedules: z
    .array(datedSchedule)
    .default([])
    .meta({
      title: "list",
      description: "Rules that come into force on a date. The newest one in force replaces the one above.",
      examples: [[{ effective: "2027-01-01", schedule: "FIN-08 audit trails", keep: "10y" }]],
    }),
  approvers: z
    .int()
    .min(1)
    .max(5)
    .default(1)
    .meta({ description: "How many different people must approve a disposal. 2 or more need `people`." }),
  separateDuties: z.boolean().default(false).meta({ description: "Whoever drew a plan may not approve it." }),
  dispose: z.enum(["manual", "automatic"]).default("manual").meta({
    title: "word",
    description:
      "With `automatic` the daemon destroys what is due, once a day, as far as people approved it in advance with `daybook dispose standing`. Needs `people`.",
  }),
  holdViews: z
    .boolean()
    .default(false)
    .meta({ description: "Whether a held day also stays in view sinks after their `keep`." }),
});

export const retention = retentionRules.prefault({}).meta({
  description:
    "How long days are kept, and why. Nothing is destroyed without a plan and its approvals: see `daybook dispose`.",
});

const PUBLIC_KEY =
  /^(cert-authority )?(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com|ssh-rsa) [A-Za-z0-9+/=]+( \S.*)?$/;

const publicKey = z.string().regex(PUBLIC_KEY, {
  error: "must be a line of an OpenSSH public key file, such as ssh-ed25519 AAAA…",
});

export const people = namedMap(
  z.strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(MAX_TEXT)
      .meta({ description: "Who it is, for the certificate.", examples: ["Records management"] }),
    key: z
      .union([publicKey, z.array(publicKey).min(1)], { error: "must be a public key or a list of them" })
      .meta({
        title: "public key",
        description:
          "The OpenSSH public key with which the person signs; hardware keys work. `cert-authority KEY` trusts certificates for the role.",
        examples: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGl2b2VsQ2hhbmdlTWVCZWZvcmVVc2UwMDAwMDAw"],
      })
      .transform((value): readonly string[] => (typeof value === "string" ? [value] : value)),
    may: z
      .array(z.enum(["hold", "approve"]))
      .min(1)
      .meta({ title: "list", description: "What the person may sign for.", examples: [["hold", "approve"]] }),
  }),
  "records-manager",
);
