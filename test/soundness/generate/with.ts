import { columnTypes } from './column-types.ts';
import type { Generated } from './generator.ts';
import type { Place, With } from './scope.ts';
import { select } from './select.ts';
import type { Type } from './table.ts';

/** A query with a WITH query, which may be recursive. */
export function withQuery(place: Place, types: readonly Type[] | null): Generated {
  const { generator, withs, depth } = place;
  const { choices } = generator;
  const name = generator.name('w');
  if (choices.rarely(3)) return recursive(place, name, types);
  const inner = generator.query({ ...place, depth: depth - 1 }, null);
  const own: With = { name, columns: inner.columns };
  const main = generator.query({ ...place, withs: [...withs, own], depth: depth - 1 }, types);
  const how = choices.one('', '', 'MATERIALIZED ', 'NOT MATERIALIZED ');
  return main.sql.startsWith('WITH ')
    ? main.sql.startsWith('WITH RECURSIVE')
      ? { ...main, sql: `WITH RECURSIVE ${name} AS ${how}(${inner.sql}), ${main.sql.slice(15)}` }
      : { ...main, sql: `WITH ${name} AS ${how}(${inner.sql}), ${main.sql.slice(5)}` }
    : { ...main, sql: `WITH ${name} AS ${how}(${inner.sql}) ${main.sql}` };
}

/** Its first column counts, so that it comes to an end. */
function recursive(place: Place, name: string, types: readonly Type[] | null): Generated {
  const { generator, depth } = place;
  const other = columnTypes(generator.choices, types);
  const first = generator.query({ ...place, depth: depth - 2 }, ['int', ...other]);
  const columns = first.columns.map(({ type }) => ({ ref: generator.name('c'), type }));
  const withs = [...place.withs, { name, columns }];
  const counter = columns[0]?.ref ?? '';
  const second = select({ ...place, withs, depth: depth - 2 }, ['int', ...other], {
    item: { sql: `${name} r0`, fields: columns.map(({ ref, type }) => ({ ref: `r0.${ref}`, type })) },
    limit: `r0.${counter} < 3`,
    first: `r0.${counter} + 1`,
  });
  const main = select({ ...place, withs, depth: depth - 1 }, types);
  return {
    sql: `WITH RECURSIVE ${name}(${columns.map(({ ref }) => ref).join(', ')}) AS (${first.sql} UNION ${second.sql}) ${main.sql}`,
    columns: main.columns,
  };
}
