const MAX_CHARACTERS = 200;

/** The beginning of what somebody else's server answered, for a message of one line: printable ASCII alone. */
export function plainWords(text: string): string {
  return text
    .slice(0, MAX_CHARACTERS)
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .trim();
}
