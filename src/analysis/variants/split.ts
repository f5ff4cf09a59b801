import { literalsOf } from '../literals.ts';
import { innerScope, perScope, resultExpression, type Scope, setOperationArms } from '../scope.ts';
import { step } from '../steps.ts';
import { isGrouped } from '../tree/groups.ts';
import {
  Cmd,
  type Expr,
  type QueryNode,
  type RangeTblEntry,
  type RangeTblRef,
  Rte,
  SetOp,
  type SetOperationStmt,
} from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { rowsOf } from './rows-of.ts';

/** Queries by the constant that their rows have in a column, in the order of the arms. */
export type Parts = ReadonlyMap<Literal, QueryNode>;

/**
 * Splits a query by the constants that a result column has in the arms of a UNION: each of its rows that is not NULL there
 * is a row of the part for its value. A part is the same query with the arms of one value only.
 *
 * UNION keeps or drops whole rows, also those that a nondeterministic collation takes for equal (PostgreSQL documentation,
 * 7.4), so that a row has the constant of the arm that its other columns are from. INTERSECT and EXCEPT are not looked
 * into.
 *
 * @param column 0-based
 * @returns null where an arm has something else there than one constant
 */
export function splitBy(column: number, scope: Scope): Parts | null {
  const known = splits(scope);
  let parts = known.get(column);
  if (parts === undefined) {
    step();
    // A recursive WITH query asks for itself.
    known.set(column, null);
    parts = split(column, scope);
    if (parts !== null && sum(parts.values()) > MOST_COPIES) parts = null;
    known.set(column, parts);
  }
  return parts;
}

const splits = perScope(() => new Map<number, Parts | null>());

// A part has copies of the queries that it narrows, in each place where they are: they are considered one by one.
const MOST_COPIES = 256;

/** How many copied queries a part is made of. */
const copies = new WeakMap<QueryNode, number>();

function sum(queries: Iterable<QueryNode>): number {
  return Array.from(queries, (query) => copies.get(query) ?? 1).reduce((a, b) => a + b, 0);
}

function copy(query: QueryNode, narrowed: Iterable<QueryNode>): QueryNode {
  copies.set(query, 1 + sum(narrowed));
  return query;
}

function split(column: number, scope: Scope): Parts | null {
  const { query } = scope;
  if (query.commandType !== Cmd.select) return null;
  const expr = resultExpression(query, column);
  if (expr === undefined) return null;
  if (query.setOperations !== null) {
    return isUnion(query.setOperations) ? splitUnion(column, query.setOperations, scope) : null;
  }
  return splitFrom(expr, scope) ?? constant(expr, scope);
}

function constant(expr: Expr, scope: Scope): Parts | null {
  const [value, another] = literalsOf(expr, scope) ?? [];
  return value === undefined || another !== undefined ? null : new Map([[value, scope.query]]);
}

/** By a column of FROM that is selected as it is. Other rows of that entry must have no say in what a row is like. */
function splitFrom(expr: Expr, scope: Scope): Parts | null {
  const { query } = scope;
  if (expr.tag !== 'VAR' || expr.varlevelsup !== 0 || expr.varattno <= 0) return null;
  if (isGrouped(query) || query.hasWindowFuncs || query.hasTargetSRFs) return null;
  const entry = query.rtable?.[expr.varno - 1];
  const rows = entry === undefined ? null : rowsOf(entry, scope);
  const parts = rows === null ? null : splitBy(expr.varattno - 1, rows);
  if (entry === undefined || parts === null) return null;
  const { tag, lateral, alias = null } = entry;
  return new Map(
    [...parts].map(([value, subquery]) => {
      const narrowed: RangeTblEntry = { tag, rtekind: Rte.subquery, lateral, alias, subquery };
      const rtable = query.rtable?.with(expr.varno - 1, narrowed) ?? null;
      return [value, copy({ ...query, rtable }, [subquery])];
    }),
  );
}

type Arms = SetOperationStmt | RangeTblRef;

function isUnion(operations: Arms): boolean {
  const waiting = [operations];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.tag === 'RANGETBLREF') continue;
    if (node.op !== SetOp.union) return false;
    waiting.push(node.larg, node.rarg);
  }
  return true;
}

function splitUnion(column: number, arms: Arms, scope: Scope): Parts | null {
  const { query } = scope;
  const found = new Map<RangeTblEntry, Parts>();
  for (const entry of setOperationArms(query)) {
    const parts = entry.subquery ? splitBy(column, innerScope(scope, entry.subquery)) : null;
    if (parts === null) return null;
    found.set(entry, parts);
    if (found.size > MOST_COPIES) return null;
  }
  const values = new Set([...found.values()].flatMap((parts) => [...parts.keys()]));
  return new Map(
    [...values].map((value) => {
      const narrowed: QueryNode[] = [];
      const rtable = (query.rtable ?? []).map((entry) => {
        const subquery = found.get(entry)?.get(value);
        if (subquery === undefined) return entry;
        narrowed.push(subquery);
        return { ...entry, subquery };
      });
      const has = ({ rtindex }: RangeTblRef) => {
        const entry = query.rtable?.[rtindex - 1];
        return entry !== undefined && found.get(entry)?.has(value) === true;
      };
      return [value, copy({ ...query, rtable, setOperations: kept(arms, has) }, narrowed)];
    }),
  );
}

/** The arms for which `has` holds. Operations stay for their types, that of one arm with the same arm twice. */
function kept(node: Arms, has: (arm: RangeTblRef) => boolean): Arms | null {
  if (node.tag === 'RANGETBLREF') return has(node) ? node : null;
  const [left, right] = [kept(node.larg, has), kept(node.rarg, has)];
  if (left !== null && right !== null) return { ...node, larg: left, rarg: right };
  const only = left ?? right;
  return only === null ? null : { ...node, larg: only, rarg: firstArm(only) };
}

function firstArm(node: Arms): RangeTblRef {
  return node.tag === 'RANGETBLREF' ? node : firstArm(node.larg);
}
