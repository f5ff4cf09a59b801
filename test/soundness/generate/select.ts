import { columnTypes } from './column-types.ts';
import { expression } from './expression.ts';
import { extra } from './extras.ts';
import { from } from './from.ts';
import type { Generated } from './generator.ts';
import { grouped } from './grouped.ts';
import type { Item } from './item.ts';
import { list } from './list.ts';
import { ordering } from './ordering.ts';
import { filter, parameter } from './parameter.ts';
import { ERA } from './past.ts';
import type { Field, Place, Scope } from './scope.ts';
import type { Type } from './table.ts';

/** What makes a SELECT the recursive term of a WITH query. */
interface Recursive {
  /** The WITH query itself, as FROM names it. */
  readonly item: Item;
  /** The condition that ends it. */
  readonly limit: string;
  /** Its first column. */
  readonly first: string;
}

/** @param types of its columns; null: any */
export function select(place: Place, types: readonly Type[] | null, recursive?: Recursive): Generated {
  const { generator } = place;
  const { choices } = generator;
  const all = from(place, recursive?.item);
  const fields = recursive ? all.fields : few(place, all.fields);
  const scope: Scope = { ...place, fields, aggregates: null, windows: false };
  const where = whereOf(scope, recursive);
  const kind = recursive ? 0 : choices.below(5);
  if (kind === 3) {
    const wanted = columnTypes(choices, types);
    return grouped(scope, all.sql, where, wanted, types === null) ?? select({ ...place, depth: 0 }, wanted);
  }
  if (kind === 4) return oneGroup(scope, all.sql, where, types);
  const windows = !recursive && choices.rarely(4);
  const columns = list({ ...scope, windows }, columnTypes(choices, types), recursive?.first);
  const distinct = !recursive && choices.rarely(8) ? choices.one('DISTINCT ', 'DISTINCT ON (1) ') : '';
  const more = types === null && distinct !== 'DISTINCT ' && choices.rarely(5) ? `, ${extra(scope)}` : '';
  const fromClause = all.sql === '' ? '' : ` FROM ${all.sql}`;
  const last = recursive ? '' : ordering(scope, distinct !== '');
  return {
    sql: `SELECT ${distinct}${columns.sql}${more}${fromClause}${where}${last}`,
    columns: columns.columns,
  };
}

/** Of many columns only some, so that conditions and results are about the same ones. */
function few({ generator: { choices } }: Place, fields: readonly Field[]): readonly Field[] {
  if (fields.length <= 3) return fields;
  const start = choices.below(fields.length);
  return [...fields, ...fields].slice(start, start + 3 + choices.below(2));
}

function whereOf(scope: Scope, recursive: Recursive | undefined): string {
  const { generator } = scope;
  const { choices } = generator;
  const conditions: string[] = recursive ? [recursive.limit] : [];
  const [id, ...ids] = scope.fields.filter(({ ref }) => /^f\d+\.id$/.test(ref));
  // What a key fixes is one row.
  if (id !== undefined && choices.rarely(5))
    conditions.push(`${choices.one(id, ...ids).ref} = ${choices.one('1', parameter(generator, 'int'), '2')}`);
  if (choices.rarely(8)) conditions.push(choices.one(`${ERA} <> 'then'`, `NOT (${ERA} = 'then')`));
  const optional = choices.rarely(8) ? filter(scope) : null;
  if (optional !== null) conditions.push(optional);
  if (choices.below(3) > 0) conditions.push(expression(scope, 'bool', choices.one(1, 2)));
  return conditions.length === 0 ? '' : ` WHERE ${conditions.map((c) => `(${c})`).join(' AND ')}`;
}

/** Aggregates over all rows, without GROUP BY. */
function oneGroup(scope: Scope, from: string, where: string, types: readonly Type[] | null): Generated {
  const { choices } = scope.generator;
  const inner: Scope = { ...scope, fields: [], aggregates: scope };
  const { sql, columns } = list(inner, columnTypes(choices, types));
  const having = choices.rarely(4) ? ` HAVING ${expression(inner, 'bool', 1)}` : '';
  const more = types === null && choices.rarely(6) ? `, ${extra(inner)}` : '';
  return { sql: `SELECT ${sql}${more} FROM ${from}${where}${having || needsAggregate(sql)}`, columns };
}

/** So that a list without an aggregate is one of a group all the same. */
function needsAggregate(list: string): string {
  return /\b(count|sum|min|max|array_agg|bool_and|bool_or|string_agg|jsonb_agg|jsonb_object_agg|stddev|mode|rank|percentile_disc|percentile_cont|corr|variance|var_pop|avg|json_agg)\(/.test(
    list,
  )
    ? ''
    : ' HAVING true';
}
