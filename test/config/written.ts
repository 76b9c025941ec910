import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { LoadedConfig } from "../../src/config/load.js";
import { ConfigInvalid } from "../../src/config/problem.js";
import type { ConfigProblem } from "../../src/config/problem.js";
import { nodeFiles } from "../../src/io/node-files.js";

/** A configuration in which nothing is wrong. */
export const GOOD = `
tenants:
  contoso:
    tenantId: 8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11
    auth: { method: token, token: { env: POWERBI_TOKEN } }
sinks:
  vault: { use: local-files, path: archive }
`;

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-config-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Writes `bytes` into a fresh folder, with exactly this mode. */
export async function written(
  bytes: string | Uint8Array,
  mode = 0o600,
  name = "daybook.yaml",
): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  await chmod(path, mode);
  return path;
}

export async function load(
  text: string | Uint8Array,
  env: Record<string, string> = {},
): Promise<LoadedConfig> {
  const path = await written(text);
  return loadConfig({ config: path, env, cwd: "/nowhere" }, nodeFiles);
}

/** Every problem of the text; none when it is right. */
export async function problemsOf(text: string | Uint8Array): Promise<readonly ConfigProblem[]> {
  return (await refusalOf(text))?.problems ?? [];
}

export async function refusalOf(text: string | Uint8Array): Promise<ConfigInvalid | undefined> {
  try {
    await load(text);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigInvalid) return error;
    throw error;
  }
}

/** `4:9 collect.horizon`, for each problem. */
export function places(problems: readonly ConfigProblem[]): readonly string[] {
  return problems.map(({ line, column, path }) => `${line}:${column} ${path}`);
}
