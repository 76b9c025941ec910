/** The files that describe an archive, besides its keys. */
export const FIXED_FILES: readonly string[] = ["archive.json", "README.txt", "FORMAT.md"];

export const MANIFEST = "manifest.json";
export const SIGNATURE = "manifest.json.sig";
export const SUMS = "SHA256SUMS";
export const PAGE_LEDGER = "pages.jsonl";

/** The files of a package that its manifest does not list. The manifest comes last: a store that has it has the package. */
export const CLOSING_FILES: readonly string[] = [SUMS, SIGNATURE, MANIFEST];

/** A file that ledger entries hold the hash of; group 1 is the id of a key. */
export const PINNED_PATH = /^(?:archive\.json|README\.txt|FORMAT\.md|keys\/([0-9a-f]{8})\.pem)$/;

/** The four kinds of file that a manifest lists. One segment each: no name can lead out of the package's folder. */
export const PACKAGE_FILE_NAMES = {
  page: /^h([01]\d|2[0-3])-\d{4,6}\.json\.(zst|gz)$/,
  ledger: /^pages\.jsonl$/,
  events: /^events\.ndjson\.(zst|gz)$/,
  carried: /^carried\.ndjson\.(zst|gz)$/,
} as const;

/** What an archive consists of, below its folder. The ledger comes last: with its first entry the archive exists. */
export const ARCHIVE_PARTS: readonly string[] = [
  "keys",
  "README.txt",
  "FORMAT.md",
  "archive.json",
  "heads",
  "head",
  "acts",
  "plans",
  "anchors",
  "days",
  "ledger",
];

/** In the archive part of a bag alone: which days it has. */
export const BAG_SCOPE = "bag.json";

/** `keys/<keyid>.pem` */
export function keyPath(keyId: string): string {
  return `keys/${keyId}.pem`;
}

export const TOMBSTONE = "tombstone.json";

/** What stays of a revision whose content was destroyed. */
export const TOMBSTONE_FILES: readonly string[] = [MANIFEST, SIGNATURE, TOMBSTONE, `${TOMBSTONE}.sig`];

/** `acts/000000123`: the files that entry 123 names by hash. */
export function actFolder(seq: number): string {
  return `acts/${String(seq).padStart(9, "0")}`;
}

/** `plans/P0001.json` */
export function planPath(plan: string): string {
  return `plans/${plan}.json`;
}

/** `acts/000000123/anchor-policy.json` */
export function anchorPolicyPath(seq: number): string {
  return `${actFolder(seq)}/anchor-policy.json`;
}

/** `anchors/000000124.cosig`: the cosignatures of the head of that size. */
export function cosignaturePath(size: number): string {
  return `anchors/${String(size).padStart(9, "0")}.cosig`;
}

/** The names in an act's folder: a roster, a policy, and statements with their signatures and signers. */
export const ACT_FILE =
  /^(?:roster\.json|anchor-policy\.json|statement(?:-\d+)?\.json(?:\.sig)?|allowed_signers(?:-\d+)?)$/;

/** Upper limits in bytes (docs/FORMAT.md section 11): what a hostile archive can make a reader hold in memory. */
export const LIMITS = {
  /** `archive.json`, and everything else that has no limit of its own. */
  smallFile: 1 << 16,
  head: 1 << 12,
  /** A ledger entry, a pinned file, a tombstone. */
  ledgerEntry: 1 << 20,
  signature: 64,
  /** `manifest.json` and `SHA256SUMS`; no larger manifest is sealed. */
  manifest: 1 << 25,
  pageLedgerLine: 1 << 16,
  recordLine: 1 << 26,
  page: 1 << 28,
} as const;
