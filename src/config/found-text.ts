const LONGEST = 60;
const NOT_SHOWN = "a value that is not shown";

/** Below such a key stands a secret, or what someone took for the place of one (fault 83). */
const SECRET_KEY = /auth|secret|passw|passphrase|token|credential|connection|private|key|pwd|sas\b/i;
const OPEN_KEYS: ReadonlySet<PropertyKey> = new Set(["method", "file", "env", "credential"]);

/** What stood at `path`, for an error message: short, on one line, and never a secret. */
export function foundText(path: readonly PropertyKey[], value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  // A mistyped id of a directory has the look of a secret, and is none.
  const looksLikeSecret = path.at(-1) === "tenantId" ? holdsSecret : looksSecret;
  if (isSecretPlace(path) || (typeof value === "string" && looksLikeSecret(value))) return NOT_SHOWN;
  return quoted(value);
}

/** A key path for an error message. A secret put where a key belongs, as in `secret: { hunter2 }`, is not shown either. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0
    ? "(the whole file)"
    : path.map((key, depth) => keyText(key, path.slice(0, depth))).join(".");
}

function keyText(key: PropertyKey, parent: readonly PropertyKey[]): string {
  const text = String(key);
  const isOpen = typeof key === "number" || OPEN_KEYS.has(key) || !isSecretPlace(parent);
  // Below auth, keys are words: a mistyped one has to be named, a pasted secret must not be.
  if (looksSecret(text) || !(isOpen || /^[A-Za-z]{1,24}$/.test(text))) return "…";
  return quoted(text).slice(1, -1);
}

function isSecretPlace(path: readonly PropertyKey[]): boolean {
  const last = path.at(-1);
  return path.some((key) => SECRET_KEY.test(String(key))) && (last === undefined || !OPEN_KEYS.has(last));
}

/** A PEM, a token, an address with a password or a signature in it. */
function holdsSecret(text: string): boolean {
  return /-----BEGIN|^eyJ|:\/\/[^/\s]*@|[?&;](sig|accountkey|password)=/i.test(text);
}

/** The same, or a long word of mixed characters. */
function looksSecret(text: string): boolean {
  if (holdsSecret(text)) return true;
  const isWord = text.length >= 16 && !/[\s/\\]|^\.|:\/\//.test(text);
  return isWord && /\d/.test(text) && /[a-z]/i.test(text) && !/^[0-9a-f-]+$/i.test(text);
}

function quoted(value: unknown): string {
  const isLong = typeof value === "string" && value.length > LONGEST;
  return JSON.stringify(isLong ? `${value.slice(0, LONGEST)}…` : value);
}
