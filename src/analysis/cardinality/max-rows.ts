import type { Catalog } from '../catalog/catalog.ts';
import { foldSetOperation, innerScope, rootScope, type Scope } from '../scope.ts';
import { step } from '../steps.ts';
import type {
  QueryNode,
  RangeTblRef,
  SetOperationStmt,
  SortGroupClause,
  TargetEntry,
} from '../tree/nodes.ts';
import { Cmd, SetOp } from '../tree/nodes.ts';
import {
  type Block,
  blockOf,
  type DeterminedResults,
  type MaxRows,
  type RowAnalysis,
  surveyOf,
} from './block.ts';
import { countRows, countSingleRows } from './count.ts';
import { startCounting } from './determine.ts';
import { type Determined, distinguishes } from './determined.ts';
import { areExclusive } from './exclusive-arms.ts';
import { sideTerm } from './index-terms.ts';
import { type Counting, isExact, waysOf } from './knowledge.ts';
import { least, limitedRows } from './limit.ts';
import { plansOf, rootOf } from './plan.ts';
import { determinedResults } from './results.ts';
import { supportOf } from './support.ts';
import type { Term } from './terms.ts';
import { writtenRows } from './writes.ts';

const unknown: MaxRows = { max: null, determined: () => [] };

// Each is another visit of the query: past so many it is counted without what is determined of its results.
const MAX_EVALUATIONS = 16;

/** A statement's analysis, with nothing counted yet. */
export function rowAnalysis(
  query: QueryNode,
  catalog: Catalog,
  variadicParams: ReadonlySet<number>,
): RowAnalysis {
  const analysis: RowAnalysis = {
    catalog,
    variadicParams,
    maxRows: (scope, results) => maxRows(analysis, scope, results),
    blocks: new Map(),
    surveyed: new Map(),
  };
  // All of its queries in one walk.
  surveyOf(analysis, rootScope(catalog, query), step);
  return analysis;
}

/** The most rows of a query, of those whose results are so determined. */
export function maxRows(analysis: RowAnalysis, scope: Scope, results: DeterminedResults): MaxRows {
  const block = blockOf(analysis, scope);
  const asked = relevant(results, block);
  const key = JSON.stringify([...asked]);
  const known = block.evaluated.get(key);
  if (known !== undefined) return known;
  if (asked.size > 0 && block.evaluated.size >= MAX_EVALUATIONS) return maxRows(analysis, scope, new Map());
  const found = step() ? memoised(evaluate(block, asked)) : unknown;
  block.evaluated.set(key, found);
  return found;
}

function memoised({ max, determined }: MaxRows): MaxRows {
  const found = new Map<number, readonly Determined[]>();
  return {
    max,
    determined: (result) => {
      let ways = found.get(result);
      if (ways === undefined) {
        ways = determined(result);
        found.set(result, ways);
      }
      return ways;
    },
  };
}

/** Those of the results that say something of the query's own rows. */
function relevant(results: DeterminedResults, block: Block): DeterminedResults {
  const { query } = block;
  if (results.size === 0 || query.setOperations !== null) return results;
  const found = new Map<number, readonly Determined[]>();
  if (query.commandType !== Cmd.select) return found;
  const grouped = new Set(
    [...(query.groupClause ?? []), ...(query.distinctClause ?? [])].map(
      ({ tleSortGroupRef }) => tleSortGroupRef,
    ),
  );
  for (const [result, ways] of results) {
    const target = targetOf(query, result);
    if (target === undefined) continue;
    if (grouped.has(target.ressortgroupref) || sideTerm(target.expr, block) !== null) found.set(result, ways);
  }
  return found;
}

function targetOf(query: QueryNode, result: number): TargetEntry | undefined {
  const at = query.targetList?.[result - 1];
  return at?.resno === result ? at : query.targetList?.find(({ resno }) => resno === result);
}

