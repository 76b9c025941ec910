import { join } from "node:path";
import { OperationList } from "../model/operation-list.js";
import type { OperationFile } from "../model/operation-list.js";
import type { Files } from "./files.js";
import { packageRoot } from "./package-files.js";

/** The list of operations that came with Daybook. */
export async function readOperationList(files: Pick<Files, "read">): Promise<OperationList> {
  const bytes = await files.read(join(packageRoot(), "config", "operations.json"));
  return new OperationList(JSON.parse(new TextDecoder().decode(bytes)) as OperationFile);
}
