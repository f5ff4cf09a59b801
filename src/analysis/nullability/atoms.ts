/**
 * What conditions prove, as a set of atoms: strings that each stand for "this column is not NULL", "this
 * expression is not NULL" or "this side of an outer join is real". 'never': the assumption cannot come true, so
 * that everything follows from it.
 */
export type Atoms = ReadonlySet<string> | 'never';

/** Atoms that hold at a place: the innermost known, then those known around it. */
export interface Proven {
  readonly atoms: ReadonlySet<string>;
  readonly outer: Proven | null;
  /** Whether there are atoms for expressions other than columns. */
  readonly expressions: boolean;
}

const none: ReadonlySet<string> = new Set();

export const nothing: Atoms = none;

/** What holds if both do. */
export function both(a: Atoms, b: Atoms): Atoms {
  if (a === 'never' || b === 'never') return 'never';
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  return new Set([...a, ...b]);
}

/** What holds if at least one of them does. */
export function either(a: Atoms, b: Atoms): Atoms {
  if (a === 'never') return b;
  if (b === 'never') return a;
  if (a.size === 0 || b.size === 0) return none;
  return new Set([...a].flatMap((atom) => (b.has(atom) ? [atom] : inEither(atom, b))));
}

const memberPrefix = 'm';

/** The atom for "what has this key is one of these values". */
export function memberAtom(key: string, values: readonly string[]): string {
  return `${memberPrefix}${JSON.stringify([key, ...values])}`;
}

/** The values that a member atom names; null if it is another atom, or about something else. */
export function membersOf(atom: string, key: string): readonly string[] | null {
  const member = memberOf(atom);
  return member?.key === key ? member.values : null;
}

function memberOf(atom: string): { readonly key: string; readonly values: readonly string[] } | null {
  if (!atom.startsWith(memberPrefix)) return null;
  const [key = '', ...values]: string[] = JSON.parse(atom.slice(memberPrefix.length));
  return { key, values };
}

/** `state = 'a' OR state = 'b'`: one of both lists. */
function inEither(atom: string, others: ReadonlySet<string>): readonly string[] {
  const member = memberOf(atom);
  if (member === null) return [];
  return [...others].flatMap((other) => {
    const values = membersOf(other, member.key);
    return values === null ? [] : [memberAtom(member.key, [...new Set([...member.values, ...values])])];
  });
}

export function holds(proven: Proven | null, atom: string): boolean {
  for (let at = proven; at !== null; at = at.outer) if (at.atoms.has(atom)) return true;
  return false;
}

/** Prefix of the atoms for expressions that are not columns. */
export const expressionPrefix = 'e';

/** Adds atoms. An impossible assumption adds nothing: nobody is there to see it. */
export function extended(proven: Proven | null, atoms: Atoms): Proven | null {
  if (atoms === 'never' || atoms.size === 0) return proven;
  const expressions = [...atoms].some((atom) => atom.startsWith(expressionPrefix));
  return { atoms, outer: proven, expressions: expressions || (proven?.expressions ?? false) };
}
