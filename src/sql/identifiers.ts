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
export const NAME_HINT = 'A name is letters, digits and _, and starts with no digit.';

/** Words that cannot be a table's or column's name as they are (PostgreSQL 18 documentation, appendix C). */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
  from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric system_user table tablesample then to trailing true union
  unique user using variadic verbose when where window with`.split(/\s+/),
);

/** An identifier as SQL writes it. Not the server's quote_ident: what that quotes differs from major to major. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

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
