import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Notifies the service manager of the state of the process: `READY=1`, `STATUS=text`, `WATCHDOG=1`, `STOPPING=1`. */
export interface ServiceManager {
  /** Never throws: false when the notification failed. Does nothing, and returns true, where no manager listens. */
  notify(...assignments: readonly string[]): Promise<boolean>;
  /** The interval in milliseconds at which it expects WATCHDOG=1; undefined when it expects none. */
  readonly watchdogMs: number | undefined;
}

const NOTIFY_TIMEOUT_MS = 2_000;

/**
 * systemd, by its own `systemd-notify` (https://www.freedesktop.org/software/systemd/man/sd_notify.html): Node has no datagram
 * sockets of the Unix kind. The message comes from a child, so the unit needs `NotifyAccess=all`. `pid` is this process's.
 */
export function systemd(env: Readonly<Record<string, string | undefined>>, pid: number): ServiceManager {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH } = env;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === "") {
    return { notify: () => Promise.resolve(true), watchdogMs: undefined };
  }
  const isForUs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(pid);
  const watchdogMs = Number(WATCHDOG_USEC) / 1_000;
  const options = { timeout: NOTIFY_TIMEOUT_MS, env: { NOTIFY_SOCKET, PATH: PATH ?? "/usr/bin:/bin" } };
  return {
    watchdogMs: isForUs && watchdogMs > 0 ? watchdogMs : undefined,
    notify: async (...assignments) => {
      try {
        await promisify(execFile)("systemd-notify", assignments.map(oneLine), options);
        return true;
      } catch {
        return false;
      }
    },
  };
}

// A line break would end the assignment and begin another.
function oneLine(assignment: string): string {
  return assignment.replaceAll(/\s+/g, " ");
}
