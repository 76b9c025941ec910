import { endpointUrl, z } from "daybook/plugin";

export const s3Options = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "expected a bucket name: 3 to 63 of a-z, 0-9, . and -")
      .meta({ description: "The bucket; it must exist", examples: ["contoso-audit"] }),
    region: z
      .string()
      .regex(/^[a-z0-9-]{2,40}$/, "expected a region such as eu-west-1")
      .meta({ description: "The bucket's region", examples: ["eu-west-1"] }),
    prefix: z
      .string()
      .max(100)
      .regex(/^((?!\.{1,2}\/)[A-Za-z0-9._=-]+\/)*$/, "expected segments of [A-Za-z0-9._=-], each with its /")
      .default("")
      .meta({ description: "What every key starts with; ends in /", examples: ["powerbi/"] }),
    endpoint: endpointUrl
      .refine(hasNoPath, { error: "must have no path", abort: true })
      .optional()
      .meta({
        description: "The address of a compatible store; AWS when absent",
        examples: ["https://s3.example"],
      }),
    pathStyle: z.boolean().default(false).meta({
      description: "Puts the bucket's name into the path, not the host name; most compatible stores need it",
    }),
    bucketOwner: z
      .string()
      .regex(/^\d{12}$/, "expected the 12 digits of an AWS account")
      .optional()
      .meta({ description: "The AWS account that must own the bucket; others are refused" }),
    profile: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The profile of the AWS configuration files; the SDK's own order when absent" }),
    objectLock: z.enum(["off", "governance", "compliance"]).default("off").meta({
      description: "Locks every file of a day until its retention ends; the bucket must have Object Lock",
    }),
    versioning: z.boolean().optional().meta({
      description: "Whether the bucket keeps versions; true with objectLock, else false when absent",
    }),
    encryption: z
      .enum(["AES256", "aws:kms", "aws:kms:dsse"])
      .optional()
      .meta({ description: "Server-side encryption to ask for; the bucket's default when absent" }),
    kmsKey: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The ARN of the KMS key; the account's default key when absent" }),
    storageClass: z
      .enum(["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"])
      .optional()
      .meta({
        description: "The storage class; only those whose objects can be read back at once",
      }),
  })
  .refine(({ objectLock, versioning }) => objectLock === "off" || versioning !== false, {
    path: ["versioning"],
    message: "expected true: Object Lock keeps versions",
  })
  .refine(({ kmsKey, encryption }) => kmsKey === undefined || encryption?.startsWith("aws:kms") === true, {
    path: ["kmsKey"],
    message: "expected encryption aws:kms or aws:kms:dsse beside it",
  });

function hasNoPath(text: string): boolean {
  return URL.parse(text)?.pathname === "/";
}
