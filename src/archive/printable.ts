import { asEscape, withHiddenShown } from "../model/hidden-characters.js";

/** The text on one line: names in a hostile archive may hold line breaks and terminal escapes. */
export function printable(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return withHiddenShown(short).replaceAll(/[\t\n\r\u2028\u2029]/g, asEscape);
}
