/** What a sticky (`y`) pattern matches at an offset, or null. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The length of the white space at an offset, line breaks included. */
export function spaceAt(text: string, at: number): number {
  return matchAt(/\s*/y, text, at)?.[0].length ?? 0;
}
