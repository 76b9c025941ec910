const REDACTED = "[redacted]";

/**
 * The least length of a secret, in characters. A shorter one may be a word that texts have anyway, such as "found": taken out
 * of them it would garble every message, and the gaps would show what it is.
 */
export const MIN_SECRET_LENGTH = 8;

/** Tokens live for an hour or so; a process that runs for years must not remember them all. */
const MAX_PASSING = 16;

/** Knows every secret value that was read, and takes them out of texts: logs, errors, answers (fault 47). */
export class Redactor {
  readonly #forms = new Set<string>();
  #passing: readonly (readonly string[])[] = [];
  #longestFirst: readonly string[] = [];

  /** Makes `value` and its common encodings known; `shortPart` says what is too short for that. */
  add(value: string): void {
    if (value.length < MIN_SECRET_LENGTH || this.#forms.has(value)) return;
    for (const form of [...formsOf(value), ...passwordForms(value)]) this.#forms.add(form);
    this.#order();
  }

  /** As `add`, for what is soon worth nothing, such as an access token: only the newest few stay known. */
  addPassing(value: string): void {
    if (value.length < MIN_SECRET_LENGTH || this.#longestFirst.includes(value)) return;
    this.#passing = [...this.#passing, formsOf(value)].slice(-MAX_PASSING);
    this.#order();
  }

  /** `text` without any known secret; bound, so that it can be handed on. */
  readonly redact = (text: string): string =>
    this.#longestFirst.reduce((rest, form) => rest.replaceAll(form, REDACTED), text);

  #order(): void {
    // A secret that contains another goes first, or its rest would stay.
    this.#longestFirst = [...this.#forms, ...this.#passing.flat()].toSorted((a, b) => b.length - a.length);
  }
}

/** What is shorter than MIN_SECRET_LENGTH: the secret itself, or the password within an address. Undefined when nothing is. */
export function shortPart(value: string): "the secret" | "the password in the address" | undefined {
  if (value.length < MIN_SECRET_LENGTH) return "the secret";
  const password = decoded(passwordIn(value) ?? "");
  return password !== "" && password.length < MIN_SECRET_LENGTH ? "the password in the address" : undefined;
}

/**
 * The password of an address such as `postgres://user:password@host/db`, as written and decoded: a driver's error may quote
 * it alone. The user's name stays readable: it is no secret, and is often a word of Daybook's own.
 */
function passwordForms(address: string): readonly string[] {
  const written = passwordIn(address);
  return written === undefined ? [] : [...formsOf(written), ...formsOf(decoded(written))];
}

function passwordIn(address: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^:@/?#]*:(.*)@/is.exec(address)?.[1];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The value as it is, within a URL, a form, JSON, and in base64. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const forms = [
    value,
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
  ];
  return forms.filter((form) => form.length >= MIN_SECRET_LENGTH);
}
