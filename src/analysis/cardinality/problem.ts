import type { Command } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { rootScope, type Scope } from '../scope.ts';
import { Cmd, type QueryNode, Rte } from '../tree/nodes.ts';
import { blockOf, type Cardinality, type DeterminedResults, type RowAnalysis } from './block.ts';
import { countRows, countSingleRows } from './count.ts';
import { isSettled, startCounting } from './determine.ts';
import { missingKeyHint, type UnboundedRelation } from './key-hint.ts';
import { type Counting, type LayerState, resultsOf } from './knowledge.ts';
import { resultTerm, rowAnalysis } from './max-rows.ts';
import { plansOf, rootOf } from './plan.ts';

/**
 * What is wrong where a statement is marked `:one` or `:maybe` and nothing proves that it returns at most one
 * row: a message, and a hint that names the keys that would prove it. Null if nothing is wrong.
 */
export function cardinalityProblem(
  command: Command | null,
  rows: Cardinality,
  query: QueryNode,
  catalog: Catalog,
  variadicParams: ReadonlySet<number>,
): readonly [message: string, hint: string] | null {
  if (command !== 'one' && command !== 'maybe') return null;
  if (rows.max !== null && rows.max <= 1) return null;
  const found =
    rows.max === null ? 'nothing proves that it returns at most one row' : `it can return ${rows.max} rows`;
  const keys = missingKeys(query, catalog, variadicParams);
  const assertIt = `mark it :many, or :${command}! to assert it.`;
  const prove = query.commandType === Cmd.select ? `Or add LIMIT 1, ${assertIt}` : `Or ${assertIt}`;
  return [
    `it is marked :${command}, but ${found}`,
    keys.length === 0
      ? prove.slice('Or '.length).replace(/^./, (first) => first.toUpperCase())
      : `Compare every column of a unique key with = to one value: ${keys.join('; ')}. ${prove}`,
  ];
}

/** The keys that would prove that a statement has one row, by relation. */
export function missingKeys(
  query: QueryNode,
  catalog: Catalog,
  variadicParams: ReadonlySet<number>,
): readonly string[] {
  const analysis = rowAnalysis(query, catalog, variadicParams);
  const unbounded = unboundedRelations(analysis, rootScope(catalog, query), new Map());
  return [...new Set(unbounded.map(missingKeyHint))];
}

/** The relations of which nothing says how many rows are used. */
function unboundedRelations(
  analysis: RowAnalysis,
  scope: Scope,
  results: DeterminedResults,
): readonly UnboundedRelation[] {
  const block = blockOf(analysis, scope);
  const { query } = block;
  const isChange = query.commandType === Cmd.update || query.commandType === Cmd.delete;
  const counting = startCounting(block, plansOf(rootOf(block), block), results, (result) =>
    resultTerm(result, block),
  );
  countSingleRows(counting);
  if (countRows(counting, counting.root, isChange ? query.resultRelation : null) !== null) return [];
  return uncounted(counting, counting.root).flatMap(([state, index]): readonly UnboundedRelation[] => {
    const plan = state.plan.items.find(([own]) => own.index === index)?.[1];
    if (plan?.kind === 'derived')
      return unboundedRelations(analysis, plan.scope, resultsOf(counting, state, index));
    const entry = query.rtable?.[index - 1];
    const relation =
      entry?.rtekind === Rte.relation ? analysis.catalog.relations.get(entry.relid ?? 0) : undefined;
    return relation === undefined
      ? []
      : [{ relation, index, inherited: entry?.inh ?? false, state, counting }];
  });
}

function uncounted(counting: Counting, state: LayerState): readonly (readonly [LayerState, number])[] {
  return state.plan.layer.items.flatMap((item) => {
    if (state.counted.has(item)) return [];
    if (item.kind === 'entry') return [[state, item.index] as const];
    const inside = item.kind === 'nullable' ? counting.layers.get(item.layer) : undefined;
    return item.kind === 'nullable' && inside && isSettled(state, item) ? uncounted(counting, inside) : [];
  });
}
