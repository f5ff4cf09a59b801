import type { Schema } from './schema.ts';
import type { Field, Place, With } from './scope.ts';
import { source } from './source.ts';
import { fieldsOfPair } from './table.ts';

/** Something in FROM, with its alias, and the columns that it brings. */
export interface Item {
  readonly sql: string;
  readonly fields: readonly Field[];
}

/** @param lateral columns to the left that it may refer to; null where it may not */
export function item(place: Place, lateral: readonly Field[] | null): Item {
  const { generator, outer, withs, depth } = place;
  const { choices, schema } = generator;
  const alias = generator.name('f');
  const named = (fields: readonly Field[]) =>
    fields.map(({ ref, type }) => ({ ref: `${alias}.${ref}`, type }));
  const kind = depth <= 0 ? 0 : choices.below(9);
  if (kind >= 4 && kind <= 6) {
    const sees = lateral !== null && choices.below(2) === 1;
    const around = sees ? [...outer, ...lateral] : outer;
    const inner = generator.query({ ...place, outer: around, depth: depth - 1 }, null);
    return { sql: `${sees ? 'LATERAL ' : ''}(${inner.sql}) ${alias}`, fields: named(inner.columns) };
  }
  if (kind === 7 && withs.length > 0) {
    const one = choices.one(...(withs as [With, ...With[]]));
    return { sql: `${one.name} ${alias}`, fields: named(one.columns) };
  }
  if (kind === 8) {
    const { sql, names, columns } = source(generator, lateral ?? []);
    return { sql: `${sql} ${alias}${names}`, fields: named(columns) };
  }
  const table = choices.one(...(schema.tables as [Schema['tables'][number], ...Schema['tables'][number][]]));
  const only = choices.rarely(12) ? 'ONLY ' : '';
  const sample =
    /^t/.test(table.name) && choices.rarely(40) ? ' TABLESAMPLE bernoulli (50) REPEATABLE (1)' : '';
  return {
    sql: `${only}${table.name} ${alias}${sample}`,
    fields: [
      ...named(table.columns.map(({ name, type }) => ({ ref: name, type }))),
      ...fieldsOfPair(table, alias),
    ],
  };
}
