import { join } from "node:path";
import { nodeFiles } from "../../src/io/node-files.js";
import { packageRoot } from "../../src/io/package-files.js";
import { replaceFile } from "../../src/io/publish-file.js";
import { generatedFiles } from "./generated-files.js";

// `npm run docs`: writes every generated file anew.
for (const [name, text] of Object.entries(generatedFiles())) {
  const bytes = new TextEncoder().encode(text);
  await replaceFile(nodeFiles, { path: join(packageRoot(), name), bytes, mode: 0o644 });
}
