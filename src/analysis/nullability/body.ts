import { minRows } from '../cardinality/min-rows.ts';
import { baseType } from '../catalog/base-type.ts';
import type { Catalog, FunctionEntry } from '../catalog/catalog.ts';
import { knownBody } from '../catalog/known-body.ts';
import { unknownFacts } from '../facts.ts';
import { resultExpressions, rootScope } from '../scope.ts';
import { expressionType } from '../tree/expression-type.ts';
import type { QueryNode } from '../tree/nodes.ts';
import { isNode, readNodes } from '../tree/read.ts';
import type { Engine, FunctionBody } from './context.ts';
import { keepsNotNull } from './conversion.ts';

/**
 * Reads what a function in SQL returns; null if that cannot be told.
 *
 * @param engine for the inside of its body
 */
export function functionBody(engine: Engine, entry: FunctionEntry): FunctionBody | null {
  const body = knownBody(entry, engine.trust.settings);
  const query = body === null ? null : bodyQuery(entry, body);
  if (query === null || query.utilityStmt !== null) return null;
  const declared = declaredTypes(engine.catalog, entry);
  const types = resultExpressions(query).map((expr) => expressionType(expr) ?? 0);
  // One row in one column, to be taken apart.
  if (declared === null || declared.length !== types.length) return null;
  const columns = engine.open(query, null).columns();
  return {
    columns: columns.map((facts, i) =>
      keepsNotNull(engine.catalog, types[i] ?? 0, declared[i] ?? 0) ? facts : unknownFacts,
    ),
    atLeastOneRow: minRows(rootScope(engine.catalog, query)) > 0,
  };
}

const read = new WeakMap<FunctionEntry, QueryNode | null>();

function bodyQuery(entry: FunctionEntry, body: string): QueryNode | null {
  let query = read.get(entry);
  if (query === undefined) {
    query = lastQuery(readNodes(body));
    read.set(entry, query);
  }
  return query;
}

/** RETURN's body is a query, BEGIN ATOMIC's and a string's a list in a list (pg_proc.prosqlbody). */
function lastQuery(value: unknown): QueryNode | null {
  if (Array.isArray(value)) return lastQuery(value.at(-1));
  return isNode(value) && value.tag === 'QUERY' ? value : null;
}

/** The types of the columns that a function returns; null where only the call tells. */
function declaredTypes(catalog: Catalog, { columns, resultType }: FunctionEntry): readonly number[] | null {
  if (columns !== null) return columns.map(({ type }) => type);
  const type = catalog.types.get(baseType(catalog, resultType));
  if (type === undefined || type.kind === 'p') return null;
  if (type.kind !== 'c') return [resultType];
  const fields = [...(catalog.relations.get(type.relation)?.columns.values() ?? [])].map(
    (field) => field.type,
  );
  return fields.length === 1 ? null : fields;
}
