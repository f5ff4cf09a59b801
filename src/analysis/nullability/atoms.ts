/**
 * What conditions prove, as a set of atoms: strings that each represent "this column is not NULL", "this
 * expression is not NULL" or "this side of an outer join is real". 'contradiction': the assumption cannot come true, so
 * that everything follows from it.
 */
export type Atoms = ReadonlySet<string> | 'contradiction';

/** Atoms that hold at a place: the innermost known, then those known around it. */
export interface Proven {
  readonly atoms: ReadonlySet<string>;
  readonly outer: Proven | null;
  /** Whether there are atoms for expressions other than columns. */
  readonly expressions: boolean;
  /** Whether it holds at a place inside of an expression only, not for all rows of a query. */
  readonly local: boolean;
  /** What was made of this by adding atoms, by those atoms: the same knowledge is the same object. */
  readonly extensions: Map<string, Proven>;
  /** The nearest of this and those around it with atoms that name the only values of something; null if none has. */
  readonly members: Proven | null;
  readonly depth: number;
  /** All atoms, these and those around; in some links only, so that a long chain is looked through quickly. */
  readonly all: ReadonlySet<string> | null;
}

const none: ReadonlySet<string> = new Set();

export const noAtoms: Atoms = none;

export const nothingFollows = (): Atoms => noAtoms;

/** What holds if both do. */
export function unionFacts(a: Atoms, b: Atoms): Atoms {
  if (a === 'contradiction' || b === 'contradiction') return 'contradiction';
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  return new Set([...a, ...b]);
}

/** What holds if at least one of them does. */
export function intersectFacts(a: Atoms, b: Atoms): Atoms {
  if (a === 'contradiction') return b;
  if (b === 'contradiction') return a;
  if (a.size === 0 || b.size === 0) return none;
  return new Set([...a].flatMap((atom) => (b.has(atom) ? [atom] : inEither(atom, b))));
}

const memberPrefix = 'm';

/** The atom for "what has this key is one of these values". */
export function memberAtom(key: string, values: readonly string[]): string {
  return `${memberPrefix}${JSON.stringify([key, ...values])}`;
}

/** The values that a member atom names; null if it is another atom, or about something else. */
function membersOf(atom: string, key: string): readonly string[] | null {
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

export function holdsIn(proven: Proven, atom: string): boolean {
  for (let at: Proven | null = proven; at !== null; at = at.outer) {
    if (at.all !== null) return at.all.has(atom);
    if (at.atoms.has(atom)) return true;
  }
  return false;
}

/** Prefix of the atoms for expressions that are not columns. */
export const expressionPrefix = 'e';

/** What is known where a query begins: what is known around it. */
export function startingFrom(outer: Proven | null): Proven {
  return link(none, outer, false);
}

/** How many links are looked through one by one. */
const LINKS = 32;

function link(atoms: ReadonlySet<string>, outer: Proven | null, local: boolean): Proven {
  const depth = (outer?.depth ?? 0) + 1;
  const made: { -readonly [K in keyof Proven]: Proven[K] } = {
    atoms,
    outer,
    expressions: outer?.expressions ?? false,
    local,
    extensions: new Map(),
    members: outer?.members ?? null,
    depth,
    all: depth % LINKS === 0 ? new Set([...atoms, ...allOf(outer)]) : null,
  };
  for (const atom of atoms) {
    if (atom.startsWith(expressionPrefix)) made.expressions = true;
    if (atom.startsWith(memberPrefix)) made.members = made;
  }
  return made;
}

function* allOf(proven: Proven | null): Iterable<string> {
  for (let at = proven; at !== null; at = at.outer) {
    yield* at.all ?? at.atoms;
    if (at.all !== null) return;
  }
}

/** The lists of values of which it is known that what has this key is one of them. */
export function knownMembers(proven: Proven, key: string): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (let at = proven.members; at !== null; at = at.outer?.members ?? null) {
    for (const atom of at.atoms) {
      const values = membersOf(atom, key);
      if (values !== null) found.push(values);
    }
  }
  return found;
}

/**
 * Adds atoms. An impossible assumption adds nothing: nothing is evaluated there.
 *
 * @param local see Proven
 */
export function extended(proven: Proven, atoms: Atoms, local: boolean): Proven {
  if (atoms === 'contradiction' || atoms.size === 0) return proven;
  const news = [...atoms].filter((atom) => !holdsIn(proven, atom));
  if (news.length === 0) return proven;
  const key = `${local ? 'l' : 'g'}${news.toSorted().join('\n')}`;
  let made = proven.extensions.get(key);
  if (made === undefined) {
    made = link(new Set(news), proven, local);
    proven.extensions.set(key, made);
  }
  return made;
}

/** What holds for all rows of the query: without what holds only inside of the expression that is evaluated. */
export function withoutLocal(proven: Proven): Proven {
  let at = proven;
  while (at.local && at.outer !== null) at = at.outer;
  return at;
}
