import type { Client } from 'pg';
import { type Diagnostic, diagnosticAt, internalError } from '../diagnostic.ts';
import { createPause } from '../event-loop.ts';
import type { ArrayTypes } from '../sql/arrays.ts';
import type { Statement } from '../sql/statement.ts';
import { analyseStatement, readTree } from './analyse-statement.ts';
import type { AnalysedQuery } from './analysed-query.ts';
import type { AnalysisMemo } from './analysis-memo.ts';
import { findFieldTypes } from './arrays/field-types.ts';
import { findArrays, hasList, withoutRows } from './arrays/find.ts';
import type { Catalog } from './catalog/catalog.ts';
import { FIRST_NORMAL_OID } from './catalog/catalog.ts';
import { loadCatalog } from './catalog/load.ts';
import { findLoaders } from './loaders.ts';
import { findOptionalParts, mayHaveOptionalParts, type OptionalAnalysis } from './optional/find.ts';
import { type AnalysisOptions, everything } from './options.ts';
import type { OwnerScope } from './ownership/owner-scope.ts';
import type { Distribution } from './ownership/route.ts';
import { serverDiagnostic } from './server-diagnostic.ts';
import { mapConnectionErrors } from './server-error.ts';
import { type DescribedStatement, expandStars, type ReadStatement } from './stars/expand.ts';
import { findStars } from './stars/find-stars.ts';
import type { StatementAnalysis } from './statement-analysis.ts';
import { countSteps } from './steps.ts';
import type { QueryNode } from './tree/nodes.ts';
import { relationsIn } from './tree/order.ts';
import { type DescribeResult, describe } from './wire.ts';

