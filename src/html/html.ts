import { createHash } from "node:crypto";
import { withHiddenShown } from "../model/hidden-characters.js";

/** Text that is already HTML. Only this file can create it, so nothing reaches a page unescaped by mistake. */
export class Html {
  readonly #text: string;

  constructor(text: string, maker: typeof MAKER) {
    if (maker !== MAKER) throw new TypeError("made outside html``");
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

const MAKER = Symbol("html");

type HtmlValue = Html | string | number | readonly HtmlValue[];

/** A template whose values are escaped for text and for quoted attributes; lists are joined, other Html is inserted unchanged. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const text = strings.map((piece, at) => `${piece}${at < values.length ? toText(values[at] ?? "") : ""}`);
  return new Html(text.join(""), MAKER);
}

/** The page's only style element, with a policy that allows it by its hash and nothing else. `css` must be constant text. */
export function policyAndStyle(css: string): Html {
  const hash = createHash("sha256").update(css).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return new Html(
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${css}</style>`,
    MAKER,
  );
}

function toText(value: HtmlValue): string {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(toText).join("");
  return escapeHtml(String(value));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return withHiddenShown(text).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}