function evaluate(block: Block, results: DeterminedResults): MaxRows {
  const { query } = block;
  if (query.commandType !== Cmd.select) return writtenRows(block);
  const found =
    query.setOperations === null
      ? selectedRows(block, results)
      : { ...unknown, max: combinedRows(query.setOperations, block, results) };
  const max = query.hasTargetSRFs ? null : found.max;
  // OFFSET skips rows of the whole query, maybe none of those that are considered.
  const shown = results.size === 0 ? query : { ...query, limitOffset: null };
  return { max: limitedRows(shown, { min: 0, max }).max, determined: found.determined };
}

// Each pair of them is considered.
const MAX_EXCLUSIVE_ARMS = 8;

function combinedRows(
  root: SetOperationStmt | RangeTblRef,
  { query, scope, analysis }: Block,
  results: DeterminedResults,
): number | null {
  interface Combined {
    readonly max: number | null;
    readonly arms: readonly Scope[];
  }
  return foldSetOperation<Combined>(
    root,
    ({ rtindex }) => {
      const arm = query.rtable?.[rtindex - 1]?.subquery;
      if (!arm) return { max: null, arms: [] };
      const own = innerScope(scope, arm);
      return { max: analysis.maxRows(own, results).max, arms: [own] };
    },
    ({ op }, left, right) => {
      if (op === SetOp.intersect) return { max: least(left.max, right.max), arms: left.arms };
      if (op !== SetOp.union) return left;
      const few = left.arms.length + right.arms.length <= MAX_EXCLUSIVE_ARMS;
      const arms = few ? [...left.arms, ...right.arms] : left.arms;
      if (left.max === null || right.max === null) return { max: null, arms };
      const either =
        few && left.arms.every((one) => right.arms.every((other) => areExclusive(one, other, analysis)));
      return { max: either ? Math.max(left.max, right.max) : left.max + right.max, arms };
    },
  ).max;
}

function selectedRows(block: Block, results: DeterminedResults): MaxRows {
  const { query } = block;
  const { groupClause, groupingSets, havingQual } = query;
  if (groupingSets !== null) {
    // GROUP BY () is one group, of no rows too; others depend on the rows.
    const [only] = groupingSets;
    const isOne = groupClause === null && groupingSets.length === 1 && only?.kind === 0;
    return { ...unknown, max: isOne ? 1 : null };
  }
  if (groupClause === null && (query.hasAggs || havingQual !== null)) return { ...unknown, max: 1 };
  const counting = startCounting(block, plansOf(rootOf(block), block), results, (result) =>
    resultTerm(result, block),
  );
  countSingleRows(counting);
  // What is determined of all rows, before some of them are counted one by one.
  const isOne = [groupClause, query.distinctClause].some((clause) =>
    clause?.every((item) => isOneGroup(item, counting, results)),
  );
  const determined = determinedResults(counting, (result) => targetOf(query, result)?.expr ?? null);
  return { max: isOne ? 1 : countRows(counting, counting.root, null), determined };
}

/** The column or indexed expression that a result is; null for others. */
export function resultTerm(result: number, block: Block): Term | null {
  const target = targetOf(block.query, result);
  return target === undefined ? null : sideTerm(target.expr, block);
}

function isOneGroup(item: SortGroupClause, counting: Counting, results: DeterminedResults): boolean {
  const { root, block } = counting;
  const { query, analysis } = block;
  const target = query.targetList?.find(({ ressortgroupref }) => ressortgroupref === item.tleSortGroupRef);
  if (target === undefined) return false;
  const { fixed, terms } = supportOf(target.expr, block);
  if (fixed && terms.every((term) => isExact(counting, root, term))) return true;
  const term = sideTerm(target.expr, block);
  const ways = [
    ...(term === null ? [] : waysOf(counting, root, term)),
    ...(target.resjunk ? [] : (results.get(target.resno) ?? [])),
  ];
  const families = analysis.catalog.equality.get(item.eqop) ?? [];
  return ways.some((way) => families.some((family) => distinguishes(way, family, -1, analysis.catalog)));
}
