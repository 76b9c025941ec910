import { execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Redactor } from "../../src/config/redactor.js";
import { SecretSource } from "../../src/config/secrets.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { temporaryFolder, written } from "./written.js";

const CANARY = "CANARY~8Q8Q+/secret";

function source(env: Record<string, string> = {}, redactor = new Redactor()): SecretSource {
  return new SecretSource(nodeFiles, env, redactor);
}

/** A source on a disk whose files belong to this user. */
function ownedBy(uid: number): SecretSource {
  const target: Files["target"] = async (path) => {
    const stat = await nodeFiles.target(path);
    return stat && { ...stat, uid };
  };
  return new SecretSource({ ...nodeFiles, target }, {}, new Redactor());
}

describe("SecretSource", () => {
  it("reads a file without its last newline, a variable and a systemd credential", async () => {
    const file = await written(`${CANARY}\n`, 0o600, "key");
    const secrets = source({ SECRET: CANARY, CREDENTIALS_DIRECTORY: dirname(file) });

    const values = [
      await secrets.text({ file }),
      await secrets.text({ env: "SECRET" }),
      await secrets.text({ credential: "key" }),
    ];

    expect(values).toEqual([CANARY, CANARY, CANARY]);
  });

  it("takes away one newline only", async () => {
    expect(await source({ SECRET: "two lines\n\n" }).text({ env: "SECRET" })).toBe("two lines\n");
  });

  it("uses a rotated file without a restart (fault 46)", async () => {
    const file = await written("first-secret");
    const secrets = source();
    const before = await secrets.text({ file });

    await writeFile(file, "other-secret");
    await utimes(file, 1, 1);

    expect([before, await secrets.text({ file })]).toEqual(["first-secret", "other-secret"]);
  });

  it("follows a mounted secret's symbolic link to its next version", async () => {
    const folder = await temporaryFolder();
    for (const version of ["one", "two"]) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, "key"), `secret ${version}`, { mode: 0o600 });
    }
    await symlink("one", join(folder, "current"));
    const secrets = source();
    const file = join(folder, "current", "key");
    const before = await secrets.text({ file });

    await nodeFiles.remove(join(folder, "current"));
    await symlink("two", join(folder, "current"));
    await utimes(join(folder, "two", "key"), 5, 5);

    expect([before, await secrets.text({ file })]).toEqual(["secret one", "secret two"]);
  });

  it.each([0o644, 0o640, 0o620, 0o602])("refuses a file of mode %o (fault 85)", async (mode) => {
    const file = await written(CANARY, mode);

    await expect(ownedBy(1000).text({ file })).rejects.toMatchObject({
      code: "SECRET_EXPOSED",
      hint: expect.stringMatching(`^chmod 600 ${file};`) as unknown,
    });
  });

  it("lets the group read a file of root's, and nobody else, and nobody write it (fault 85)", async () => {
    const readable = await written(CANARY, 0o640);

    expect(await ownedBy(0).text({ file: readable })).toBe(CANARY);
    for (const mode of [0o644, 0o660, 0o604]) {
      const file = await written(CANARY, mode);
      await expect(ownedBy(0).text({ file })).rejects.toMatchObject({ code: "SECRET_EXPOSED" });
    }
  });

  it("refuses a file that was opened to others after it was read", async () => {
    const file = await written(CANARY);
    const secrets = source();
    await secrets.text({ file });

    await chmod(file, 0o644);

    await expect(secrets.text({ file })).rejects.toMatchObject({ code: "SECRET_EXPOSED" });
  });

  it("lets a certificate be read by all but not written", async () => {
    const readable = await written("-----BEGIN CERTIFICATE-----", 0o644);
    const writable = await written("-----BEGIN CERTIFICATE-----", 0o666);

    expect(await source().publicText({ file: readable })).toBe("-----BEGIN CERTIFICATE-----");
    await expect(source().publicText({ file: writable })).rejects.toMatchObject({ code: "SECRET_EXPOSED" });
  });

  it("treats a certificate file that holds the key as the secret it is", async () => {
    const file = await written("-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----", 0o644);

    await expect(source().publicText({ file })).rejects.toMatchObject({ code: "SECRET_EXPOSED" });
  });

  it("says how to make PEM of a PKCS#12 file", async () => {
    // How every such file starts: a sequence of 2,477 bytes.
    const file = await written(new Uint8Array([0x30, 0x82, 0x09, 0xad, 0x02, 0x01, 0x03, 0x30]));

    for (const read of [() => source().text({ file }), () => source().publicText({ file })]) {
      await expect(read()).rejects.toMatchObject({
        code: "SECRET_UNREADABLE",
        message: `secret in file ${file}: found a PKCS#12 or DER file, expected PEM`,
        hint: expect.stringContaining("openssl pkcs12 -in x.pfx -out x.pem -nodes") as unknown,
      });
    }
  });

  it.each([
    ["a missing file", { file: "/nowhere/key" }, "/nowhere/key"],
    ["an unset variable", { env: "UNSET" }, "UNSET"],
    ["an empty variable", { env: "EMPTY" }, "EMPTY"],
    ["a credential outside a unit", { credential: "key" }, "key"],
  ])("names the place of %s", async (_, ref, place) => {
    await expect(source({ EMPTY: "\n" }).text(ref)).rejects.toMatchObject({
      code: "SECRET_UNREADABLE",
      message: expect.stringContaining(place) as unknown,
    });
  });

  it.each([
    ["found", "the secret"],
    ["wrong\n", "the secret"],
    ["7 chars", "the secret"],
    ["postgres://daybook:found@db.contoso.example/audit", "the password in the address"],
    ["postgres://daybook:%66ound%2F@db.contoso.example/audit", "the password in the address"],
  ])("refuses a secret that is too short to be kept out of messages: %j", async (value, what) => {
    const redactor = new Redactor();

    await expect(source({ SHORT: value }, redactor).text({ env: "SHORT" })).rejects.toMatchObject({
      code: "SECRET_UNREADABLE",
      message: `secret in variable SHORT: expected at least 8 characters, and ${what} has fewer`,
      hint: expect.stringContaining("longer") as unknown,
    });
    expect(redactor.redact("found one, expected none: wrong")).toBe("found one, expected none: wrong");
  });

  it.each(["8 chars!", "postgres://daybook@db/audit", "postgres://daybook:8%20chars!@db/audit"])(
    "takes %j, and shows it nowhere",
    async (value) => {
      const redactor = new Redactor();

      expect(await source({ SECRET: value }, redactor).text({ env: "SECRET" })).toBe(value);
      expect(redactor.redact(`found ${value}: wrong`)).toBe("found [redacted]: wrong");
    },
  );

  it("refuses a pipe, which would wait for its writer", async () => {
    const file = join(await temporaryFolder(), "pipe");
    execFileSync("mkfifo", [file]);

    await expect(source().text({ file })).rejects.toMatchObject({
      code: "SECRET_UNREADABLE",
      message: `secret in file ${file}: it is no file`,
    });
  });

  it("tells the redactor every value that it read (fault 47)", async () => {
    const redactor = new Redactor();
    await source({ SECRET: CANARY }, redactor).text({ env: "SECRET" });

    const texts = [
      `failed with ${CANARY}`,
      `https://host/?client_secret=${encodeURIComponent(CANARY)}&x=1`,
      `Basic ${Buffer.from(CANARY).toString("base64")}`,
    ].map(redactor.redact);

    expect(texts).toEqual([
      "failed with [redacted]",
      "https://host/?client_secret=[redacted]&x=1",
      expect.stringMatching(/^Basic \[redacted\]/),
    ]);
  });
});

describe("Redactor", () => {
  it("leaves nothing of a secret that contains another", () => {
    const redactor = new Redactor();
    redactor.add("password");
    redactor.add("password1");

    expect(redactor.redact("password1 password")).toBe("[redacted] [redacted]");
  });

  it.each([
    ["postgres://daybook:p%40ss%2Fword@db/audit", "p%40ss%2Fword"],
    ["postgres://daybook:p%40ss%2Fword@db/audit", "p@ss/word"],
    ["https://user:first@second@proxy.example:3128", "first@second"],
  ])("takes the password of %s out of a text that holds %s alone", (address, password) => {
    const redactor = new Redactor();
    redactor.add(address);

    expect(redactor.redact(`daybook: ${password} is wrong`)).toBe("daybook: [redacted] is wrong");
  });

  it("finds a multi-line key within JSON", () => {
    const redactor = new Redactor();
    redactor.add("-----BEGIN\nkey\n-----END");

    expect(redactor.redact(JSON.stringify({ key: "-----BEGIN\nkey\n-----END" }))).toBe(
      '{"key":"[redacted]"}',
    );
  });

  it("keeps text that holds no secret", () => {
    expect(new Redactor().redact("day sealed")).toBe("day sealed");
  });
});
