import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellBlocks } from "../support/shell-blocks.js";
import { Box } from "./systemd/box.js";
import { buildPackage } from "./systemd/package.js";

const MAX_SECONDS = 180;

const work = mkdtempSync(join(tmpdir(), "daybook-first-hour-"));
const packages = { "/opt/packages": join(work, "packages") };
const box = new Box(join(work, "run"), packages);

/** Word for word but for `sudo`: inside the box everybody is root. */
const typed = (page: string): readonly (readonly string[])[] =>
  shellBlocks(page).map((block) =>
    block.map((line) => line.replace("sudo -u daybook", "runuser -u daybook --").replace(/^sudo /, "")),
  );
const [install = [], unattended = [], look = []] = typed("docs/QUICKSTART.md");
/** The commands of README that are typed between setup and start. */
const byHand = typed("README.md").find(([first]) => first?.includes("daybook archive --day")) ?? [];

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

/** As root, from a folder that no other user may enter, as the home of whoever types `sudo`. */
function type(inside: Box, line: string) {
  return inside.try(`cd /root && chmod 700 . && ${line}`);
}

/** With apt's own words for a package of the folder in which it is typed. */
const installing = `cd /opt/packages && DEBIAN_FRONTEND=noninteractive ${install[0]} -q -y`;

/** The line typed at a terminal, and each answer once its question is there. */
function typeAnswers(
  inside: Box,
  line: string,
  answers: readonly (readonly [question: string, answer: string])[],
) {
  const typing = answers.map(([question, answer]) => `answer "${question}" "${answer}"`).join("\n");
  return type(
    inside,
    `rm -f keys screen && mkfifo keys
answer() { for _ in $(seq 300); do grep -qF "$1" screen && break; sleep .1; done; echo "$2" >&3; }
script -qefc "${line}" screen <keys >shown &
terminal=$!
exec 3>keys
${typing}
wait $terminal; status=$?
cat screen
exit $status`,
  );
}

/** What stays readable of a terminal's output: a line begins again where readline has cleared it. */
function onScreen(output: string): string {
  return output
    .split("\n")
    .map((line) => line.split("\u001b[0J").at(-1))
    .join("\n");
}

function startSimulator(inside: Box): string {
  inside.exec(
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
  const { output } = inside.try(
    `for i in $(seq 100); do journalctl -u simulator -o cat | sed -n 's/.*"tenant_id":"\\([^"]*\\)".*/\\1/p' | grep . && break; sleep .2; done`,
  );
  return output.trim();
}

/** The identity of the archive: its id, and when it was made. */
function identity(): string {
  return box.exec("cat", "/srv/daybook/contoso/archive.json");
}

describe("the three commands of README and docs/QUICKSTART.md on a bare Debian 12", () => {
  const bare = new Box(join(work, "bare"), packages);

  beforeAll(() => bare.start());
  afterAll(() => bare.stop());

  it(`seal the first day within ${MAX_SECONDS} seconds, with the questions answered at a terminal`, async () => {
    const startedMs = performance.now();
    const installed = bare.try(installing);
    expect(installed).toMatchObject({ status: 0 });
    // The tenant, which a site has already.
    const tenantId = startSimulator(bare);
    const answers = [
      ["A short name for the tenant", ""],
      ["Directory (tenant) id", tenantId],
      ["How to sign in", "token"],
      ["Client secret", "simulated-token"],
      ["Folder for the archive", ""],
      ["Retention rule", "FIN-07 audit trails"],
      ["How long a day is kept", ""],
    ] as const;
    const { status, output: screen } = typeAnswers(
      bare,
      `${install[1]} --api http://127.0.0.1:8080/`,
      answers,
    );
    expect({ status, screen }).toMatchObject({ status: 0 });
    const started = type(bare, install[2] ?? "");
    expect(started).toMatchObject({ status: 0 });
    await bare.until(() => bare.try("find /srv/daybook -name manifest.json | grep -q .").status === 0);

    expect((performance.now() - startedMs) / 1000).toBeLessThan(MAX_SECONDS);
    expect(install).toHaveLength(3);
    for (const [question] of answers) expect(onScreen(screen)).toContain(question);
    expect(screen).not.toContain("simulated-token");
  });
});

describe("docs/QUICKSTART.md on a bare Debian 12", () => {
  let tenantId = "";

  it("installs with its first command", () => {
    expect(install).toEqual(["apt install ./daybook_*.deb", "daybook setup", "systemctl start daybook"]);
    const { status, output } = box.try(installing);

    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain("daybook setup ");
  });

  it("says what is missing when nobody can be asked", () => {
    const { status, output } = box.try(`${install[1]} </dev/null`);

    expect(status).toBe(64);
    expect(output).toContain("--tenant-id: is missing; --client-id: is missing; --secret-file: is missing");
  });

  it("has one command that asks nothing", () => expect(unattended).toHaveLength(1));

  it("does not start with a wrong token, and says so from inside the service's sandbox", () => {
    tenantId = startSimulator(box);
    const [line = ""] = unattended;
    const secret = "umask 077 && printf another-token >contoso.secret";
    const { status, output } = type(box, `${secret} && ${setupOf(line, tenantId)}`);

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

  it("archives a day by hand, as the user of the service, before it is started", () => {
    expect(byHand).toHaveLength(2);
    for (const line of byHand) {
      const { status, output } = type(box, line);
      expect({ line, status, output }).toMatchObject({ status: 0 });
    }
    expect(box.exec("find", "/srv/daybook", "/var/lib/daybook", "!", "-user", "daybook")).toBe("");
  });

  it("goes on with this archive once the service is started", async () => {
    const before = identity();
    box.exec("sh", "-c", install[2] ?? "");
    await box.until(() => box.show("StatusText").includes("; sealed to "));

    for (const line of look) {
      const { status, output } = type(box, line);
      // While the month before is being filled, `status` ends with 67: there are gaps.
      const expected = line.endsWith("daybook status") ? [0, 67] : [0];
      expect(expected, `${line}: ${output}`).toContain(status);
    }
    expect(identity()).toBe(before);
    // One identity: the service began no archive of its own beside the one that the hand run made.
    const acts = box.exec("runuser", "-u", "daybook", "--", "daybook", "trail", "--json");
    expect(acts.match(/"archive-created"/g)).toHaveLength(1);
  });
});
