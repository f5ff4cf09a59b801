import type { Relation, UniqueKey } from '../catalog/catalog.ts';
import { definingQuery } from '../catalog/definition.ts';
import { innerScope, rootScope, type Scope, withQueryOf } from '../scope.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import type { Expr, RangeTblEntry } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';
import { readExpr } from '../tree/read.ts';
import { isSameExpression } from '../tree/same-expression.ts';
import { walk } from '../tree/walk.ts';
import { type Choice, choicesOf } from './equalities.ts';
import { type Frame, frameOf, isConstant } from './frame.ts';
import { isProof, type Known, type Settled, settledColumn } from './settled.ts';

/**
 * The most rows of a range table entry that meet the conditions, given what is settled; null is unbounded.
 */
export function entryBound(
  index: number,
  conditions: readonly Expr[],
  frame: Frame,
  known: Known,
): number | null {
  const entry = frame.scope.query.rtable?.[index - 1];
  if (entry === undefined) return null;
  // LATERAL: its rows are counted for each row of what it depends on.
  if (!dependsOnlyOnSettled(entry, frame, known)) return null;
  const scope = entryScope(entry, frame.scope);
  if (scope !== null) return frame.count(frameOf(frame, scope), settledOf(known, index)).max;
  switch (entry.rtekind) {
    case Rte.relation:
      return relationBound(entry, index, conditions, frame, known);
    default:
      return entrySize(entry, frame);
  }
}

/** The fewest rows of a range table entry. */
export function entryMinimum(index: number, frame: Frame): number {
  const entry = frame.scope.query.rtable?.[index - 1];
  if (entry === undefined) return 0;
  const scope = entryScope(entry, frame.scope);
  if (scope !== null) return frame.count(frameOf(frame, scope), new Map()).min;
  if (entry.rtekind === Rte.values) return (entry.values_lists ?? []).length;
  return entrySize(entry, frame) ?? 0;
}

/** The query behind a subquery, WITH entry or view; null for others and for recursive ones. */
export function entryScope(entry: RangeTblEntry, scope: Scope): Scope | null {
  if (entry.rtekind === Rte.subquery && entry.subquery) return innerScope(scope, entry.subquery);
  if (entry.rtekind === Rte.relation) {
    const relation = scope.catalog.relations.get(entry.relid ?? 0);
    const view = relation?.kind === 'v' ? definingQuery(relation) : null;
    return view === null ? null : rootScope(scope.catalog, view);
  }
  if (entry.rtekind !== Rte.cte) return null;
  const cte = withQueryOf(scope, entry);
  return cte === null || cte.node.cterecursive ? null : innerScope(cte.scope, cte.node.ctequery);
}

/** The number of rows of an entry that is not stored anywhere; null if it varies. */
function entrySize(entry: RangeTblEntry, frame: Frame): number | null {
  switch (entry.rtekind) {
    case Rte.result:
      return 1;
    case Rte.values: {
      const lists = entry.values_lists ?? [];
      return grows(lists, frame) ? null : lists.length;
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

/** Whether a `$n` that stands for more values at run time is among the nodes. */
export function grows(nodes: unknown, frame: Frame): boolean {
  let found = false;
  walk(frame.catalog, nodes, frame.scope, (node) => {
    found ||= node.tag === 'PARAM' && node.paramkind === 0 && frame.growing.has(node.paramid);
    return !found;
  });
  return found;
}

function dependsOnlyOnSettled(entry: RangeTblEntry, frame: Frame, known: Known): boolean {
  const { scope, catalog } = frame;
  if (entry.rtekind === Rte.function) return isSettled(entry.functions, frame, known);
  if (entry.rtekind !== Rte.subquery || !entry.lateral || !entry.subquery) return true;
  const inner = innerScope(scope, entry.subquery);
  let settled = true;
  walk(catalog, entry.subquery, scope, (node, inside) => {
    if (node.tag === 'VAR' && levelsOut(inside, inner) + 1 === node.varlevelsup)
      settled &&= isSettled({ ...node, varlevelsup: 0 }, frame, known);
    return settled;
  });
  return settled;
}

// Only whose row it is matters here, not that a function may be volatile.
function isSettled(nodes: unknown, frame: Frame, known: Known): boolean {
  let settled = true;
  walk(frame.catalog, nodes, frame.scope, (node, inside) => {
    if (node.tag === 'VAR' && levelsOut(inside, frame.scope) === node.varlevelsup)
      settled &&= node.varlevelsup === 0 && isConstant(node, frame, known);
    return settled;
  });
  return settled;
}

/** How many queries `inside` lies within a scope of the same query; -1 if it does not. */
function levelsOut(inside: Scope | null, scope: Scope): number {
  let levels = 0;
  for (let at = inside; at !== null; at = at.outer, levels++) if (at.query === scope.query) return levels;
  return -1;
}

function relationBound(
  entry: RangeTblEntry,
  index: number,
  conditions: readonly Expr[],
  frame: Frame,
  known: Known,
): number | null {
  const relation = frame.catalog.relations.get(entry.relid ?? 0);
  if (relation === undefined) return null;
  const settled = settledOf(known, index);
  // A key holds over a table's partitions, but not over the children that inherit from it.
  if (relation.kind !== 'p' && relation.children.length > 0 && entry.inh) return null;
  const choices = choicesOf(conditions, frame, known).filter(({ varno }) => varno === index);
  const bounds = relation.keys.flatMap((key) => {
    if (!key.immediate || key.columns.includes(0)) return [];
    const chosen = key.columns.flatMap((attnum) =>
      settled.has(attnum) ? [] : (choices.find((choice) => choice.attnum === attnum) ?? []),
    );
    const settledOrChosen = (attnum: number): Settled | null =>
      settled.get(attnum) ?? chosen.find((choice) => choice.attnum === attnum)?.settled ?? null;
    const isGiven = (attnum: number) =>
      isNeverNull(relation, attnum) || settledOrChosen(attnum)?.nullable === false;
    if (!meetsPredicate(key, index, conditions, isGiven)) return [];
    const proof = isProof(key, settledOrChosen, (attnum) => isNeverNull(relation, attnum), frame.catalog);
    return proof ? [product(chosen)] : [];
  });
  return bounds.length === 0 ? null : Math.min(...bounds);
}

/** Whether all rows that meet the conditions are in a partial index: they say what its predicate says. */
function meetsPredicate(
  { predicate }: UniqueKey,
  index: number,
  conditions: readonly Expr[],
  isGiven: (attnum: number) => boolean,
): boolean {
  if (predicate === null) return true;
  return conjuncts(readExpr(predicate)).every((part) => {
    const isNotNull = part.tag === 'NULLTEST' && part.nulltesttype === 1 && !part.argisrow;
    if (isNotNull && part.arg.tag === 'VAR' && isGiven(part.arg.varattno)) return true;
    return conditions.some((condition) => isSameExpression(part, condition, index));
  });
}

function product(choices: readonly Choice[]): number {
  return choices.reduce((all, { count }) => all * count, 1);
}

function isNeverNull(relation: Relation, attnum: number): boolean {
  return relation.columns.get(attnum)?.notNull ?? false;
}

function settledOf(known: Known, index: number): ReadonlyMap<number, Settled> {
  const found = new Map<number, Settled>();
  for (const [key, settled] of known.columns) {
    const [varno, attnum] = key.split('.').map(Number);
    if (varno === index && attnum !== undefined)
      found.set(attnum, settledColumn(known, index, attnum) ?? settled);
  }
  return found;
}
