import { filePath, secretRef, z } from "daybook/plugin";

const tls = z
  .strictObject({
    ca: filePath.optional().meta({
      description:
        "The authority that the server's certificate must come from (PEM); the system's when absent",
      examples: ["/etc/daybook/db-ca.pem"],
    }),
    mode: z.enum(["verify-full", "verify-ca"]).default("verify-full").meta({
      description: "verify-ca does not compare the certificate's name with the host's, and needs ca",
    }),
  })
  .refine(({ ca, mode }) => mode === "verify-full" || ca !== undefined, {
    error: "must name a ca when mode is verify-ca: any public authority would do otherwise",
    path: ["ca"],
  });

export const postgresOptions = z.strictObject({
  connection: secretRef.meta({
    description: "Where the address is: postgres://user:password@host:5432/database",
    examples: [{ env: "DATABASE_URL" }, { credential: "database-url" }],
  }),
  schema: z
    .string()
    .regex(/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/, {
      error: "must be 1 to 63 lower-case letters, digits and underscores, and not start with pg_",
    })
    .default("daybook")
    .meta({ description: "The schema that holds the tables" }),
  migrate: z.boolean().default(true).meta({
    description:
      "Makes and changes schema and tables by itself; when false, a DBA runs the plugin's schema.sql",
  }),
  readRole: z
    .string()
    .regex(/^[^"\0]{1,63}$/, { error: "must be the name of a role" })
    .optional()
    .meta({
      description: "A role that exists and is let read the tables, and nothing else; needs migrate",
      examples: ["analysts"],
    }),
  tls: tls.optional().meta({
    description: "How the server is verified. Without it, a connection within this machine is plain text",
  }),
  connectTimeoutSeconds: z
    .int()
    .min(1)
    .max(50)
    .default(15)
    .meta({ description: "How long a connection may take to be made" }),
  statementTimeoutSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(3600)
    .meta({ description: "How long one statement may take; a day is written by one statement" }),
});

export type PostgresOptions = z.output<typeof postgresOptions>;
