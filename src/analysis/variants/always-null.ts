import { entryOf, innerScope, perScope, resultExpression, type Scope, setOperationArms } from '../scope.ts';
import { step } from '../steps.ts';
import { expressionType } from '../tree/expression-type.ts';
import type { Expr, QueryNode } from '../tree/nodes.ts';
import { rowsOf } from './rows-of.ts';

/**
 * Whether a result column is NULL in every row, as it is written: `NULL AS last4`, in each arm of set operations.
 * @param column 0-based
 */
export function isAlwaysNull(column: number, scope: Scope): boolean {
  const known = found(scope);
  let isNull = known.get(column);
  if (isNull === undefined) {
    step();
    // A recursive WITH query asks for itself.
    known.set(column, false);
    isNull = isNullInAll(column, scope);
    known.set(column, isNull);
  }
  return isNull;
}

const found = perScope(() => new Map<number, boolean>());

function isNullInAll(column: number, scope: Scope): boolean {
  const { query } = scope;
  const expr = resultExpression(query, column);
  if (expr === undefined) return false;
  if (query.setOperations === null) return isNull(expr, scope);
  const types = new Set([expressionType(expr), ...typesOf(query.setOperations, column)]);
  return setOperationArms(query).every(({ subquery }) => {
    const own = subquery ? resultExpression(subquery, column) : undefined;
    if (!subquery || own === undefined) return false;
    // A cast of the user's making may turn NULL into something else.
    types.add(expressionType(own));
    return types.size === 1 && isAlwaysNull(column, innerScope(scope, subquery));
  });
}

function typesOf(
  operations: NonNullable<QueryNode['setOperations']>,
  column: number,
): ReadonlySet<number | null> {
  const types = new Set<number | null>();
  const waiting = [operations];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.tag === 'RANGETBLREF') continue;
    types.add(node.colTypes[column] ?? null);
    waiting.push(node.larg, node.rarg);
  }
  return types;
}

function isNull(expr: Expr, scope: Scope): boolean {
  switch (expr.tag) {
    case 'CONST':
      return expr.constisnull;
    case 'RELABELTYPE':
    case 'COLLATEEXPR':
    case 'COERCETODOMAIN':
      return isNull(expr.arg, scope);
    case 'FUNCEXPR': {
      // `NULL::numeric(10, 2)`
      const [first] = expr.args ?? [];
      const strict = scope.catalog.functions.get(expr.funcid)?.strict ?? false;
      return strict && !expr.funcretset && first !== undefined && isNull(first, scope);
    }
    case 'VAR': {
      const found = expr.varattno > 0 ? entryOf(scope, expr) : null;
      const rows = found === null ? null : rowsOf(found.node, found.scope);
      return rows !== null && isAlwaysNull(expr.varattno - 1, rows);
    }
    default:
      return false;
  }
}