export interface AnalyseOptions {
  /** The `.sql` files' texts by `Statement.file`, for excerpts. */
  readonly texts: ReadonlyMap<string, string>;
  /** PgTyped's convention: a parameter without `!` may be null or omitted unless NULL can't be written. */
  readonly lenientParameters: boolean;
  /** Default: everything. */
  readonly facts?: AnalysisOptions;
  /** The client's catalogs where they are being loaded already; see prepareAnalysis. */
  readonly catalog?: Promise<Catalog>;
  /** Queries of earlier analyses on this schema, which are not analysed again, and those of this one after it. */
  readonly memo?: AnalysisMemo;
  /** The configured scopes on this schema; absent: it is not asked whose rows a query uses. */
  readonly scopes?: readonly OwnerScope[];
  /** The configured distribution over shards, on this schema; absent: there is none. */
  readonly distribution?: Distribution;
  /** What one statement may cost, in steps. Default: STEP_BUDGET. */
  readonly stepBudget?: number;
  /** Called after each statement, for progress. */
  readonly progress?: (done: number, of: number) => void;
  /** Ends the analysis between two statements; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Analysis {
  /** `server_version`, for example `18.4`. */
  readonly postgres: string;
  /** In the order of the statements; those with errors are omitted. */
  readonly queries: readonly AnalysedQuery[];
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Statements whose analysis reached the limit of its cost, so that their types may be wider than needed, and those that
   * may find more rows than sqlc's `:one` returns.
   */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Begins to load what every analysis needs, so that the server works while the statements are still being read.
 * @throws Failure 3 if the connection is lost
 */
export function prepareAnalysis(client: Client, facts: AnalysisOptions): Promise<Catalog> {
  return mapConnectionErrors(() => loadCatalog(client, [], facts.violations));
}

/**
 * Has the database analyse each statement and says everything that its schema tells about them. Nothing is
 * executed and nothing is created; only settings of this session change. The queries' statements are those given, with
 * the columns in the places of their stars.
 *
 * @throws Failure 3 if the connection is lost or the server does not show its query trees
 */
export async function analyse(
  client: Client,
  statements: readonly Statement[],
  options: AnalyseOptions,
): Promise<Analysis> {
  const { memo } = options;
  const known = statements.map((statement) => memo?.get(statement) ?? null);
  const { release, analysed, warnings } = await analyseEach(
    client,
    statements.filter((_, index) => known[index] === null),
    options,
  );
  const fresh = analysed.values();
  const results = known.map(
    (query): StatementAnalysis | null =>
      (query === null ? fresh.next().value : { query, diagnostics: [] }) ?? null,
  );
  // What there is a warning about is analysed again, so that it is given again.
  const costly = new Set(warnings.map(positionText));
  memo?.keep(
    statements.flatMap((statement, index) => {
      const { query = null, warnings: [first] = [] } = results[index] ?? {};
      const isQuiet = first === undefined && !costly.has(positionText(statement));
      return query !== null && isQuiet ? [[statement, query] as const] : [];
    }),
  );
  return {
    postgres: release,
    queries: results.flatMap((result) => result?.query ?? []),
    diagnostics: results.flatMap((result) => result?.diagnostics ?? []),
    warnings: [...warnings, ...results.flatMap((result) => result?.warnings ?? [])],
  };
}

function positionText({ file, line, column }: Pick<Diagnostic, 'file' | 'line' | 'column'>): string {
  return JSON.stringify([file, line, column]);
}

async function analyseEach(client: Client, given: readonly Statement[], options: AnalyseOptions) {
  const { texts, lenientParameters, facts = everything, scopes, distribution } = options;
  let catalog = await (options.catalog ?? prepareAnalysis(client, facts));
  const pause = createPause(options.signal);
  const typed = await findFieldTypes(client, given, catalog, texts, pause);
  const statements = typed.map(({ statement }) => statement);
  const analysed: (StatementAnalysis | null)[] = typed.map(({ problem }) =>
    problem === null ? null : { query: null, diagnostics: [problem] },
  );
  const starred: ({ readonly index: number } & DescribedStatement)[] = [];
  const listed: ({ readonly index: number } & ReadStatement)[] = [];
  const arrays = new Map<number, ArrayTypes>();
  const varying: ({ readonly index: number } & ReadStatement)[] = [];
  const waiting: {
    readonly index: number;
    readonly of: ReadStatement;
    readonly optional: OptionalAnalysis | null;
  }[] = [];
  const system = new Set<number>();
  const loaded = new Map<number, ReadStatement>();
  const warnings: Diagnostic[] = [];

  const within = (index: number, statement: Statement, work: () => void) => {
    try {
      work();
    } catch (error) {
      const found = internalError(error, statement, texts.get(statement.file));
      analysed[index] = { query: null, diagnostics: [found] };
    }
  };
  const analyseOne = (
    index: number,
    { statement, described, query }: ReadStatement,
    optional: OptionalAnalysis | null,
  ) => {
    const { paramTypes, fields } = described;
    const { result, exhausted } = countSteps(
      () =>
        analyseStatement(
          catalog,
          statement,
          { paramTypes, fields, query, optional, arrays: arrays.get(index) ?? NO_ARRAYS },
          {
            texts,
            lenientParameters,
            facts,
            ...(scopes && { scopes }),
            ...(distribution && { distribution }),
          },
        ),
      options.stepBudget,
    );
    analysed[index] = result;
    if (exhausted) warnings.push(tooCostly(statement, texts.get(statement.file) ?? ''));
  };
  const take = (
    index: number,
    statement: Statement,
    described: DescribeResult,
    known: QueryNode | null,
    optional: OptionalAnalysis | null,
  ) => {
    within(index, statement, () => {
      if (optional?.failure) throw optional.failure.error;
      if (!described.ok) {
        analysed[index] = {
          query: null,
          diagnostics: [serverDiagnostic(statement, described.error, texts, catalog)],
        };
        return;
      }
      const query = known ?? readTree(described.tree);
      const of: ReadStatement = { statement, described, query };
      if (statement.load !== undefined) loaded.set(index, of);
      const named = query === null ? [] : relationsIn(query).filter(isSystem);
      if (named.length > 0) {
        for (const oid of named) system.add(oid);
        waiting.push({ index, of, optional });
      } else {
        analyseOne(index, of, optional);
      }
    });
    options.progress?.(index + 1, statements.length);
  };
  const listOrTake = (
    index: number,
    statement: Statement,
    described: DescribeResult,
    query: QueryNode | null,
  ) => {
    // PgTyped's runtime sends a parameter for each value.
    if (facts.arrays && !lenientParameters && described.ok && hasList(statement)) {
      listed.push({ index, statement, described, query });
    } else takeOrVary(index, statement, described, query);
  };
  const takeOrVary = (
    index: number,
    statement: Statement,
    described: DescribeResult,
    query: QueryNode | null,
  ) => {
    // PgTyped's runtime sends whole statements.
    const isAsked = (facts.optional || statement.optional !== undefined) && statement.sources === undefined;
    const mayVary = isAsked && !lenientParameters && described.ok;
    if (mayVary && mayHaveOptionalParts({ statement, described })) {
      varying.push({ index, statement, described, query });
    } else take(index, statement, described, query, null);
  };
  await describe(
    client,
    statements.map((statement) => statement.sql),
    (described, index) => {
      const statement = statements[index];
      if (statement === undefined || analysed[index] !== null) return undefined;
      if (described.ok && findStars(statement.sql).length > 0) starred.push({ index, statement, described });
      else listOrTake(index, statement, described, null);
      return pause();
    },
  );
  for (const [i, { statement, described, query }] of (
    await expandStars(client, starred, catalog, pause)
  ).entries()) {
    listOrTake(starred[i]?.index ?? 0, statement, described, query);
    await pause();
  }
  if (listed.length > 0) {
    for (const [i, types] of (await findArrays(client, listed, catalog, pause)).entries()) {
      const one = listed[i];
      if (one === undefined) continue;
      arrays.set(one.index, types);
      takeOrVary(one.index, one.statement, one.described, one.query);
      await pause();
    }
  }
  if (varying.length > 0) {
    for (const [i, optional] of (await findOptionalParts(client, varying, catalog, pause)).entries()) {
      const one = varying[i];
      if (one === undefined) continue;
      if (optional.parts.pieces !== null)
        arrays.set(one.index, withoutRows(arrays.get(one.index) ?? NO_ARRAYS));
      take(one.index, one.statement, one.described, one.query, optional);
      await pause();
    }
  }
  if (waiting.length > 0) {
    catalog = await mapConnectionErrors(() => loadWithViews(client, system, facts));
    for (const { index, of, optional } of waiting) {
      within(index, of.statement, () => analyseOne(index, of, optional));
      await pause();
    }
  }
  if (loaded.size > 0) {
    const wanted = [...loaded].flatMap(([index, of]) => {
      const query = analysed[index]?.query ?? null;
      return query === null ? [] : [{ index, of, query }];
    });
    const found = await findLoaders(client, wanted, catalog, { texts, lenientParameters });
    for (const [i, { index }] of wanted.entries()) {
      analysed[index] = { ...analysed[index], ...(found[i] ?? { query: null, diagnostics: [] }) };
      await pause();
    }
  }
  return { release: catalog.release, analysed, warnings };
}

const NO_ARRAYS: ArrayTypes = new Map();

function tooCostly({ file, offset, name }: Statement, text: string): Diagnostic {
  return diagnosticAt(file, text, offset, {
    code: 'ND3010',
    message: `${name}: the analysis was stopped, so some of its types are wider than necessary`,
    hint: 'Split the statement, or nest its conditions less deeply.',
  });
}

/** Loads the system relations named, and those that their view definitions name, to any depth. */
async function loadWithViews(
  client: Client,
  named: ReadonlySet<number>,
  { violations }: AnalysisOptions,
): Promise<Catalog> {
  const wanted = new Set(named);
  for (;;) {
    const catalog = await loadCatalog(
      client,
      [...wanted].sort((a, b) => a - b),
      violations,
    );
    const before = wanted.size;
    for (const relation of catalog.relations.values()) {
      for (const [, oid] of (relation.definition ?? '').matchAll(/:relid\s(\d{1,5})\s/g))
        if (isSystem(Number(oid))) wanted.add(Number(oid));
    }
    if (wanted.size === before) return catalog;
  }
}

function isSystem(oid: number): boolean {
  return oid !== 0 && oid < FIRST_NORMAL_OID;
}
