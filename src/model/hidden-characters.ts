/** C0 but tab and line ends, C1, and what turns the direction of text. */
// oxlint-disable-next-line no-control-regex -- control characters are what is replaced
const HIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** The text with every character that a reader cannot see, or that hides others, written as `\uXXXX`. Tab and line ends stay. */
export function withHiddenShown(text: string): string {
  return text.replaceAll(HIDDEN, asEscape);
}

/** `\u000A` for a line end. */
export function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
