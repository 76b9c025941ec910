import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Unpacks a package of Debian's unstable suite into a new folder and returns the folder of its programs: for what the stable suite
 * does not have yet. The machine's own packages and sources stay as they are.
 */
export function unpackFromSid(name: string, folder: string): string {
  const [lists, cache, out] = ["lists", "cache", "out"].map((part) => join(folder, "sid", part)) as [
    string,
    string,
    string,
  ];
  for (const made of [join(lists, "partial"), join(cache, "archives/partial"), out])
    mkdirSync(made, { recursive: true });
  const sources = join(folder, "sid.list");
  writeFileSync(
    sources,
    `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror()} sid main\n`,
  );
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::lists=${lists}`,
    `Dir::Cache=${cache}`,
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  const apt = (...words: readonly string[]): void => {
    execFileSync("apt-get", [...options, "-q", ...words], { cwd: out, stdio: "ignore" });
  };
  apt("update");
  apt("download", name);
  const deb = readdirSync(out).find((file) => file.endsWith(".deb"));
  execFileSync("dpkg-deb", ["-x", join(out, deb ?? name), out]);
  return join(out, "usr/bin");
}

/** Where this machine gets Debian's packages from. */
function mirror(): string {
  const targets = execFileSync("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI) $(ORIGIN) $(LABEL)",
    "Created-By: Packages",
  ]).toString();
  const line = targets.split("\n").find((one) => one.endsWith(" Debian Debian"));
  if (line === undefined) throw new Error(`no source of Debian's packages in ${targets}`);
  return line.split(" ")[0] ?? "";
}
