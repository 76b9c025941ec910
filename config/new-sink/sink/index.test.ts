import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sinkContract, testHost } from "daybook/plugin/contract";
import plugin from "./index.js";

/** An empty place of its own for each case; the same place can be opened again, and for another tenant. */
function placeAt(folder: string) {
  const options = plugin.options.parse({ path: folder });
  return {
    open: (tenant = "contoso") => plugin.open(options, testHost({ tenant })),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

sinkContract("__NAME__", {
  make: async () => placeAt(await mkdtemp(join(tmpdir(), "__NAME__-"))),
  // A place that cannot be written to: here a folder below a file.
  unusable: async () => {
    const folder = await mkdtemp(join(tmpdir(), "__NAME__-"));
    await writeFile(join(folder, "a-file"), "");
    return { ...placeAt(join(folder, "a-file", "below")), dispose: () => rm(folder, { recursive: true }) };
  },
});
