/** The count with a comma between thousands, on pages as in the terminal: an English page, so no reader takes it for a decimal point. */
export function count(number: number): string {
  return number.toLocaleString("en");
}
