import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.js";
import { anchor } from "./schema/anchor.js";
import { alerts } from "./schema/alerts.js";
import { collect } from "./schema/collect.js";
import { people, retention } from "./schema/retention.js";
import { sinks } from "./schema/sinks.js";
import { tenant } from "./schema/tenant.js";
import { filePath, isObject, namedMap, secretRef } from "./schema/values.js";

export type { SecretRef } from "./schema/values.js";

const tenants = namedMap(tenant, "contoso").superRefine(refuseDoubleTenant, { when: isObject }).meta({
  description: "The tenants to archive, by a name of 1 to 40 lower-case letters, digits and hyphens.",
});

const tls = z
  .strictObject({
    ca: filePath.optional().meta({
      description:
        "PEM file with further certificate authorities to trust. Verification cannot be turned off.",
      examples: ["/etc/daybook/company-ca.pem"],
    }),
  })
  .prefault({})
  .meta({ description: "Trust in the hosts that Daybook talks to." });

const signing = z
  .strictObject({
    privateKey: secretRef.optional().meta({
      description: "The Ed25519 key that signs, PEM. Without it one is made at the first start, in stateDir.",
      examples: [{ file: "/etc/daybook/signing.pem" }],
    }),
  })
  .prefault({})
  .meta({ description: "The key that signs manifests and heads." });

/** Where a server listens. */
export const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, {
    error: "must be an address and a port, such as 127.0.0.1:9464",
  })
  .transform((text) => {
    const at = text.lastIndexOf(":");
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, { error: "must have a port from 0 to 65535" });

/** Below `serve`. */
export const serveSchema = z.strictObject({
  listen: listen.prefault("127.0.0.1:9464").meta({ title: "address", description: "Address and port." }),
  hosts: z
    .array(z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, { error: "must be a host name without a port" }))
    .prefault([])
    .meta({
      title: "host names",
      description:
        "Further host names under which browsers may open the pages, such as the name of a proxy. Addresses and localhost are always allowed.",
      examples: [["daybook.example.com"]],
    }),
  token: secretRef.optional().meta({
    description:
      "A request for a page or for metrics must carry this token, as a bearer token or as the password of the browser's sign-in. The health checks need none. Put TLS in front of an address that others can reach.",
    examples: [{ file: "/etc/daybook/serve.token" }],
  }),
});

/** The one declaration of every key: types, bounds, defaults, help. Parser, reference, example and JSON Schema come from it. */
export const configSchema = z.strictObject({
  stateDir: filePath.optional().meta({
    description:
      "Where Daybook keeps its ledger, spool and keys. Default: $STATE_DIRECTORY (systemd sets it), else /var/lib/daybook for /etc/daybook/daybook.yaml, else ./daybook-state in the working folder.",
    examples: ["/var/lib/daybook"],
  }),
  tenants,
  collect,
  compression: z.enum(["zstd", "gzip"]).default("zstd").meta({
    description:
      "How the archive's files are compressed. Choose gzip where the people who check the archive have gzip but not zstd.",
  }),
  retention,
  people: people.optional().meta({
    description:
      "Who may place holds and approve disposals, by a role. A change counts once `daybook people apply` has recorded it.",
  }),
  signing,
  anchor: anchor.prefault({}).meta({
    description:
      "Witnesses: other machines that confirm, day by day, that this archive has one history. docs/AUDIT.md says how to run one.",
  }),
  sinks,
  tls,
  serve: serveSchema.optional().meta({ description: "Health, metrics and status page; off when absent." }),
  alerts: alerts.optional(),
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error"])
        .default("info")
        .meta({ description: "The least that is logged." }),
    })
    .prefault({})
    .meta({ description: "The log, JSON lines on standard error." }),
});

/** A configuration that has passed every rule: defaults filled in, paths absolute, frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema> & { stateDir: string }>;

export type TenantConfig = Config["tenants"][string];
export type AuthConfig = TenantConfig["auth"];
export type RetentionConfig = Config["retention"];
export type WitnessConfig = Config["anchor"]["witnesses"][number];
export type SinkConfig = Config["sinks"][string];

// Two entries would archive one tenant twice and share its request allowance without knowing (fault 81).
function refuseDoubleTenant(
  all: Readonly<Record<string, { tenantId?: unknown }>>,
  context: z.RefinementCtx,
): void {
  const seen = new Map<unknown, string>();
  for (const [name, one] of Object.entries(all)) {
    const id = typeof one?.tenantId === "string" ? one.tenantId : undefined;
    const first = id === undefined ? undefined : seen.get(id);
    if (first !== undefined) {
      context.addIssue({
        code: "custom",
        path: [name, "tenantId"],
        message: `must differ from that of tenant ${first}`,
      });
    } else if (id !== undefined) seen.set(id, name);
  }
}
