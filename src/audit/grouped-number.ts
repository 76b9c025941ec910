/** The count with a thin space between thousands, so that no reader takes a comma for a decimal point. */
export function count(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, "\u2009");
}
