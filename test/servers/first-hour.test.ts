import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Box } from "./systemd/box.js";
import { buildPackage } from "./systemd/package.js";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "QUICKSTART.md"), "utf8");
const work = mkdtempSync(join(tmpdir(), "daybook-first-hour-"));
const box = new Box(join(work, "run"), { "/opt/packages": join(work, "packages") });

/** The commands of the page's sections, word for word but for `sudo`: inside the box everybody is root. */
const [install = [], unattended = [], look = []] = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
  ([, block = ""]) =>
    block
      .replaceAll("\\\n", " ")
      .trim()
      .split("\n")
      .map((line) => line.replace("sudo -u daybook", "runuser -u daybook --").replace(/^sudo /, "")),
);

beforeAll(() => {
  chmodSync(work, 0o755);
  buildPackage(join(work, "packages"));
  box.start();
});

afterAll(() => {
  box.stop();
  rmSync(work, { recursive: true, force: true });
});

/** The page's setup, against a simulated tenant: another tenant id, another address, and a token instead of a secret. */
function setupOf(line: string, tenantId: string): string {
  return line
    .replace(/--tenant-id \S+/, `--tenant-id ${tenantId} --api http://127.0.0.1:8080/ --method token`)
    .replace(/--client-id \S+ /, "");
}

function startSimulator(): string {
  box.exec(
    "systemd-run",
    "--unit=simulator",
    "daybook",
    "simulate",
    "--port",
    "8080",
    "--events",
    "48",
    "--requests-per-hour",
    "100000",
    "--json",
  );
  const { output } = box.try(
    `for i in $(seq 100); do journalctl -u simulator -o cat | sed -n 's/.*"tenantId":"\\([^"]*\\)".*/\\1/p' | grep . && break; sleep .2; done`,
  );
  return output.trim();
}

describe("docs/QUICKSTART.md on a bare Debian 12", () => {
  let tenantId = "";

  it("installs with its first command", () => {
    expect(install).toEqual(["apt install ./daybook_*.deb", "daybook setup", "systemctl start daybook"]);
    const { status, output } = box.try(
      `cd /opt/packages && DEBIAN_FRONTEND=noninteractive ${install[0]} -q -y`,
    );

    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain("daybook setup ");
  });

  it("says what is missing when nobody can be asked", () => {
    const { status, output } = box.try(`${install[1]} </dev/null`);

    expect(status).toBe(64);
    expect(output).toContain("--tenant-id: is missing; --client-id: is missing; --secret-file: is missing");
  });

  it("does not start with a wrong token, and says so from inside the service's sandbox", () => {
    tenantId = startSimulator();
    const [line = ""] = unattended;
    const { status, output } = box.try(
      `cd /root && umask 077 && printf another-token >contoso.secret && ${setupOf(line, tenantId)}`,
    );

    expect(status).toBe(77);
    expect(output).toContain("ok     contoso sink vault");
    expect(output).toContain("WRONG  contoso activity-log");
    expect(output).toContain("check again: daybook setup");
  });

  it("is ready once the secret is right, with nothing written anew", () => {
    const before = box.exec("sha256sum", "/etc/daybook/daybook.yaml");
    const { status, output } = box.try(
      "printf simulated-token >/etc/daybook/contoso.secret && daybook setup",
    );

    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain("Nothing is running yet. Start it: systemctl start daybook");
    expect(box.exec("sha256sum", "/etc/daybook/daybook.yaml")).toBe(before);
    expect(
      box.exec(
        "sh",
        "-c",
        "stat -c '%a %U:%G' /etc/daybook/daybook.yaml /etc/daybook/contoso.secret /srv/daybook",
      ),
    ).toBe("640 root:daybook\n640 root:daybook\n750 daybook:daybook\n");
  });

  it("seals its first days once it is started", async () => {
    box.exec("sh", "-c", install[2] ?? "");
    await box.until(() => box.show("StatusText").includes("; sealed to "));

    for (const line of look) {
      const { status, output } = box.try(line);
      // While the month before is being filled, `status` ends with 67: there are gaps.
      const expected = line.endsWith("daybook status") ? [0, 67] : [0];
      expect(expected, `${line}: ${output}`).toContain(status);
    }
  });
});
