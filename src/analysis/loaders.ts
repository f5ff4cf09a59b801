import type { Client } from 'pg';
import { type Diagnostic, diagnosticAt } from '../diagnostic.ts';
import { loaderText } from '../sql/loader-text.ts';
import type { Statement } from '../sql/statement.ts';
import type { AnalysedQuery } from './analysed-query.ts';
import type { Catalog } from './catalog/catalog.ts';
import { effects } from './effects.ts';
import { firstDifference } from './optional/same-tree.ts';
import { elementType } from './parameters/identity.ts';
import { sqlTypeName } from './sql-type-name.ts';
import type { ReadStatement } from './stars/expand.ts';
import type { Node, QueryNode } from './tree/nodes.ts';
import { isNode, readCompleteQuery } from './tree/read.ts';
import type { PgType } from './type.ts';
import { type DescribeResult, describe } from './wire.ts';
import { withoutDomains } from './without-domains.ts';

interface Loaded {
  readonly of: ReadStatement;
  readonly query: AnalysedQuery;
}

interface LoaderOptions {
  readonly texts: ReadonlyMap<string, string>;
  readonly lenientParameters: boolean;
}

/** A query with its text for many keys, or why there is none. */
interface LoaderAnalysis {
  readonly query: AnalysedQuery | null;
  readonly diagnostics: readonly Diagnostic[];
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

type Described = Extract<DescribeResult, { ok: true }>;

/**
 * Makes the texts of `@load`: each runs the statement once for each key of a list. The server analyses it, and the
 * statement in it must be the one that was analysed, with a field of the key for each parameter.
 *
 * @returns for each query, in order
 * @throws Failure 3 if the connection is lost
 */
export async function findLoaders(
  client: Client,
  loaded: readonly Loaded[],
  catalog: Catalog,
  options: LoaderOptions,
): Promise<readonly LoaderAnalysis[]> {
  const results: LoaderAnalysis[] = [];
  const attempts: (Loaded & { readonly index: number; readonly sql: string; readonly depth: number })[] = [];
  for (const [index, one] of loaded.entries()) {
    const { of, query } = one;
    const problem = problemOf(one, catalog, options);
    const types = problem === null ? query.params.flatMap(slotTypes) : [];
    results.push(problem === null ? { query, diagnostics: [] } : refused(of.statement, options, problem));
    if (problem !== null) continue;
    const names = (of.described.fields ?? []).map(({ name }) => name);
    const isSorted = (of.query?.sortClause ?? null) !== null;
    const typed = types.map((type) => sqlTypeName(type) ?? '');
    attempts.push({ ...one, index, ...loaderText(of.statement, typed, names, isSorted) });
  }
  await describe(
    client,
    attempts.map(({ sql }) => sql),
    (sent, i) => {
      const attempt = attempts[i];
      if (attempt === undefined) return;
      const { index, of, query, sql, depth } = attempt;
      const because = sent.ok ? differenceOf(of.described, sent, depth, catalog) : sent.error.message;
      results[index] =
        because === null
          ? { query: { ...query, loader: sql }, diagnostics: [] }
          : refused(of.statement, options, {
              message: `PostgreSQL analyses the statement differently for a list of keys (${because})`,
              hint: 'Remove @load, or write the parameter with a cast, in a condition.',
            });
    },
  );
  return results;
}

function problemOf({ of, query }: Loaded, catalog: Catalog, options: LoaderOptions): Problem | null {
  const { statement } = of;
  if (options.lenientParameters) {
    return problem('@pgtyped/runtime has no function for it', "Remove @load, or use nodrift's own runtime.");
  }
  if (of.query === null || query.kind !== 'SELECT') {
    return problem('the statement is not a SELECT', 'Send several rows as a list instead.');
  }
  if (query.command === 'exec' || query.command === 'execrows') {
    return problem('it returns no rows', 'Mark it :one, :maybe or :many.');
  }
  if (effects(of.query, catalog).readOnly !== true) {
    return problem(
      'it locks rows, or calls a function that is volatile',
      'Look up the rows without it, or declare the function STABLE if it is.',
    );
  }
  if (statement.optional !== undefined) {
    return problem(
      `${statement.optional[0]?.name ?? ''} can be omitted by @optional, which makes it another statement`,
      'Write another query for the lookup.',
    );
  }
  if (query.route) {
    return problem('it uses tables that are distributed', 'Send a list of keys to a query of its own.');
  }
  if (query.params.length === 0) return problem('it has no parameters', 'Compare the key with a parameter.');
  for (const param of query.params) {
    if (param.kind === 'list' || param.kind === 'objects') {
      return problem(`${param.name} is a list`, 'Use one value as the key: WHERE id = :id.');
    }
    for (const { name, value } of 'fields' in param ? param.fields : [param]) {
      const { kind, ...base } = withoutDomains(value.type);
      // unnest takes arrays of arrays apart, and makes columns of the fields of composite values.
      const isFlat = kind !== 'array' && kind !== 'composite' && sqlTypeName(value.type) !== null;
      if (!isFlat || ('delimiter' in base && base.delimiter !== undefined)) {
        return problem(`${name} is not one plain value`, 'Only such values can be sent as a list of keys.');
      }
    }
  }
  return null;
}

function problem(message: string, hint: string): Problem {
  return { message, hint };
}

function refused(statement: Statement, { texts }: LoaderOptions, { message, hint }: Problem): LoaderAnalysis {
  const { file, name, offset, load } = statement;
  const text = texts.get(file) ?? '';
  const known = { code: 'ND3027' as const, message: `${name}: @load: ${message}`, hint };
  return { query: null, diagnostics: [diagnosticAt(file, text, load ?? offset, known)] };
}

function slotTypes(param: AnalysedQuery['params'][number]): readonly PgType[] {
  return ('fields' in param ? param.fields : [param]).map(({ value }) => value.type);
}

/** In what a statement in a text for many keys is another one; null: in nothing. */
function differenceOf(
  { fields, paramTypes, tree }: Described,
  sent: Described,
  depth: number,
  catalog: Catalog,
): string | null {
  const columns = (all: Described['fields']) => (all ?? []).map((one) => [one.name, one.dataTypeID]);
  const own = columns(sent.fields).slice(0, -1);
  if (JSON.stringify(own) !== JSON.stringify(columns(fields))) return 'columns';
  const isTyped = paramTypes.every((type, i) => elementType(sent.paramTypes[i] ?? 0, catalog) === type);
  if (!isTyped || sent.paramTypes.length !== paramTypes.length) return 'parameters';
  try {
    const inside = innerQuery(readCompleteQuery(sent.tree ?? ''), depth);
    const numbers = new Map(paramTypes.map((_, i) => [i + 1, i + 1]));
    const whole = readCompleteQuery(tree ?? '');
    return inside === null
      ? 'subquery'
      : firstDifference(whole, withParameters(inside, depth) as Node, () => null, numbers);
  } catch (error) {
    // Trees are compared level by level.
    if (error instanceof RangeError) return 'it is nested too deeply';
    throw error;
  }
}

/** The statement in its text for many keys: each query around it has it as the last of its subqueries. */
function innerQuery(query: QueryNode, depth: number): QueryNode | null {
  if (depth === 0) return query;
  const subquery = query.rtable?.findLast((entry) => entry.subquery)?.subquery;
  return subquery ? innerQuery(subquery, depth - 1) : null;
}

/** The same with parameters in the places of the key's fields, which are columns of the outermost query's first entry. */
function withParameters(node: unknown, depth: number): unknown {
  if (Array.isArray(node)) return node.map((one) => withParameters(one, depth));
  if (!isNode(node)) return node;
  if (node.tag === 'VAR' && node.varlevelsup === depth && node.varno === 1) {
    const { vartype, varattno } = node;
    const complete: Readonly<Record<string, unknown>> = { ...node };
    return {
      tag: 'PARAM',
      paramkind: 0,
      paramid: varattno,
      paramtype: vartype,
      paramtypmod: complete.vartypmod,
      paramcollid: complete.varcollid,
    };
  }
  const fields = Object.entries(node).map(([field, value]) => {
    const isQuery = isNode(value) && value.tag === 'QUERY';
    return [field, withParameters(value, isQuery ? depth + 1 : depth)];
  });
  return Object.fromEntries(fields);
}
