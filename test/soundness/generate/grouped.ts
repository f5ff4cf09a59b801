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
  const guard = choices.below(3) === 2 ? guardOf(scope, keys) : null;
  const told = guard === null ? [] : [guard.field];
  if (guard !== null && choices.rarely(4)) others.push(guard.field.ref);
  const by = groupBy(scope, first, others);
  const fields = [...keys, ...told, ...told];
  const inner: Scope = { ...scope, fields, aggregates: scope, windows: choices.rarely(5) };
  const { sql, columns } = list(inner, wanted);
  const having = choices.rarely(3) ? ` HAVING ${expression({ ...inner, windows: false }, 'bool', 2)}` : '';
  const more = choices.rarely(6) ? `, GROUPING(${first})` : '';
  const guarded = guard === null ? '' : `, ${guard.field.ref} AS ${scope.generator.name('g')}`;
  const condition = guard === null ? '' : `${where === '' ? ' WHERE' : ' AND'} ${guard.condition}`;
  const last = ordering({ ...inner, windows: false }, false);
  return {
    sql: `SELECT ${sql}${free ? guarded + more : ''} FROM ${from}${where}${condition} GROUP BY ${by}${having}${last}`,
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

/** An expression over what is grouped by, and a condition on the rows that says that it is not NULL. */
function guardOf(
  { generator: { choices } }: Scope,
  keys: readonly Field[],
): { readonly field: Field; readonly condition: string } | null {
  const key = keys.at(-1);
  if (key === undefined) return null;
  const { ref, type } = key;
  const other = keys.find((one) => one !== key && one.type === type);
  if (other !== undefined && choices.below(2) === 1) {
    const field: Field = { ref: `coalesce(${other.ref}, ${ref})`, type };
    return { field, condition: `(${other.ref} IS NOT NULL OR ${ref} IS NOT NULL)` };
  }
  const field: Field =
    type === 'int'
      ? { ref: `(${ref} + 1)`, type }
      : type === 'text'
        ? { ref: choices.one(`upper(${ref})`, `(${ref} || 'x')`), type }
        : type === 'bool'
          ? { ref: `(NOT ${ref})`, type }
          : { ref: `(${ref})::text`, type: 'text' };
  const condition = choices.one(
    `${field.ref} IS NOT NULL`,
    `(${field.ref} = ${field.ref})`,
    `NOT (${field.ref} IS NULL)`,
  );
  return { field, condition };
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
    others.length > 0 ? `${first}, CUBE (${others.join(', ')})` : `CUBE (${first})`,
    others.length > 0 ? `${others.join(', ')}, ROLLUP (${first})` : `${first}, ROLLUP (${first})`,
  );
}
