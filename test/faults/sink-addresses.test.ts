import { describe, expect, it } from "vitest";
import azureBlob from "../../plugins/azure-blob/index.js";
import { parseConnection } from "../../plugins/postgres/connection-string.js";
import s3 from "../../plugins/s3/index.js";
import { DaybookError } from "../../src/model/errors.js";

/** Whether a sink that has an endpoint of its own would be opened there. */
const takenBy: Readonly<Record<string, (endpoint: string) => boolean>> = {
  s3: (endpoint) => s3.options.safeParse({ bucket: "audit", region: "eu-west-1", endpoint }).success,
  "azure-blob": (endpoint) =>
    azureBlob.options.safeParse({
      account: "contosoaudit",
      container: "audit",
      auth: { method: "account-key", key: { env: "KEY" } },
      endpoint,
    }).success,
};

describe.each(Object.entries(takenBy))("the endpoint of %s", (_name, isTaken) => {
  it.each([
    "https://store.example",
    "https://store.example:9000",
    "http://127.0.0.1:9000",
    "http://[::1]:9000",
  ])("may be %s", (endpoint) => {
    expect(isTaken(endpoint)).toBe(true);
  });

  it.each([
    "http://store.example",
    "http://10.0.0.7:9000",
    "http://127.0.0.1.store.example",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "https://user:secret@store.example",
    "https://store.example?x=1",
    "https://169.254.169.254",
    "http://169.254.169.254",
    "https://0xA9FEA9FE",
    "https://2852039166",
    "https://[::ffff:169.254.169.254]",
    "https://169.254.170.2",
    "https://[fd00:ec2::254]",
    "https://metadata.google.internal",
    "https://metadata.google.internal.",
    "https://168.63.129.16",
  ])("is never %s: in the clear, or where a machine's own credentials are (fault 89)", (endpoint) => {
    expect(isTaken(endpoint)).toBe(false);
  });
});

describe("the address of postgres", () => {
  it.each([
    "http://db.example/audit",
    "postgres://u@db.example/audit?sslmode=disable",
    "postgres://u@db.example/audit?sslmode=no-verify",
    "postgres://u@db.example/audit?sslrootcert=/etc/passwd",
    "postgres://u@db.example/audit?service=other",
  ])("is never %s: without verification, or naming files of its own (fault 89)", (text) => {
    expect(() => parseConnection(text)).toThrow(
      expect.objectContaining({ name: DaybookError.name, code: "CONFIG_INVALID" }) as Error,
    );
  });
});
