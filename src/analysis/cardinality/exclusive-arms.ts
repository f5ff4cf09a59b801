import { innerScope, type Scope, withQueryOf } from '../scope.ts';
import { step } from '../steps.ts';
import type { CommonTableExpr, Expr, QueryNode, RangeTblEntry, SubLink } from '../tree/nodes.ts';
import { Cmd, Materialize, Rte, Sub } from '../tree/nodes.ts';
import { type Block, blockOf, type RowAnalysis } from './block.ts';
import { countSingleRows } from './count.ts';
import { startCounting } from './determine.ts';
import { byEquality, type Determined } from './determined.ts';
import { sideTerm } from './index-terms.ts';
import { waysOf } from './knowledge.ts';
import { plansOf, rootOf } from './plan.ts';

/**
 * Whether only one of two arms of a set operation can have rows: one takes them from a WITH query, the other one asks that
 * this query has none, or none of the value that all its rows have.
 *
 *     WITH u AS (UPDATE … WHERE id = $1 RETURNING *) SELECT * FROM u
 *     UNION ALL SELECT * FROM jobs WHERE id = $1 AND NOT EXISTS (SELECT FROM u)
 */
export function areExclusive(one: Scope, other: Scope, analysis: RowAnalysis): boolean {
  return (
    [...needed(one)].some((query) => hasNoRowBeside(other, query, analysis)) ||
    [...needed(other)].some((query) => hasNoRowBeside(one, query, analysis))
  );
}

/** The WITH queries without a row of which an arm has none either. */
function needed(scope: Scope): ReadonlySet<CommonTableExpr> {
  const { query } = scope;
  const found = new Set<CommonTableExpr>();
  if (query.commandType !== Cmd.select || query.setOperations !== null || mayBeOfNoRow(query)) return found;
  for (const item of query.jointree?.fromlist ?? []) {
    step();
    const entry = item.tag === 'RANGETBLREF' ? query.rtable?.[item.rtindex - 1] : undefined;
    const cte = entry === undefined ? null : withQuery(scope, entry);
    if (cte !== null && isReadOnce(cte)) found.add(cte);
  }
  return found;
}

/** Not of what is NOT MATERIALIZED: each place reads it anew, and of TABLESAMPLE gets other rows. */
function isReadOnce({ ctematerialized }: CommonTableExpr): boolean {
  return ctematerialized !== Materialize.never;
}

/** An aggregate without GROUP BY, or with an empty grouping set. */
function mayBeOfNoRow(query: QueryNode): boolean {
  return (
    query.groupingSets !== null || (query.groupClause === null && query.hasAggs) || query.havingQual !== null
  );
}

function withQuery(scope: Scope, entry: RangeTblEntry): CommonTableExpr | null {
  return entry.rtekind === Rte.cte ? (withQueryOf(scope, entry)?.node ?? null) : null;
}

/** Whether an arm has no row where a WITH query has one. */
function hasNoRowBeside(arm: Scope, query: CommonTableExpr, analysis: RowAnalysis): boolean {
  if (arm.query.commandType !== Cmd.select || arm.query.setOperations !== null || mayBeOfNoRow(arm.query))
    return false;
  const block = blockOf(analysis, arm);
  return rootOf(block).conditions.some((condition) => {
    step();
    if (condition.tag === 'SUBLINK' && condition.subLinkType === Sub.all)
      return differsFromAll(condition, block, query);
    const [denied] = condition.tag === 'BOOLEXPR' && condition.boolop === 'not' ? condition.args : [];
    if (denied?.tag !== 'SUBLINK') return false;
    if (denied.subLinkType === Sub.exists) return readsAllOf(denied.subselect, arm, query);
    return denied.subLinkType === Sub.any && isAmong(denied, (operator) => operator, block, query);
  });
}

/** `x <> ALL (SELECT …)`, which is NOT IN. */
function differsFromAll(condition: SubLink, block: Block, query: CommonTableExpr): boolean {
  const { operators } = block.analysis.catalog;
  return isAmong(condition, (operator) => operators.get(operator)?.negator ?? 0, block, query);
}

/** Whether what is compared is equal to a column of the WITH query, which has one value in all of its rows. */
function isAmong(
  { testexpr, subselect }: SubLink,
  equality: (operator: number) => number,
  block: Block,
  query: CommonTableExpr,
): boolean {
  const { analysis, scope } = block;
  if (testexpr?.tag !== 'OPEXPR' || !readsAllOf(subselect, scope, query)) return false;
  const families = analysis.catalog.equality.get(equality(testexpr.opno));
  const [side] = testexpr.args ?? [];
  const column = resultColumn(subselect);
  const term = side === undefined ? null : sideTerm(side, block);
  const holder = withQueryOf(innerScope(scope, subselect), onlyEntry(subselect) ?? noEntry);
  if (families === undefined || term === null || column === null || holder === null) return false;
  const values = analysis
    .maxRows(innerScope(holder.scope, holder.node.ctequery), new Map())
    .determined(column);
  const counting = startCounting(block, plansOf(rootOf(block), block), new Map(), () => null);
  countSingleRows(counting);
  const by = { families, collation: testexpr.inputcollid, nullable: false };
  return waysOf(counting, counting.root, term).some((way) =>
    values.some((value) => areEqual(way, value, by)),
  );
}

const noEntry: RangeTblEntry = { tag: 'RANGETBLENTRY', rtekind: Rte.result, lateral: false };

/** Both are equal to the same parameter or constant, not NULL, by one of the families of an equality. */
function areEqual(
  one: Determined,
  other: Determined,
  by: Pick<Determined, 'families' | 'collation' | 'nullable'>,
): boolean {
  if (one.value === null || one.value !== other.value || one.nullable || other.nullable) return false;
  if (one.exact || other.exact || one.collation !== other.collation) return false;
  const shared = byEquality(one, by)?.families ?? [];
  return shared.some((family) => other.families.includes(family));
}

/** Whether a subquery has a row for each that a WITH query has. */
function readsAllOf(subquery: QueryNode, outer: Scope, query: CommonTableExpr): boolean {
  const entry = onlyEntry(subquery);
  const isPlain =
    subquery.commandType === Cmd.select &&
    subquery.setOperations === null &&
    subquery.groupClause === null &&
    !mayBeOfNoRow(subquery) &&
    !subquery.hasTargetSRFs &&
    subquery.limitCount === null &&
    subquery.limitOffset === null &&
    subquery.jointree?.quals === null;
  return isPlain && entry !== null && withQuery(innerScope(outer, subquery), entry) === query;
}

function onlyEntry({ jointree, rtable }: QueryNode): RangeTblEntry | null {
  const [item, ...others] = jointree?.fromlist ?? [];
  return item?.tag === 'RANGETBLREF' && others.length === 0 ? (rtable?.[item.rtindex - 1] ?? null) : null;
}

/** The column of its only FROM entry that a subquery's only result is. */
function resultColumn({ targetList }: QueryNode): number | null {
  let at: Expr | undefined = targetList?.[0]?.expr;
  while (at?.tag === 'RELABELTYPE') at = at.arg;
  return at?.tag === 'VAR' && at.varlevelsup === 0 && at.varattno > 0 ? at.varattno : null;
}
