import type { Catalog } from '../../src/analysis/catalog/catalog.ts';
import type { Facts } from '../../src/analysis/facts.ts';
import { isJson } from '../../src/analysis/json-shape/type-shape.ts';
import { builtShapes } from '../../src/analysis/json-shape.ts';
import { resultExpressions } from '../../src/analysis/scope.ts';
import { expressionType } from '../../src/analysis/tree/expression-type.ts';
import type { QueryNode } from '../../src/analysis/tree/nodes.ts';
import type { JsonShape } from '../../src/analysis/type.ts';

/** The shapes of the columns that are json or jsonb; null for the others. */
export function jsonShapes(
  query: QueryNode,
  catalog: Catalog,
  params: readonly Facts[] | null = null,
): readonly (JsonShape | null)[] {
  const exprs = resultExpressions(query);
  return builtShapes(query, catalog, params).map((shape, i) => {
    const expr = exprs[i];
    return expr !== undefined && isJson(expressionType(expr), catalog) ? shape : null;
  });
}
