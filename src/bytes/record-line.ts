const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/**
 * Writes the event that stands in `body` from `start` to `end` into `target` at `offset`, as its record line without the
 * newline: the source text byte for byte, but for line breaks between tokens (a pretty-printed answer), which become
 * single spaces. JSON allows no raw line break inside a string, so none of an event's content is touched. Returns where
 * the line ends in `target`, which must have room for `end - start` bytes.
 */
export function writeRecordLine(
  body: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): number {
  const source = body.subarray(start, end);
  target.set(source, offset);
  const isOneLine = source.indexOf(LINE_FEED) === -1 && source.indexOf(CARRIAGE_RETURN) === -1;
  return isOneLine ? offset + source.length : joinLines(target, offset, offset + source.length);
}

/** Puts one space in place of each line break (CR LF is one break); returns the new end. */
function joinLines(target: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++) {
    const byte = target[from] as number;
    if (byte === CARRIAGE_RETURN && from + 1 < end && target[from + 1] === LINE_FEED) continue;
    target[to++] = byte === LINE_FEED || byte === CARRIAGE_RETURN ? SPACE : byte;
  }
  return to;
}
