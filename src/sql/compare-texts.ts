/** Orders texts by their UTF-16 code units: in the same way on every machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
