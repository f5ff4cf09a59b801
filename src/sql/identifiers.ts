import { distance } from 'fastest-levenshtein';

/** Whether a query can have a name, as PgTyped takes it: what TypeScript can export. */
export function isQueryName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/**
 * Whether a parameter or field can have a name: what TypeScript takes as an identifier, but `__proto__`,
 * which as a key of an object literal sets its prototype, so that the value would never arrive.
 */
export function isParameterName(name: string): boolean {
  return name !== '__proto__' && (isQueryName(name) || /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name));
}

/** What to do about a parameter's or field's name that is not valid. */
export function parameterNameHint(name: string): string {
  return name === '__proto__'
    ? 'As a key of an object literal it sets the prototype, so that the value would never arrive: use another name.'
    : NAME_HINT;
}

/** What to do about a name that is not valid. */
export const NAME_HINT = 'A name is letters, digits and _, and does not start with a digit.';

/** The candidate that a misspelt word most likely means, or null: at most two edits, at most half of it. */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bound = Math.min(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bound) {
      best = candidate;
      bound = edits;
    }
  }
  return best;
}
