import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DaybookError } from "daybook/plugin";

const run = promisify(execFile);

const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Sets or clears the immutable attribute of a file (chattr(1), ext4, xfs, btrfs, tmpfs from Linux 6.6). While it is set not
 * even root can write, rename, link or remove the file. Throws DISK_UNSUITABLE where that is not possible.
 */
export async function setImmutable(path: string, on: boolean): Promise<void> {
  try {
    await run("chattr", [on ? "+i" : "-i", "--", path], { env: environment() });
  } catch (cause) {
    throw new DaybookError("DISK_UNSUITABLE", {
      message: `${path}: immutable attribute: ${reasonOf(cause)}`,
      hint: "install e2fsprogs, use ext4, xfs or btrfs, and give the process CAP_LINUX_IMMUTABLE; or set immutable: false",
      cause,
    });
  }
}

/** Whether the file has the attribute, by lsattr(1); false where the file system or the host cannot tell. */
export async function isImmutable(path: string): Promise<boolean> {
  try {
    const { stdout } = await run("lsattr", ["-d", "--", path], { env: environment() });
    return stdout.split(" ")[0]?.includes("i") === true;
  } catch {
    return false;
  }
}

/** Nothing else of our environment, which may hold secrets, is the command's business. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? USUAL_PATH };
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ("code" in cause && cause.code === "ENOENT") return "the command chattr is not installed";
  return "stderr" in cause ? String(cause.stderr).trim() : cause.message;
}
