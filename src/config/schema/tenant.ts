import { z } from "zod";
import { azureAuth } from "./auth.js";
import { retentionRules } from "./retention.js";
import { EXAMPLE_ID, endpointUrl, guid, isObject } from "./values.js";

/** The API's own limit is 200 in an hour (https://learn.microsoft.com/rest/api/power-bi/admin/get-activity-events). */
const API_REQUESTS_PER_HOUR = 200;
const MAX_REQUESTS_PER_HOUR = 1_000_000;

const CLOUDS = ["public", "gcc", "gcc-high", "dod", "china", "custom"] as const;

const customEndpoints = z.strictObject({
  api: endpointUrl.meta({
    description: "Base of the API; requests go here and nowhere else.",
    examples: ["https://api.powerbi.example/"],
  }),
  authority: endpointUrl.optional().meta({
    description: "Where sign-in requests go. Needed by the methods that sign in with Entra ID.",
    examples: ["https://login.example/8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11"],
  }),
  scope: z
    .string()
    .endsWith("/.default", { error: "must end in /.default" })
    .optional()
    .meta({
      description: "The scope of the token. Needed by every method but `token`.",
      examples: ["https://analysis.example/powerbi/api/.default"],
    }),
});

/** One tenant: who it is, how to sign in, how much of its allowance to use. */
export const tenant = z
  .strictObject({
    tenantId: guid.meta({
      description: "The tenant's id in Entra ID. Events of another tenant stop the work.",
      examples: [EXAMPLE_ID],
    }),
    cloud: z.enum(CLOUDS).default("public").meta({ description: "The cloud that the tenant lives in." }),
    endpoints: customEndpoints.optional().meta({
      description: "With `cloud: custom` only: a private cloud, a proxy, the simulator.",
    }),
    auth: azureAuth,
    retention: retentionRules.optional().meta({
      description: "Retention of this tenant alone, in place of the one for all tenants.",
    }),
    requestsPerHour: z
      .int()
      .min(1)
      .max(MAX_REQUESTS_PER_HOUR)
      .default(180)
      .meta({
        description: `How many of the API's ${API_REQUESTS_PER_HOUR} requests an hour to use; the rest is left to other tools. More than ${API_REQUESTS_PER_HOUR} with \`cloud: custom\` only.`,
      }),
  })
  .superRefine(
    (value, context) => {
      for (const rule of brokenRules(value)) {
        context.addIssue({ code: "custom", path: [...rule.path], message: rule.message });
      }
    },
    { when: isObject },
  );

/** The keys that rules over several keys look at; each may be absent or wrong itself. */
interface RuledKeys {
  readonly cloud?: unknown;
  readonly endpoints?: { readonly authority?: unknown; readonly scope?: unknown } | undefined;
  readonly auth?: { readonly method?: unknown };
  readonly requestsPerHour?: unknown;
}

interface BrokenRule {
  readonly path: readonly string[];
  readonly message: string;
}

function brokenRules(keys: RuledKeys): readonly BrokenRule[] {
  return [...brokenCloudRules(keys), ...missingEndpoints(keys)];
}

function brokenCloudRules({ cloud, endpoints, requestsPerHour }: RuledKeys): readonly BrokenRule[] {
  const broken: BrokenRule[] = [];
  const isCustom = cloud === "custom";
  if (isCustom !== (endpoints !== undefined)) {
    broken.push({ path: ["endpoints"], message: "must be given with cloud: custom, and only then" });
  }
  if (!isCustom && Number(requestsPerHour) > API_REQUESTS_PER_HOUR) {
    const message = `must be at most ${API_REQUESTS_PER_HOUR}, the API's own limit, unless cloud is custom`;
    broken.push({ path: ["requestsPerHour"], message });
  }
  return broken;
}

function missingEndpoints({ endpoints, auth: signIn }: RuledKeys): readonly BrokenRule[] {
  const method = signIn?.method;
  if (endpoints === undefined || typeof method !== "string" || method === "token") return [];
  // A managed identity asks the machine, not Entra ID.
  const needed = method === "managed-identity" ? (["scope"] as const) : (["authority", "scope"] as const);
  return needed
    .filter((key) => endpoints[key] === undefined)
    .map((key) => ({ path: ["endpoints", key], message: `is needed with auth.method ${method}` }));
}
