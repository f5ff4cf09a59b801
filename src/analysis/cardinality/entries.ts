import type { Relation, UniqueKey } from '../catalog/catalog.ts';
import { indexExpressions } from '../catalog/index-expressions.ts';
import { callsUserFunction } from '../catalog/may-change.ts';
import { step } from '../steps.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import type { Expr, RangeTblEntry } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';
import { readExpr } from '../tree/read.ts';
import { isSameExpression } from '../tree/same-expression.ts';
import { walk } from '../tree/walk.ts';
import {
  type Block,
  type Dependency,
  type EntryPlan,
  isUnstable,
  type KeyColumn,
  type KeyPlan,
  queryOrViewBehind,
  type Support,
  surveyOf,
} from './block.ts';
import { rulesOfChecks } from './checks.ts';
import { exactly } from './determined.ts';
import { indexedExpressions } from './index-terms.ts';
import { supportOf } from './support.ts';
import { bareColumn, columnTerm, expressionTerm, pointTerm, type Term } from './terms.ts';

const nothing: Support = { fixed: true, terms: [] };

/**
 * How the rows of a range table entry are counted.
 *
 * @param conditions what its rows meet
 */
export function entryPlan(index: number, conditions: readonly Expr[], block: Block): EntryPlan {
  step();
  const { analysis, scope, query } = block;
  const entry = query.rtable?.[index - 1];
  if (entry === undefined) return { kind: 'sized', size: null, around: nothing };
  const behind = queryOrViewBehind(entry, scope);
  if (behind !== null) {
    const isCte = entry.rtekind === Rte.cte;
    const around = isCte ? nothing : supportAround(surveyOf(analysis, behind, step).aroundIt, block);
    // A WITH query is run once, unless it is as stable as a table.
    return { kind: 'derived', scope: behind, around, stable: isCte || !isUnstable(analysis, behind, step) };
  }
  if (entry.rtekind === Rte.relation) {
    const relation = analysis.catalog.relations.get(entry.relid ?? 0);
    if (relation !== undefined) return relationPlan(relation, entry, index, conditions, block);
  }
  const around = entry.rtekind === Rte.function ? supportAroundFunction(entry, block) : nothing;
  return { kind: 'sized', size: sizeOf(entry, block), around };
}

/** Of the rows beside it only whose they are matters here, not that a function may be volatile: its rows are kept. */
function supportAroundFunction(entry: RangeTblEntry, block: Block): Support {
  const { terms } = supportOf(entry.functions, block);
  return { fixed: true, terms };
}

function supportAround(variables: readonly Expr[], block: Block): Support {
  const supports = variables.map((variable) =>
    supportOf(variable.tag === 'VAR' ? { ...variable, varlevelsup: 0 } : variable, block),
  );
  return {
    fixed: supports.every(({ fixed }) => fixed),
    terms: [...new Set(supports.flatMap(({ terms }) => terms))],
  };
}

/** The number of rows of an entry that is not stored anywhere; null if it varies. */
function sizeOf(entry: RangeTblEntry, block: Block): number | null {
  switch (entry.rtekind) {
    case Rte.result:
      return 1;
    case Rte.values: {
      const lists = entry.values_lists ?? [];
      return hasVariadicParam(lists, block) ? null : lists.length;
    }
    case Rte.function: {
      const returnsSet = (entry.functions ?? []).some(
        ({ funcexpr }) =>
          (funcexpr.tag === 'FUNCEXPR' && funcexpr.funcretset) ||
          (funcexpr.tag === 'OPEXPR' && funcexpr.opretset),
      );
      return returnsSet ? null : 1;
    }
    default:
      return null;
  }
}

/** Whether a `$n` that represents more values at run time is among the nodes. */
export function hasVariadicParam(nodes: unknown, { analysis, scope }: Block): boolean {
  const { catalog, variadicParams } = analysis;
  if (variadicParams.size === 0) return false;
  let found = false;
  walk(catalog, nodes, scope, (node) => {
    step();
    found ||= node.tag === 'PARAM' && node.paramkind === 0 && variadicParams.has(node.paramid);
    return !found;
  });
  return found;
}

function relationPlan(
  relation: Relation,
  entry: RangeTblEntry,
  index: number,
  conditions: readonly Expr[],
  block: Block,
): EntryPlan {
  const indexed = indexedExpressions(index, block);
  // A key holds over a table's partitions, but not over the children that inherit from it.
  const inherited = relation.kind !== 'p' && relation.children.length > 0 && entry.inh;
  const keys = inherited
    ? []
    : relation.keys.flatMap((key) => keyPlans(key, relation, index, indexed, conditions, block));
  const inheriting = relation.children.length > 0 && (entry.inh ?? false);
  const rules = [
    ...indexed.map((expr, n) => expressionRule(expr, n, index, block)),
    ...(keys.length === 0 ? [] : rulesOfChecks(relation, index, inheriting, block)),
  ];
  return { kind: 'relation', keys, rules };
}

