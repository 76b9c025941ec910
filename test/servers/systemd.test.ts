import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Box } from "./systemd/box.js";
import { buildPackage } from "./systemd/package.js";

const work = mkdtempSync(join(tmpdir(), "daybook-systemd-"));
const box = new Box(join(work, "run"), {
  "/opt/packages": join(work, "packages"),
  "/opt/test": join(import.meta.dirname, "systemd"),
});

beforeAll(() => {
  chmodSync(work, 0o755);
  buildPackage(join(work, "packages"));
  box.start();
  box.exec("sh", "-c", "apt-get install -q -y /opt/packages/*.deb");
  box.exec("/opt/test/site.sh");
});

afterAll(() => {
  box.stop();
  rmSync(work, { recursive: true, force: true });
});

describe("daybook.service under a real systemd", () => {
  it("starts, and is ready only when the archive is open", () => {
    box.exec("systemctl", "start", "daybook");

    expect(box.show("ActiveState")).toBe("active");
    expect(box.phrases().slice(0, 2)).toEqual(["daemon started", "daemon ready"]);
  });

  it("says in systemctl status what it does, and signs in with the credential that only it can read", async () => {
    await box.until(() => /^1 tenant; sealed to \d{4}-\d\d-\d\d; next pass /.test(box.show("StatusText")));

    expect(box.exec("systemctl", "status", "daybook")).toContain('Status: "1 tenant; sealed to ');
    const readable = "setpriv --reuid=daybook --regid=daybook --clear-groups cat /etc/daybook/contoso.token";
    expect(() => box.exec("sh", "-c", `${readable} 2>/dev/null`)).toThrow("Command failed");
  });

  it("is started again after SIGKILL, and the archive is whole (fault 59)", async () => {
    box.exec("systemctl", "kill", "-s", "KILL", "daybook");
    await box.until(() => box.show("NRestarts") === "1" && box.show("ActiveState") === "active");

    expect(box.exec("runuser", "-u", "daybook", "--", "daybook", "verify")).toContain(": whole; ");
  });

  it("is killed and started again when it hangs (fault 62)", async () => {
    box.exec("systemctl", "kill", "-s", "STOP", "--kill-who=main", "daybook");
    await box.until(() => box.show("NRestarts") === "2" && box.show("ActiveState") === "active");

    expect(box.exec("journalctl", "-u", "daybook", "-o", "cat")).toContain("Watchdog timeout");
  });

  it("refuses a bad configuration on reload and goes on with the old one (fault 86)", async () => {
    const pid = box.show("MainPID");
    box.exec("sed", "-i", "s/requestsPerHour: .*/requestsPerHour: none/", "/etc/daybook/daybook.yaml");
    box.exec("systemctl", "reload", "daybook");
    await box.until(() => box.phrases().includes("configuration refused"));

    expect(box.show("ActiveState")).toBe("active");
    expect(box.show("MainPID")).toBe(pid);
  });

  it("gives the journal one JSON line each, with its priority", () => {
    const errors = box.journal("-p", "err");

    expect(errors.map(({ msg }) => msg)).toContain("configuration refused");
    expect(new Set(errors.map(({ level }) => level))).toEqual(new Set(["error"]));
  });

  it("stops on SIGTERM within 30 seconds, in order (fault 60)", () => {
    const startedMs = performance.now();
    box.exec("systemctl", "stop", "daybook");

    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(box.show("Result")).toBe("success");
    expect(box.phrases().at(-1)).toBe("daemon stopped");
  });

  it("is not started again with a wrong configuration", async () => {
    expect(() => box.exec("systemctl", "start", "daybook")).toThrow("Command failed");

    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(box.show("ActiveState")).toBe("failed");
    expect(box.show("ExecMainStatus")).toBe("78");
    expect(box.show("NRestarts")).toBe("0");
  });

  it("has an exposure of at most 1.5", () => {
    const verdict = box.exec("systemd-analyze", "security", "daybook", "--no-pager");

    const exposure = Number(/exposure level for daybook.service: ([\d.]+)/.exec(verdict)?.[1]);
    expect(exposure).toBeLessThanOrEqual(1.5);
  });
});
