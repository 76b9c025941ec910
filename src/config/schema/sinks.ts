import { z } from "zod";
import { duration, namedMap } from "./values.js";

/** What the core reads of a sink; every other key is an option of its plugin, whose own schema checks it. */
const sink = z.looseObject({
  use: z
    .string()
    .regex(/^(\.{0,2}\/[^\0]+|(@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._-]*)$/, {
      error: "must be a bundled sink, a package name, or a path starting with ./ or /",
    })
    .meta({
      description:
        "The plugin: local-files, s3, azure-blob, parquet, postgres, the name of a package, or a path starting with ./ or /. Further keys are the plugin's own options.",
      examples: ["local-files"],
    }),
  integrity: z
    .string()
    .regex(/^sha256-[A-Za-z0-9+/]{43}=$/, { error: "must be sha256- and 44 characters of base64" })
    .optional()
    .meta({
      description: "Pins the bytes of a plugin from outside: sha256- and the base64 of the file's SHA-256.",
      examples: ["sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    }),
  keep: duration.optional().meta({
    description: "For a view sink: how long it keeps a day. A record sink follows retention.keep.",
    examples: ["2y"],
  }),
});

/** Where sealed days go, by name. */
export const sinks = namedMap(sink, "vault").meta({
  description: "Where sealed days go. At least one must be a record sink, which keeps the archive itself.",
  examples: [
    {
      vault: { use: "local-files", path: "/srv/daybook" },
      worm: {
        use: "s3",
        bucket: "contoso-audit",
        prefix: "powerbi/",
        region: "eu-west-1",
        objectLock: "governance",
      },
      lake: { use: "parquet", to: { use: "local-files", path: "/srv/lake" }, keep: "2y" },
      sql: { use: "postgres", connection: { env: "DATABASE_URL" } },
      cold: {
        use: "./plugins/our-tape.js",
        integrity: "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      },
    },
  ],
});
