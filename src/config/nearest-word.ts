const MAX_EDITS = 2;
const MAX_LENGTH = 40;

/** The word that `text` is a misspelling of: at most two letters added, left out, changed or swapped. */
export function nearestWord(text: string, words: readonly string[]): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const ranked = words
    .filter((word) => Math.abs(word.length - text.length) <= MAX_EDITS)
    .map((word) => ({ word, edits: editsBetween(text.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, edits }) => edits <= MAX_EDITS && edits * 2 < word.length)
    .toSorted((one, other) => one.edits - other.edits);
  return ranked[0]?.word;
}

/** The optimal string alignment distance. */
function editsBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let at = 1; at <= other.length; at++) {
      const isSame = one[row - 1] === other[at - 1];
      const isSwap = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      const ways = [
        cell(rows, row - 1, at) + 1,
        (line[at - 1] ?? 0) + 1,
        cell(rows, row - 1, at - 1) + (isSame ? 0 : 1),
        ...(isSwap ? [cell(rows, row - 2, at - 2) + 1] : []),
      ];
      line.push(Math.min(...ways));
    }
    rows.push(line);
  }
  return cell(rows, one.length, other.length);
}

function cell(rows: readonly (readonly number[])[], row: number, at: number): number {
  return rows[row]?.[at] ?? 0;
}
