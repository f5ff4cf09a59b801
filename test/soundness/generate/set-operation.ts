import { columnTypes } from './column-types.ts';
import { expression } from './expression.ts';
import type { Generated } from './generator.ts';
import type { Place, Scope } from './scope.ts';
import type { Type } from './table.ts';

/** UNION, INTERSECT or EXCEPT of two queries, or of a query and VALUES. */
export function setOperation(place: Place, types: readonly Type[] | null): Generated {
  const { generator, depth } = place;
  const { choices } = generator;
  const wanted = columnTypes(choices, types);
  const left = generator.query({ ...place, depth: depth - 1 }, wanted);
  const right = choices.rarely(4)
    ? values(place, wanted)
    : generator.query({ ...place, depth: depth - 1 }, wanted).sql;
  const operation = choices.one('UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL');
  const union = operation.startsWith('UNION') && { left: left.sql, operation, right };
  return {
    sql: `(${left.sql}) ${operation} (${right})`,
    columns: left.columns,
    ...(union && { union }),
  };
}

function values(place: Place, types: readonly Type[]): string {
  const scope: Scope = { ...place, fields: [], depth: 0, aggregates: null, windows: false };
  const row = () => `(${types.map((type) => expression(scope, type, 1)).join(', ')})`;
  return `VALUES ${row()}, ${row()}`;
}
