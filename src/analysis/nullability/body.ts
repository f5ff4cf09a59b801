import { rootScope } from '../scope.ts';
import type { QueryNode } from '../tree/nodes.ts';
import { isNode, readNodes } from '../tree/read.ts';
import type { Engine, FunctionBody } from './context.ts';
import { atLeastOneRow } from './rows.ts';

/** Reads what a function in the SQL-standard form (RETURN, BEGIN ATOMIC) returns; null if it has no such body. */
export function functionBody(engine: Engine, oid: number): FunctionBody | null {
  const text = engine.catalog.functions.get(oid)?.body;
  if (!text) return null;
  const query = lastQuery(readNodes(text));
  if (query === null || query.utilityStmt !== null) return null;
  const columns = engine.open(query, null).columns();
  return { columns, atLeastOneRow: atLeastOneRow(rootScope(engine.catalog, query)) };
}

/** RETURN's body is a query, BEGIN ATOMIC's a list in a list (pg_proc.prosqlbody). */
function lastQuery(value: unknown): QueryNode | null {
  if (Array.isArray(value)) return lastQuery(value.at(-1));
  return isNode(value) && value.tag === 'QUERY' ? value : null;
}
