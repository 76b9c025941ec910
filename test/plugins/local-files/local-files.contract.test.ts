import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeContract } from "daybook/plugin/contract";
import type { StoreMaker } from "daybook/plugin/contract";
import localFiles from "../../../plugins/local-files/index.js";
import { testHost } from "../../support/plugin-host.js";

const maker: StoreMaker = {
  offers: { retention: false, hold: false, folder: true },
  make: async () => placeAt(await mkdtemp(join(tmpdir(), "daybook-local-files-"))),
  unusable: async () => {
    const folder = await mkdtemp(join(tmpdir(), "daybook-local-files-"));
    await writeFile(join(folder, "a-file"), "");
    return { ...placeAt(join(folder, "a-file", "below")), dispose: () => rm(folder, { recursive: true }) };
  },
};

function placeAt(path: string): Awaited<ReturnType<StoreMaker["make"]>> {
  const options = localFiles.options.parse({ path, reserve: "0" });
  return {
    open: () => localFiles.open(options, testHost()),
    dispose: () => rm(path, { recursive: true, force: true }),
  };
}

storeContract("local-files", maker);
