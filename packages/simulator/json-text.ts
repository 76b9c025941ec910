/** How JSON is spelled: the same values have many texts, and an archive must keep the one that was sent. */
export interface JsonStyle {
  /** Between tokens: nothing, or a line break of this form and two spaces a level. */
  readonly lineBreak: "" | "\n" | "\r\n";
  /** Writes letters beyond ASCII as `\u00e9`. */
  readonly escapesLetters: boolean;
  /** Writes `/` as `\/`. */
  readonly escapesSlashes: boolean;
}

/** An object of `members` in this order; a name may come twice. A bigint is written with all its digits. */
export function writeObject(
  members: readonly (readonly [name: string, value: unknown])[],
  style: JsonStyle,
  depth: number,
): string {
  const parts = members.map(
    ([name, value]) =>
      `${writeText(name, style)}:${style.lineBreak && " "}${writeValue(value, style, depth + 1)}`,
  );
  return enclose("{", parts, "}", style, depth);
}

function writeValue(value: unknown, style: JsonStyle, depth: number): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return writeText(value, style);
  if (Array.isArray(value)) {
    const parts = value.map((element: unknown) => writeValue(element, style, depth + 1));
    return enclose("[", parts, "]", style, depth);
  }
  if (typeof value === "object" && value !== null) return writeObject(Object.entries(value), style, depth);
  return JSON.stringify(value);
}

function enclose(
  open: string,
  parts: readonly string[],
  close: string,
  style: JsonStyle,
  depth: number,
): string {
  if (parts.length === 0) return open + close;
  if (style.lineBreak === "") return open + parts.join(",") + close;
  const outer = style.lineBreak + "  ".repeat(depth);
  return `${open}${outer}  ${parts.join(`,${outer}  `)}${outer}${close}`;
}

function writeText(text: string, style: JsonStyle): string {
  let written = JSON.stringify(text);
  if (style.escapesSlashes) written = written.replaceAll("/", "\\/");
  if (style.escapesLetters) {
    written = written.replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
  return written;
}
