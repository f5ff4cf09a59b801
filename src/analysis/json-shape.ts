import type { Catalog } from './catalog/catalog.ts';
import type { Facts } from './facts.ts';
import { shaperOf } from './json-shape/expression-shape.ts';
import { inRounds } from './json-shape/rounds.ts';
import { isBuilt } from './json-shape/type-shape.ts';
import { resultShape } from './json-shape/variable-shape.ts';
import { openStatement } from './nullability.ts';
import { typeOf } from './row-columns.ts';
import { resultExpressions } from './scope.ts';
import type { QueryNode } from './tree/nodes.ts';
import type { JsonShape } from './type.ts';

/**
 * The structure of each result column of JSON where the query builds it: what JSON.parse makes of a value that is not NULL.
 * For records, and arrays of records or JSON, how to_json would write them: what is known of the JSON and the constants in
 * them. Null where the structure is unknown, and for other columns.
 *
 * Values are as to_json writes them: numbers are numbers, also bigint, which JSON.parse rounds beyond 2^53; NaN and
 * infinities are strings, as JSON has no such numbers; dates, intervals, bytea and all else are strings.
 *
 * @param params what the callers of `$1`, `$2`, ... keep to; null if they may pass anything
 */
export function builtShapes(
  query: QueryNode,
  catalog: Catalog,
  params: readonly Facts[] | null = null,
): readonly (JsonShape | null)[] {
  const built = resultExpressions(query).map((expr) => isBuilt(typeOf(expr, catalog), catalog));
  if (!built.includes(true)) return built.map(() => null);
  const opened = openStatement(query, catalog, params);
  return inRounds((rounds) => {
    const shaper = shaperOf(rounds);
    return built.map((isColumn, i) => {
      const shape = isColumn ? resultShape(opened, i, shaper) : null;
      return shape?.kind === 'unknown' ? null : shape;
    });
  });
}
