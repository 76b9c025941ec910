import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "..", "..", "scripts", "entra-setup.sh");
const TENANT = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
const CLIENT = "5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1";

/** An `az` that keeps a tenant in the files of $FAKE, and writes down every call, one argument in brackets after another. */
const FAKE_AZ = `#!/bin/sh
printf '[%s]' "$@" >>"$FAKE/calls"
echo >>"$FAKE/calls"
have() { cat "$FAKE/$1" 2>/dev/null || true; }
case "$1 $2 $3 $4" in
'account show --query tenantId') echo ${TENANT} ;;
'ad app list '*) have app ;;
'ad app create '*) echo ${CLIENT} | tee "$FAKE/app" ;;
'ad sp list '*) have principal ;;
'ad sp create '*) echo the-principal | tee "$FAKE/principal" ;;
'ad group list '*) have group ;;
'ad group create '*) echo the-group | tee "$FAKE/group" ;;
'ad group member check') [ -e "$FAKE/member" ] && echo true || echo false ;;
'ad group member add') touch "$FAKE/member" ;;
'ad app credential list') have certificate ;;
'ad app credential reset')
  for word; do case $word in @*) openssl x509 -in "\${word#@}" -outform der | openssl dgst -sha1 -binary | base64 >"$FAKE/certificate" ;; esac; done
  ;;
'ad app federated-credential list') have federated ;;
'ad app federated-credential create')
  for word; do case $word in {*) echo "$word" | sed 's/.*"issuer":"\\([^"]*\\)","subject":"\\([^"]*\\)".*/\\1\\t\\2/' >"$FAKE/federated" ;; esac; done
  ;;
*) echo "az: unknown call: $*" >&2 && exit 2 ;;
esac
`;

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "daybook-entra-"));
  mkdirSync(join(work, "bin"));
  writeFileSync(join(work, "bin", "az"), FAKE_AZ, { mode: 0o755 });
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function run(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync("bash", [SCRIPT, ...words], {
    encoding: "utf8",
    env: { PATH: `${join(work, "bin")}:/usr/bin:/bin`, FAKE: work },
  });
  return { status, stdout, stderr };
}

/** The calls since the last question that can change something, as `ad app create`. */
function changes(): readonly string[] {
  const path = join(work, "calls");
  if (!existsSync(path)) return [];
  const calls = readFileSync(path, "utf8").trim().split("\n");
  rmSync(path);
  return calls
    .map((call) => [...call.matchAll(/\[([^\]]*)\]/g)].map(([, word = ""]) => word))
    .map((words) =>
      words
        .slice(
          0,
          words.findIndex((word) => word.startsWith("--")),
        )
        .join(" "),
    )
    .filter((call) => !/(show|list|check)$/.test(call));
}

function certificate(): string {
  const path = join(work, "daybook.pem");
  const subject = ["-subj", "/CN=daybook", "-keyout", join(work, "daybook.key"), "-out", path];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ed25519", "-nodes", ...subject], { stdio: "ignore" });
  return path;
}

const FEDERATED = ["--federated", "https://issuer.example/", "system:serviceaccount:daybook:daybook"];

// A hundred small processes each.
describe("scripts/entra-setup.sh", { timeout: 120_000 }, () => {
  it("makes application, principal, group and membership, and prints what setup needs", () => {
    const { status, stdout, stderr } = run();

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(changes()).toEqual(["ad app create", "ad sp create", "ad group create", "ad group member add"]);
    expect(stdout).toContain(`daybook setup --tenant-id ${TENANT} --client-id ${CLIENT}\n`);
    expect(stdout).toContain("Service principals can access read-only admin APIs");
  });

  it("adds the certificate and the federated credential beside what is there", () => {
    const words = ["--certificate", certificate(), ...FEDERATED];
    run(...words);

    expect(readFileSync(join(work, "calls"), "utf8")).toMatch(/\[credential\]\[reset\].*\[--append\]/);
    expect(changes().slice(4)).toEqual(["ad app credential reset", "ad app federated-credential create"]);
    expect(readFileSync(join(work, "federated"), "utf8")).toBe(`${FEDERATED[1]}\t${FEDERATED[2]}\n`);
  });

  it("changes nothing when it is run again", () => {
    const words = ["--certificate", certificate(), ...FEDERATED];
    const first = run(...words);
    expect(changes()).toHaveLength(6);

    expect(run(...words)).toEqual(first);
    expect(changes()).toEqual([]);
  });

  it("makes only what is missing", () => {
    run();
    changes();
    rmSync(join(work, "member"));
    run();

    expect(changes()).toEqual(["ad group member add"]);
  });

  it("with --dry-run prints the commands and changes nothing", () => {
    const { status, stdout, stderr } = run("--dry-run", "--certificate", certificate(), ...FEDERATED);

    expect(status).toBe(0);
    expect(changes()).toEqual([]);
    expect(stderr.match(/^would run: az ad .*/gm)).toHaveLength(6);
    expect(stdout).toContain("client id              <new>\n");
  });

  it("does not choose between two applications of one name", () => {
    writeFileSync(join(work, "app"), "one\ntwo\n");

    expect(run()).toMatchObject({ status: 65, stderr: expect.stringContaining("found several") });
    expect(changes()).toEqual([]);
  });

  it("doubles an apostrophe in the name for the filter", () => {
    run("--dry-run", "--name", "Finance's daybook");

    expect(readFileSync(join(work, "calls"), "utf8")).toContain("[displayName eq 'Finance''s daybook']");
  });

  it("takes no private key, and asks nobody then", () => {
    certificate();

    expect(run("--certificate", join(work, "daybook.key"))).toMatchObject({ status: 65 });
    expect(existsSync(join(work, "calls"))).toBe(false);
  });

  it("stops where az fails", () => {
    writeFileSync(join(work, "bin", "az"), "#!/bin/sh\necho 'Please run az login' >&2\nexit 1\n", {
      mode: 0o755,
    });

    expect(run()).toMatchObject({ status: 1, stdout: "", stderr: "Please run az login\n" });
  });

  it("tells its options for an unknown one", () => {
    expect(run("--nmae", "x")).toMatchObject({ status: 64, stderr: expect.stringContaining("--dry-run") });
  });
});
