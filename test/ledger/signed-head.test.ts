import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { forgetBeyond } from "../../src/ledger/signed-head.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { ARCHIVE_ID, openTestArchive, temporaryFolder } from "../support/archive-fixture.js";

const ACT = { type: "config-changed", config_sha256: sha256Hex("a configuration") } as const;
const FILE = `signed-head-${ARCHIVE_ID}`;

/** An archive with three entries, and a copy of its folder from before the last two. */
async function twoStates() {
  const folder = await temporaryFolder();
  const [root, old] = [join(folder, "contoso"), join(folder, "backup")];
  const open = () => openTestArchive(root, { signedHeads: folder });
  await open();
  await cp(root, old, { recursive: true });
  const { ledger } = await open();
  await ledger.append(ACT, "daybook");
  await ledger.append(ACT, "daybook");
  const bringBack = async (): Promise<void> => {
    await rm(root, { recursive: true });
    await cp(old, root, { recursive: true });
  };
  return { folder, ledger, open, bringBack };
}

describe("what the key has signed", () => {
  it("stands beside the archive as the newest head states it", async () => {
    const { folder, ledger } = await twoStates();

    expect(await readFile(join(folder, FILE), "utf8")).toBe(
      `daybook/${ARCHIVE_ID}\n3\n${ledger.head.root}\n`,
    );
  });

  it("keeps an archive that was brought back from an older copy from a second head of one size", async () => {
    const { open, bringBack } = await twoStates();
    await bringBack();

    await expect(open()).rejects.toMatchObject({
      code: "ARCHIVE_FORKED",
      message: expect.stringContaining("has signed a head of size 3") as unknown,
      hint: expect.stringContaining("older than what its key has signed") as unknown,
    });
  });

  it("refuses another root of the size that was signed", async () => {
    const { folder, open } = await twoStates();
    const other = (await readFile(join(folder, FILE), "utf8")).replace(
      /\n.{44}\n$/,
      `\n${"A".repeat(43)}=\n`,
    );
    await writeFile(join(folder, FILE), other);

    await expect(open()).rejects.toMatchObject({ code: "ARCHIVE_FORKED" });
  });

  it("is refused in another form, which nothing can be compared with", async () => {
    const { folder, open } = await twoStates();
    await writeFile(join(folder, FILE), "size 3\n");

    await expect(open()).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });

  it("begins anew where there is none: on another host, or after an upgrade", async () => {
    const { folder, open } = await twoStates();
    await rm(join(folder, FILE));

    const { ledger } = await open();
    await ledger.append(ACT, "daybook");

    expect(await readFile(join(folder, FILE), "utf8")).toContain("\n4\n");
  });

  it("ends where a restore has less, and says what is lost", async () => {
    const { folder, ledger, open, bringBack } = await twoStates();
    const { head } = ledger;
    const shorter = { ...head, size: 1, root: `${"A".repeat(43)}=` };

    expect(await forgetBeyond(nodeFiles, folder, head)).toBeUndefined();
    expect(await forgetBeyond(nodeFiles, folder, shorter)).toMatchObject({ size: 3, root: head.root });
    expect(await forgetBeyond(nodeFiles, folder, shorter)).toBeUndefined();

    await bringBack();
    expect((await open()).ledger.size).toBe(1);
  });
});
