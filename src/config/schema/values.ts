import { z } from "zod";
import { parseDuration } from "../../model/duration.js";
import type { Duration } from "../../model/duration.js";

/** Which schemas hold a path: the loader resolves their values against the folder of the configuration file. */
export const pathSchemas = z.registry<{ readonly isPath: true }>();

/** A path on this machine; a relative one starts at the folder of the configuration file. */
export const filePath = z
  .string()
  .regex(/^[^\0]+$/, { error: "must be a path" })
  .meta({ title: "path" })
  .register(pathSchemas, { isPath: true });

const SECRET_RULE = "must say where the secret is: { file: PATH }, { env: NAME } or { credential: NAME }";

const secretFile = z.strictObject({ file: filePath });
const secretVariable = z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) });
// A slash would leave $CREDENTIALS_DIRECTORY.
const secretCredential = z.strictObject({ credential: z.string().regex(/^(?!\.\.?$)[A-Za-z0-9._-]+$/) });

/** Where a secret is, never the secret itself (fault 83). */
export const secretRef = z
  .union([secretFile, secretVariable, secretCredential], { error: SECRET_RULE })
  .meta({ title: "secret" });

export type SecretRef = Readonly<z.output<typeof secretRef>>;

const DURATION_RULE = "must be a duration: a whole number and one of m h d w y, such as 26h or 7y";

/** A whole number and a unit: `26h`, `28d`, `7y`. */
export const duration = z
  .string({ error: DURATION_RULE })
  .refine((text) => parseDuration(text) !== undefined, { error: DURATION_RULE })
  // The rule above is what makes a text a Duration; a transform would hide default and example from the JSON Schema.
  .meta({ title: "duration" }) as unknown as z.ZodType<Duration, string>;

// A name that starts with a hyphen would be read as an option on the command line.
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/**
 * A map by name, with at least one entry. Names are the only text of the configuration that reaches a path (fault 82).
 * A wrong one is reported beside the errors below it, which zod's own check of the key would hide.
 */
export function namedMap<Value extends z.ZodType>(value: Value, exampleName: string) {
  const name = z.string().meta({ title: "name", pattern: NAME.source, examples: [exampleName] });
  return z.record(name, value).superRefine(
    (map, context) => {
      const names = Object.keys(map);
      if (names.length === 0) context.addIssue({ code: "custom", message: "must have at least one entry" });
      for (const wrong of names.filter((text) => !NAME.test(text))) {
        const message =
          "must be named by 1 to 40 lower-case letters, digits and hyphens, and start with no hyphen";
        context.addIssue({ code: "custom", path: [wrong], message, params: { isAboutKey: true } });
      }
    },
    { when: isObject },
  );
}

/** Stands in examples for an id that only the operator knows. */
export const EXAMPLE_ID = "00000000-0000-0000-0000-000000000000";

/** z.uuid() would check version and variant bits, which a tenant id need not have. */
export const guid = z
  .guid({ error: "must be a GUID, such as 8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11" })
  .refine((id) => id !== EXAMPLE_ID, { error: "must be your own id: this one is the example's" })
  .toLowerCase()
  .meta({ title: "GUID" });

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

// Addresses that hand out the credentials of a machine in a cloud: no request may go there (fault 89).
const METADATA =
  /^(169\.254\.\d+\.\d+|\[::ffff:a9fe:[0-9a-f]+\]|\[fe80:.*|\[fd00:ec2::\w+\]|100\.100\.100\.200|168\.63\.129\.16|metadata(\.google\.internal)?\.?)$/;

/** https, or http on this machine: a token must never travel in the clear. */
export const endpointUrl = z
  .string()
  .refine(isSafeUrl, {
    error:
      "must be an https:// address (http:// on this machine only) without user, query or fragment, and no metadata service",
  })
  .meta({ title: "URL" });

function isSafeUrl(text: string): boolean {
  return isSafeAddress(text) && URL.parse(text)?.search === "";
}

/** The same rule for an address that may carry a query, as one that is a secret does. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || `${url.username}${url.password}${url.hash}` !== "") return false;
  if (METADATA.test(url.hostname)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname));
}

/**
 * For the `when` of a rule over several keys: it is judged even where one of them is wrong, so that all errors come at
 * once. Such a rule sees values that may break their own rules.
 */
export function isObject({ value }: { readonly value: unknown }): boolean {
  return typeof value === "object" && value !== null;
}
