import type { Client } from 'pg';
import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import { serverDiagnostic } from '../analysis/server-diagnostic.ts';
import { serverError } from '../analysis/server-error.ts';
import type { Diagnostic } from '../diagnostic.ts';

/**
 * What Postgres finds wrong with an ON CONFLICT only when it plans or runs it: that its unique key is not there
 * (infer_arbiter_indexes in src/backend/optimizer/util/plancat.c), or can be deferred (ExecCheckIndexConstraints in
 * src/backend/executor/execIndexing.c). EXPLAIN plans and does not execute; of the plan only the keys are read.
 */
export async function arbiterErrors(
  client: Client,
  queries: readonly AnalysedQuery[],
  texts: ReadonlyMap<string, string>,
): Promise<readonly Diagnostic[]> {
  const asked = queries.filter(mayHaveArbiter);
  if (asked.length === 0) return [];
  const { rows: deferrable } = await client.query<Key>(deferrableQuery);
  const found: Diagnostic[] = [];
  for (const { statement } of asked) {
    const parameters = statement.params.flatMap((param) => ('fields' in param ? param.fields : [param]));
    const refuse = (sqlstate: string, message: string) =>
      found.push(
        serverDiagnostic(statement, { sqlstate, message, position: null, hint: null, detail: null }, texts),
      );
    try {
      const { rows } = await client.query<[unknown]>({
        text: `EXPLAIN (VERBOSE, FORMAT JSON) ${statement.sql}`,
        values: parameters.map(() => null),
        rowMode: 'array',
      });
      if (conflicts(rows[0]?.[0]).some((one) => deferrable.some((key) => isArbiter(one, key)))) {
        refuse('55000', 'ON CONFLICT does not support deferrable unique constraints as arbiters');
      }
    } catch (error) {
      const refused = serverError(error);
      if (refused === null) throw error;
      // 42P10 invalid_column_reference; other errors are of NULL as a parameter.
      if (refused.sqlstate === '42P10') {
        found.push(serverDiagnostic(statement, { ...refused, position: null }, texts));
      }
    }
  }
  return found;
}

function mayHaveArbiter({ kind, statement }: AnalysedQuery): boolean {
  return kind !== 'UTILITY' && /\bon\s+conflict\b/i.test(statement.sql);
}

interface Key {
  readonly schema: string;
  readonly table: string;
  readonly index: string;
}

const deferrableQuery = `
  SELECT n.nspname AS schema, c.relname AS "table", i.relname AS index
  FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT x.indimmediate`;

/** A node of a plan that has an ON CONFLICT. */
interface Conflict {
  readonly schema: unknown;
  readonly table: unknown;
  /** The indexes' names; none: any key of the table. */
  readonly indexes: readonly unknown[];
}

function conflicts(plan: unknown): readonly Conflict[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const below = Object.values(plan).flatMap(conflicts);
  if (!('Conflict Resolution' in plan)) return below;
  const get = (key: string): unknown => Reflect.get(plan, key);
  const indexes = get('Conflict Arbiter Indexes');
  const schema = get('Schema');
  return [{ schema, table: get('Relation Name'), indexes: Array.isArray(indexes) ? indexes : [] }, ...below];
}

function isArbiter({ schema, table, indexes }: Conflict, key: Key): boolean {
  if (schema !== key.schema || table !== key.table) return false;
  return indexes.length === 0 || indexes.includes(key.index);
}
