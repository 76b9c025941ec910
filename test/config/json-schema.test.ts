import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../src/io/package-files.js";
import { GOOD } from "./written.js";

const folder = join(packageRoot(), "config");
const schema = JSON.parse(await readFile(join(folder, "daybook.schema.json"), "utf8")) as object;
const validate = new Ajv2020({ strict: true, formats: { uuid: true } }).compile(schema);

/** What the schema finds wrong; null when nothing is. */
function errorsIn(yaml: string): unknown {
  validate(parse(yaml));
  return validate.errors;
}

function withSink(sink: string): string {
  return `${GOOD}  second: ${sink}\n`;
}

describe("the schema for editors", () => {
  it.each(["example.yaml", "minimal.yaml", "demo.yaml"])("accepts %s", async (name) => {
    const text = await readFile(join(folder, name), "utf8");

    expect(errorsIn(text)).toBeNull();
  });

  it.each([
    "{ use: local-files, path: /srv/daybook, reserve: 2GiB }",
    "{ use: s3, bucket: contoso-audit, region: eu-west-1, objectLock: governance }",
    "{ use: azure-blob, account: contosoaudit, container: audit }",
    "{ use: parquet, to: { use: local-files, path: /srv/lake }, keep: 2y }",
    "{ use: postgres, connection: { env: DATABASE_URL } }",
    "{ use: ./plugins/our-tape.js, anything: 1 }",
    '{ use: "@contoso/vault", anything: 1 }',
  ])("accepts the sink %s", (sink) => {
    expect(errorsIn(withSink(sink))).toBeNull();
  });

  it.each([
    "{ use: local-files }",
    "{ use: local-files, path: /srv/daybook, reserv: 2GiB }",
    "{ use: local-files, path: /srv/daybook, keep: 2y }",
    "{ use: s3, region: eu-west-1 }",
    "{ use: s3, bucket: contoso-audit, objectLock: none-such }",
    "{ use: azure-blob, account: contosoaudit, contaner: audit }",
    "{ use: parquet }",
    "{ use: postgres, connection: postgres://user@host/db }",
    "{ path: /srv/daybook }",
  ])("refuses the sink %s", (sink) => {
    expect(errorsIn(withSink(sink))).not.toBeNull();
  });
});
