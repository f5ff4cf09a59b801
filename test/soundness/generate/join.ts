import { expression } from './expression.ts';
import { type Item, item } from './item.ts';
import type { Field, Place, Scope } from './scope.ts';

/** What is on the left, joined with something. */
export function join(place: Place, left: Item): Item {
  const { choices } = place.generator;
  const kind = choices.one(
    'JOIN',
    'LEFT JOIN',
    'LEFT JOIN',
    'RIGHT JOIN',
    'FULL JOIN',
    'JOIN',
    'LEFT JOIN',
    'RIGHT JOIN',
    'FULL JOIN',
    'CROSS JOIN',
  );
  const lateral = kind === 'JOIN' || kind === 'LEFT JOIN' || kind === 'CROSS JOIN' ? left.fields : null;
  const within: Place = { ...place, depth: place.depth - 1 };
  // A side may be a join itself.
  let right = item(within, lateral);
  if (place.depth > 1 && choices.rarely(4)) right = parenthesised(join(within, right));
  if (kind !== 'CROSS JOIN' && choices.rarely(5)) {
    const merged = using(place, left, right, kind);
    if (merged !== null) return merged;
  }
  const fields = [...left.fields, ...right.fields];
  if (kind === 'CROSS JOIN') return { sql: `${left.sql} CROSS JOIN ${right.sql}`, fields };
  const condition = joinCondition(place, left.fields, right.fields, kind === 'FULL JOIN');
  return { sql: `${left.sql} ${kind} ${right.sql} ON ${condition}`, fields };
}

function parenthesised(item: Item): Item {
  return / j\d+$/.test(item.sql) ? item : { ...item, sql: `(${item.sql})` };
}

/** Joined by a column that both sides have, under a name of its own, so that the merged column can be told. */
function using({ generator }: Place, left: Item, right: Item, kind: string): Item | null {
  if (!/^t\d f\d+$/.test(left.sql) || !/^t\d f\d+$/.test(right.sql)) return null;
  const name = generator.name('j');
  const bare = (fields: readonly Field[]) =>
    fields.map(({ ref, type }) => ({ ref: ref.slice(ref.indexOf('.') + 1), type }));
  const all = [...bare(left.fields), ...bare(right.fields)].filter(
    ({ ref }) => ref !== 'id' && !ref.startsWith('pair'),
  );
  const single = all.filter(({ ref }) => all.filter((other) => other.ref === ref).length === 1);
  const fields = [{ ref: 'id', type: 'int' as const }, ...single].map(({ ref, type }) => ({
    ref: `${name}.${ref}`,
    type,
  }));
  const joined = generator.choices.rarely(3)
    ? `${left.sql} NATURAL ${kind} ${right.sql}`
    : `${left.sql} ${kind} ${right.sql} USING (id)`;
  return { sql: `(${joined}) ${name}`, fields };
}

/** @param full whether it is a FULL JOIN's, which Postgres takes only with an equality */
export function joinCondition(
  place: Place,
  left: readonly Field[],
  right: readonly Field[],
  full: boolean,
): string {
  const { choices } = place.generator;
  const a = left.filter(({ type }) => type === 'int');
  const b = right.filter(({ type }) => type === 'int');
  const one = (fields: readonly Field[]) => choices.one(...(fields as [Field, ...Field[]])).ref;
  const equality = a[0] && b[0] ? `${one(a)} = ${one(b)}` : 'true';
  if (full) return equality;
  const scope: Scope = {
    ...place,
    fields: [...left, ...right],
    depth: place.depth - 1,
    aggregates: null,
    windows: false,
  };
  switch (choices.below(4)) {
    case 0:
    case 1:
      return equality;
    case 2:
      return `${equality} AND ${expression(scope, 'bool', 1)}`;
    default:
      return expression(scope, 'bool', 2);
  }
}
