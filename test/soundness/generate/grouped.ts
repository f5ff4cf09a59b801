import { expression } from './expression.ts';
import type { Generated } from './generator.ts';
import { list } from './list.ts';
import { ordering } from './ordering.ts';
import type { Field, Scope } from './scope.ts';
import type { Type } from './table.ts';

/**
 * A SELECT with GROUP BY; null where there is nothing to group by.
 * @param free whether it may have columns of other types too
 */
export function grouped(
  scope: Scope,
  from: string,
  where: string,
  wanted: readonly Type[],
  free: boolean,
): Generated | null {
  const { choices } = scope.generator;
  const keys = keysOf(scope);
  const [first, ...others] = keys.map(({ ref }) => ref);
  if (first === undefined) return null;
  const by = groupBy(scope, first, others);
  const inner: Scope = { ...scope, fields: keys, aggregates: scope, windows: choices.rarely(5) };
  const { sql, columns } = list(inner, wanted);
  const having = choices.rarely(3) ? ` HAVING ${expression({ ...inner, windows: false }, 'bool', 2)}` : '';
  const more = choices.rarely(6) ? `, GROUPING(${first})` : '';
  const last = ordering({ ...inner, windows: false }, false);
  return {
    sql: `SELECT ${sql}${free ? more : ''} FROM ${from}${where} GROUP BY ${by}${having}${last}`,
    columns,
  };
}

/** One or two columns, or an expression too. */
function keysOf(scope: Scope): readonly Field[] {
  const { choices } = scope.generator;
  const keys: Field[] = [];
  const count = 1 + choices.below(2);
  for (let i = 0; i < count && scope.fields.length > 0; i++) {
    const field = choices.one(...(scope.fields as [Field, ...Field[]]));
    if (!keys.some(({ ref }) => ref === field.ref)) keys.push(field);
  }
  const computed = choices.rarely(4) ? expression({ ...scope, outer: [], depth: 0 }, 'int', 1) : null;
  if (computed !== null && !/^\(?-?\d+\)?$/.test(computed)) keys.push({ ref: `(${computed})`, type: 'int' });
  return keys;
}

function groupBy({ generator: { choices } }: Scope, first: string, others: readonly string[]): string {
  const refs = [first, ...others];
  return choices.one(
    refs.join(', '),
    refs.join(', '),
    `ROLLUP (${refs.join(', ')})`,
    `CUBE (${refs.join(', ')})`,
    `GROUPING SETS ((${refs.join(', ')}), (${first}))`,
    `GROUPING SETS (${refs.map((ref) => `(${ref})`).join(', ')})`,
    others.length > 0 ? `${first}, ROLLUP (${others.join(', ')})` : `ROLLUP (${first})`,
  );
}
