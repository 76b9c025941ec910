import { join } from "node:path";
import { nodeFiles } from "../../src/io/node-files.js";
import { packageRoot } from "../../src/io/package-files.js";
import { generatedFiles } from "./generated-files.js";

// `npm run docs`: writes every generated file anew.
for (const [name, text] of Object.entries(generatedFiles())) {
  const path = join(packageRoot(), name);
  await nodeFiles.writeNew(`${path}.new`, new TextEncoder().encode(text), 0o644);
  await nodeFiles.rename(`${path}.new`, path);
}
