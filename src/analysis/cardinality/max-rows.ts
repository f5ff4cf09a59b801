import type { Catalog } from '../catalog/catalog.ts';
import { innerScope, rootScope, type Scope } from '../scope.ts';
import { step } from '../steps.ts';
import type { QueryNode, SortGroupClause, TargetEntry } from '../tree/nodes.ts';
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
import { type Counting, isExact, startCounting, waysOf } from './determine.ts';
import { type Determined, distinguishes, exactly } from './determined.ts';
import { sideTerm } from './index-terms.ts';
import { least, limited } from './limit.ts';
import { plansOf, rootOf } from './plan.ts';
import { foldSetOperation } from './set-operation.ts';
import { supportOf } from './support.ts';
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
    blocks: new WeakMap(),
    surveyed: new WeakMap(),
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
  const { query, scope, analysis } = block;
  if (query.commandType !== Cmd.select) return writtenRows(block);
  const found =
    query.setOperations === null
      ? selectedRows(block, results)
      : foldSetOperation<MaxRows>(
          query.setOperations,
          (index) => {
            const arm = query.rtable?.[index - 1]?.subquery;
            return arm ? analysis.maxRows(innerScope(scope, arm), results) : unknown;
          },
          ({ op }, left, right) => ({ ...unknown, max: combinedMax(op, left.max, right.max) }),
        );
  const max = query.hasTargetSRFs ? null : found.max;
  return { max: limited(query, { min: 0, max }).max, determined: found.determined };
}

function combinedMax(operation: number, left: number | null, right: number | null): number | null {
  switch (operation) {
    case SetOp.union:
      return left === null || right === null ? null : left + right;
    case SetOp.intersect:
      return least(left, right);
    default:
      return left;
  }
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
  const counting = startCounting(block, plansOf(rootOf(block), block), results, (result) => {
    const target = targetOf(query, result);
    return target === undefined ? null : sideTerm(target.expr, block);
  });
  countSingleRows(counting);
  // What is determined of all rows, before some of them are counted one by one.
  const isOne = [groupClause, query.distinctClause].some((clause) =>
    clause?.every((item) => isOneGroup(item, counting, results)),
  );
  const determined = determinedResults(counting);
  return { max: isOne ? 1 : countRows(counting, counting.root, null), determined };
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

/** What is known of the results by now, told when it is asked for. */
function determinedResults(counting: Counting): MaxRows['determined'] {
  const { block } = counting;
  const { known, root } = keptAsItIs(counting);
  return (result) => {
    const target = targetOf(block.query, result);
    if (target === undefined) return [];
    const { fixed, terms } = supportOf(target.expr, block);
    if (fixed && terms.every((term) => isExact(known, root, term))) {
      const nullable = target.expr.tag !== 'CONST' || target.expr.constisnull;
      return [{ ...exactly, nullable }];
    }
    const term = sideTerm(target.expr, block);
    return term === null ? [] : waysOf(known, root, term);
  };
}

/** Counting goes on where several rows are left, and what is counted from then on is determined for each of them only. */
function keptAsItIs(counting: Counting) {
  const { root } = counting;
  if (root.counted.size === root.plan.layer.items.length) return { known: counting, root };
  const ways = new Map([...root.ways].map(([term, known]) => [term, [...known]]));
  return {
    known: { ...counting, derived: new Map(counting.derived) },
    root: { ...root, fixed: new Set(root.fixed), ways },
  };
}
