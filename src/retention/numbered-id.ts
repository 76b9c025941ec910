/** `H0001`, `P0012`, `E0003` */
export function numberedId(letter: "H" | "P" | "E", number: number): string {
  return `${letter}${String(number).padStart(4, "0")}`;
}
