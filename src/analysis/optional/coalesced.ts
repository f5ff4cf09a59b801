import type { BooleanTerms, TextRun } from '../../sql/boolean-terms.ts';
import { tokensOf } from '../../sql/lexer.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { bareExpression } from '../tree/bare-expression.ts';
import { type CoalesceExpr, type Expr, Join, type JoinTreeNode, type QueryNode, Rte } from '../tree/nodes.ts';
import { extentOf, locationOf, visitNodes } from './places.ts';

/** `coalesce(:x, c) = c` of a column that is NOT NULL: true where `x` is NULL, and otherwise `:x = c`. */
export interface CoalescedGuard {
  readonly node: Expr;
  /** The `$n`. */
  readonly slot: number;
  readonly run: TextRun;
  /** The call of coalesce in it, and its first argument. */
  readonly call: TextRun;
  readonly argument: TextRun;
  /** The comparison with the parameter itself. */
  readonly given: Expr;
}

/** The comparisons with coalesce that are conditions of a WHERE, in queries without outer joins. */
export function coalescedGuards(
  whole: QueryNode,
  catalog: Catalog,
  sql: string,
  terms: BooleanTerms,
  offset: (location: number) => number,
): readonly CoalescedGuard[] {
  const found: CoalescedGuard[] = [];
  visitNodes(whole, (node) => {
    if (node.tag === 'QUERY' && node.jointree !== null && !hasOuterJoin(node.jointree)) {
      const waiting: (Expr | null)[] = [node.jointree.quals];
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        if (next?.tag === 'BOOLEXPR' && next.boolop === 'and') {
          if (terms.isAnd(offset(locationOf(next)))) waiting.push(...next.args);
        } else if (next !== null) {
          const guard = guardOf(next, node);
          if (guard !== null) found.push(guard);
        }
      }
    }
    return true;
  });
  return found;

  function guardOf(node: Expr, query: QueryNode): CoalescedGuard | null {
    if (node.tag !== 'OPEXPR' || !catalog.equality.has(node.opno)) return null;
    if (catalog.operators.get(node.opno)?.schema !== 'pg_catalog') return null;
    const [left, right] = node.args ?? [];
    if (left === undefined || right === undefined) return null;
    const at = isCoalesced(left, right, query) ? 0 : isCoalesced(right, left, query) ? 1 : null;
    if (at === null) return null;
    const side = at === 0 ? left : right;
    const call = bareExpression(side) as CoalesceExpr;
    const [value] = call.args;
    const param = value && bareExpression(value);
    const extent = extentOf(node);
    const text = callAt(sql, offset(locationOf(call)));
    if (value === undefined || param?.tag !== 'PARAM' || extent === null || text === null) return null;
    const run = terms.conditionAround(offset(extent.first), offset(extent.last));
    if (run === null) return null;
    const given = { ...node, args: (node.args ?? []).map((arg, i) => (i === at ? inside(arg, value) : arg)) };
    return { node, slot: param.paramid, run, ...text, given };
  }

  /** Whether a side is `coalesce($n, c)`, and the other the column c, which is never NULL. */
  function isCoalesced(side: Expr, other: Expr, query: QueryNode): boolean {
    const [call, column] = [bareExpression(side), bareExpression(other)];
    if (call.tag !== 'COALESCEEXPR' || column.tag !== 'VAR' || column.varlevelsup > 0) return false;
    const [value, otherwise, third] = call.args.map(bareExpression);
    if (value?.tag !== 'PARAM' || value.paramkind !== 0 || third !== undefined) return false;
    if (otherwise?.tag !== 'VAR' || otherwise.varlevelsup > 0) return false;
    if (otherwise.varno !== column.varno || otherwise.varattno !== column.varattno) return false;
    const entry = query.rtable?.[column.varno - 1];
    const relation = entry?.rtekind === Rte.relation ? catalog.relations.get(entry.relid ?? 0) : undefined;
    return 'rp'.includes(relation?.kind ?? '-') && relation?.columns.get(column.varattno)?.notNull === true;
  }
}

/** An expression with another one in the place of what its conversions convert. */
function inside(expr: Expr, value: Expr): Expr {
  return expr.tag === 'RELABELTYPE' || expr.tag === 'COERCEVIAIO' || expr.tag === 'COLLATEEXPR'
    ? { ...expr, arg: inside(expr.arg, value) }
    : value;
}

function hasOuterJoin(tree: JoinTreeNode): boolean {
  const waiting = [tree];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.tag === 'FROMEXPR') waiting.push(...(next.fromlist ?? []));
    if (next.tag !== 'JOINEXPR') continue;
    if (next.jointype !== Join.inner) return true;
    waiting.push(next.larg, next.rarg);
  }
  return false;
}

/** A call that begins at an offset, and its first argument; null: the text has another form. */
function callAt(sql: string, start: number): Pick<CoalescedGuard, 'call' | 'argument'> | null {
  let depth = 0;
  let first: number | null = null;
  let argument: TextRun | null = null;
  let before = start;
  for (const token of tokensOf(sql.slice(start))) {
    const text = sql.slice(start + token.start, start + token.end);
    if (depth === 1 && text !== '(' && first === null) first = start + token.start;
    if (depth === 1 && text === ',' && first !== null) argument ??= { start: first, end: before };
    if (text === '(') {
      if (depth === 1) first ??= start + token.start;
      depth += 1;
    }
    if (text === ')') depth -= 1;
    before = start + token.end;
    if (text === ')' && depth === 0)
      return argument === null ? null : { call: { start, end: before }, argument };
  }
  return null;
}
