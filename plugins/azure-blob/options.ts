import { azureAuth, endpointUrl, secretRef, z } from "daybook/plugin";

const accountKey = z.strictObject({
  method: z.literal("account-key").meta({ description: "A key of the storage account." }),
  key: secretRef.meta({ description: "The key.", examples: [{ credential: "blob-key" }] }),
});

const sharedSignature = z.strictObject({
  method: z.literal("sas").meta({ description: "A shared access signature." }),
  token: secretRef.meta({
    description: "The signature's query string.",
    examples: [{ credential: "blob-sas" }],
  }),
});

const connectionString = z.strictObject({
  method: z.literal("connection-string").meta({ description: "A connection string of the account." }),
  value: secretRef.meta({ description: "The string.", examples: [{ env: "BLOB_CONNECTION" }] }),
});

const STORAGE_METHODS: readonly string[] = ["account-key", "sas", "connection-string"];

const auth = z.discriminatedUnion(
  "method",
  [...azureAuth.options, accountKey, sharedSignature, connectionString],
  {
    error:
      "must be a mapping with method: managed-identity, workload-identity, client-certificate, client-secret, token, account-key, sas or connection-string",
  },
);

export const azureBlobOptions = z
  .strictObject({
    account: z
      .string()
      .regex(/^[a-z0-9]{3,24}$/, { error: "must be a storage account's name: 3 to 24 of [a-z0-9]" })
      .optional()
      .meta({
        description: "The storage account. Absent only where `endpoint` or a connection string says it.",
        examples: ["contosoaudit"],
      }),
    endpoint: endpointUrl.optional().meta({
      description: "The blob endpoint, where it is not `https://<account>.blob.core.windows.net`.",
      examples: ["https://contosoaudit.blob.core.chinacloudapi.cn"],
    }),
    container: z
      .string()
      .regex(/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, {
        error: "must be a container's name: 3 to 63 of [a-z0-9-]",
      })
      .meta({ description: "The container; it must exist.", examples: ["audit"] }),
    prefix: z
      .string()
      .max(100)
      .regex(/^((?!\.{1,2}\/)[A-Za-z0-9._=-]+\/)*$/, {
        error: "must be empty or end in `/`, of segments of [A-Za-z0-9._=-]",
      })
      .default("")
      .meta({ description: "What every blob's name starts with.", examples: ["powerbi/"] }),
    auth: auth.default({ method: "managed-identity" }).meta({
      description: "How to sign in: by a tenant's methods, or by a secret of the storage account.",
    }),
    tenantId: z
      .guid()
      .optional()
      .meta({
        description: "The directory that signs in, where it is not the archived tenant's own.",
        examples: ["00000000-0000-0000-0000-000000000000"],
      }),
    immutability: z.enum(["unlocked", "locked"]).optional().meta({
      description:
        "Sets a policy on every blob until its retention ends. `locked` cannot be undone by anybody. Needs version-level immutability.",
    }),
    accessTier: z
      .enum(["hot", "cool", "cold"])
      .optional()
      .meta({ description: "The access tier of new blobs; the account's own when absent." }),
    encryptionScope: z
      .string()
      .regex(/^[A-Za-z0-9-]{3,63}$/)
      .optional()
      .meta({
        description: "The encryption scope of new blobs, such as one with an own key.",
        examples: ["audit"],
      }),
  })
  .superRefine(({ account, endpoint, auth: { method } }, context) => {
    const rule = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    if (method === "connection-string") {
      if (account !== undefined) rule("account", "must be absent: the connection string says it");
      if (endpoint !== undefined) rule("endpoint", "must be absent: the connection string says it");
    } else if (account === undefined && (endpoint === undefined || method === "account-key")) {
      rule("account", "must be given: the name of the storage account");
    }
    if (!STORAGE_METHODS.includes(method) && endpoint?.startsWith("http:"))
      rule("endpoint", "must be https:// where an identity signs in");
  });

export type AzureBlobOptions = z.output<typeof azureBlobOptions>;