/** An index's expression has one value where its columns have. */
function expressionRule(expr: Expr, n: number, index: number, { analysis }: Block): Dependency {
  const from = new Set<Term>();
  walk(analysis.catalog, expr, null, (node) => {
    step();
    if (node.tag === 'VAR') from.add(columnTerm(index, node.varattno));
    return true;
  });
  const nullable = !(expr.tag === 'CONST' && !expr.constisnull);
  return { target: expressionTerm(index, n), from: [...from], way: { ...exactly, nullable }, count: 1 };
}

/** None for a key that proves nothing. */
function keyPlans(
  key: UniqueKey,
  relation: Relation,
  index: number,
  indexed: readonly Expr[],
  conditions: readonly Expr[],
  block: Block,
): readonly KeyPlan[] {
  step();
  if (!key.immediate) return [];
  const expressions = [...indexExpressions(key)];
  if (expressions.some((expr) => callsUserFunction(expr, block.analysis.catalog))) return [];
  const columns = key.columns.map((attnum, i): KeyColumn => {
    const expr = attnum === 0 ? expressions.shift() : undefined;
    const n = indexed.findIndex((other) => expr !== undefined && isSameExpression(other, expr, 1));
    const term = attnum === 0 ? expressionTerm(index, n) : columnTerm(index, attnum);
    return keyColumn(key, i, term, relation, block);
  });
  const rest = leftOver(key, relation, index, conditions, block);
  if (rest === null) return [];
  const last = columns.at(-1);
  if (key.exclusion === null || last === undefined) return [{ columns, ...rest }];
  // Equal ranges overlap, as none of them is empty; so do those that contain the same point.
  const point = { ...last, term: pointTerm(index, key.columns.at(-1) ?? 0) };
  return [columns, [...columns.slice(0, -1), point]].map((of) => ({ columns: of, ...rest }));
}

/** What must be known of the i-th column of a key. */
export function keyColumn(
  key: UniqueKey,
  i: number,
  term: Term,
  relation: Relation,
  block: Block,
): KeyColumn {
  const attnum = key.columns[i] ?? 0;
  return {
    term,
    families: key.exclusion === null ? [key.families[i] ?? 0] : equalityOf(key.exclusion[i] ?? 0, block),
    collation: key.collations[i] ?? 0,
    acceptsNull: key.nullsNotDistinct || (relation.columns.get(attnum)?.notNull ?? false),
  };
}

/** The btree families of the equality that goes with an operator of an exclusion constraint: `=`, or `&&` of ranges. */
function equalityOf(operator: number, { analysis }: Block): readonly number[] {
  return analysis.catalog.equality.get(RANGE_EQUALITY.get(operator) ?? operator) ?? [];
}

// src/include/catalog/pg_operator.dat: && and = of ranges and of multiranges
const RANGE_EQUALITY: ReadonlyMap<number, number> = new Map([
  [3888, 3882],
  [2868, 2860],
]);

/**
 * What of a partial index' predicate is not sure of rows that meet the conditions: columns that must be NULL, or not to be.
 * Null where more than that is not sure.
 */
function leftOver(
  { predicate }: UniqueKey,
  relation: Relation,
  index: number,
  conditions: readonly Expr[],
  block: Block,
): Pick<KeyPlan, 'notNull' | 'isNull'> | null {
  const notNull: Term[] = [];
  const isNull: Term[] = [];
  for (const part of predicate === null ? [] : conjuncts(readExpr(predicate))) {
    // The index holds the rows of which it was true when they were written.
    if (callsUserFunction(part, block.analysis.catalog)) return null;
    const isSaid = conditions.some((condition) => {
      step();
      return isSameExpression(part, condition, index, (variable) => bareColumn(variable, block.query));
    });
    if (isSaid) continue;
    if (part.tag !== 'NULLTEST' || part.argisrow || part.arg.tag !== 'VAR') return null;
    const attnum = part.arg.varattno;
    if (part.nulltesttype === 0) isNull.push(columnTerm(index, attnum));
    else if (!relation.columns.get(attnum)?.notNull) notNull.push(columnTerm(index, attnum));
  }
  return { notNull, isNull };
}
