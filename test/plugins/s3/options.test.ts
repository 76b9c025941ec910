import { describe, expect, it } from "vitest";
import { s3Options } from "../../../plugins/s3/options.js";

const needed = { bucket: "contoso-audit", region: "eu-west-1" };

describe("the options of s3", () => {
  it.each([
    {},
    { prefix: "powerbi/" },
    { prefix: "a/b=c/" },
    { endpoint: "https://s3.example:9000" },
    { endpoint: "http://127.0.0.1:9000", pathStyle: true },
    { objectLock: "compliance", versioning: true },
    { encryption: "aws:kms", kmsKey: "alias/audit" },
    { storageClass: "GLACIER_IR" },
  ])("take %j", (more) => {
    expect(s3Options.safeParse({ ...needed, ...more }).success).toBe(true);
  });

  it.each([
    { bucket: "../other" },
    { bucket: "UPPER" },
    { prefix: "no-slash" },
    { prefix: "../" },
    { prefix: "a/./" },
    { prefix: "/" },
    { prefix: "~probe/" },
    { endpoint: "ftp://host" },
    { endpoint: "https://key:secret@host" },
    { endpoint: "https://host/path" },
    { endpoint: "not an address" },
    { objectLock: "governance", versioning: false },
    { kmsKey: "alias/audit" },
    { kmsKey: "alias/audit", encryption: "AES256" },
    { storageClass: "DEEP_ARCHIVE" },
    { secretAccessKey: "inline" },
  ])("refuse %j", (more) => {
    expect(s3Options.safeParse({ ...needed, ...more }).success).toBe(false);
  });

  it.each([
    "http://169.254.169.254",
    "http://0xA9FEA9FE",
    "http://2852039166",
    "http://169.254.170.2",
    "http://[fd00:ec2::254]",
    "http://metadata.google.internal",
  ])("refuse %s, which hands out credentials (fault 89)", (endpoint) => {
    expect(s3Options.safeParse({ ...needed, endpoint }).success).toBe(false);
  });
});
