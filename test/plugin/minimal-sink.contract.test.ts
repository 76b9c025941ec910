import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sinkContract } from "daybook/plugin/contract";
import type { SinkPlace } from "daybook/plugin/contract";
import minimalSink from "../fixtures/minimal-sink/index.js";
import { testHost } from "../support/plugin-host.js";

function placeAt(path: string, root = path): SinkPlace {
  return {
    open: (tenant = "contoso") => minimalSink.open({ path }, testHost({ tenant })),
    dispose: () => rm(root, { recursive: true, force: true }),
  };
}

sinkContract("the minimal sink of the tests", {
  make: async () => placeAt(await mkdtemp(join(tmpdir(), "daybook-minimal-sink-"))),
  unusable: async () => {
    const root = await mkdtemp(join(tmpdir(), "daybook-minimal-sink-"));
    await writeFile(join(root, "a-file"), "");
    return placeAt(join(root, "a-file"), root);
  },
});
