/** `H0001`, `P0012` */
export function numberedId(letter: "H" | "P", number: number): string {
  return `${letter}${String(number).padStart(4, "0")}`;
}
