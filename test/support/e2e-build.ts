import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const REPOSITORY = join(import.meta.dirname, "..", "..");

/** Daybook compiled as `npm run build` does it, in a folder of its own: the repository's `dist` may be old or absent. */
export interface BuiltDaybook {
  readonly main: string;
  remove(): Promise<void>;
}

export async function buildDaybook(): Promise<BuiltDaybook> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-build-"));
  // What a compiled file finds beside and above itself: the package's name, its dependencies, the documents of an archive.
  await cp(join(REPOSITORY, "package.json"), join(folder, "package.json"));
  for (const name of ["node_modules", "docs", "config"])
    await symlink(join(REPOSITORY, name), join(folder, name));
  const compiler = join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
  const options = ["-p", "tsconfig.build.json", "--outDir", join(folder, "dist"), "--declaration", "false"];
  await promisify(execFile)(process.execPath, [compiler, ...options], { cwd: REPOSITORY });
  return {
    main: join(folder, "dist", "src", "main.js"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A command that runs as a process of its own. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** What it has written to both streams so far. */
  output(): string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** `under`: a command that runs ours, such as strace with its options. `env`: beside what the test's own process has. */
export function startCommand(
  main: string,
  folder: string,
  argv: readonly string[],
  under: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const [program = "", ...rest] = [...under, process.execPath, main, ...argv];
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const child = spawn(program, rest, { cwd: folder, stdio: [...stdio], env: { ...process.env, ...env } });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => (text += piece.toString()));
  return {
    process: child,
    output: () => text,
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? signal ?? "SIGKILL"));
    }),
  };
}
