import type { Catalog } from '../catalog/catalog.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import { LAZY } from '../tree/field-runs.ts';
import type { Expr, OpExpr, ParamNode } from '../tree/nodes.ts';
import { incidental } from '../tree/same-expression.ts';
import { visitNodes } from './places.ts';

/** One of the columns that the last row of a page is compared by. */
export interface Key {
  readonly expr: Expr;
  readonly param: ParamNode;
  readonly operator: string;
  /** Of the comparison. */
  readonly collation: number;
  /** Whether it is the parameter's. */
  readonly isCollated: boolean;
}

const OPPOSITE: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

/** What `(a, b) > ($1, $2)` compares, or one column with one parameter; null: it is something else. */
export function comparedKeys(expr: Expr, catalog: Catalog): readonly Key[] | null {
  if (expr.tag === 'OPEXPR') {
    const key = keyOf(expr, catalog);
    return key === null || OPPOSITE[key.operator] === undefined ? null : [key];
  }
  if (expr.tag !== 'ROWCOMPAREEXPR') return null;
  const keys = expr.opnos.map((opno, i) =>
    keyFrom(opno, expr.inputcollids[i] ?? 0, expr.largs[i], expr.rargs[i], catalog),
  );
  return keys.every((key) => key !== null && OPPOSITE[key.operator] !== undefined) ? (keys as Key[]) : null;
}

/** The same of the alternatives `a > $1` and `a = $1 AND b < $2`, each with its own direction, to any depth. */
export function expandedKeys(alternatives: readonly Expr[], catalog: Catalog): readonly Key[] | null {
  for (const [i, first] of alternatives.entries()) {
    const key = first.tag === 'OPEXPR' ? keyOf(first, catalog) : null;
    if (key === null || OPPOSITE[key.operator] === undefined) continue;
    const others = alternatives.filter((_, other) => other !== i);
    if (others.length === 0) return [key];
    const rest: Expr[] = [];
    for (const other of others) {
      const terms = conjuncts(other);
      const equal = terms.find((term) => isEqual(term, key, catalog));
      if (equal === undefined) break;
      rest.push(...alternativesOf(terms.filter((term) => term !== equal)));
    }
    if (rest.length < others.length) continue;
    const further = expandedKeys(rest, catalog);
    if (further !== null) return [key, ...further];
  }
  return null;
}

function isEqual(term: Expr, key: Key, catalog: Catalog): boolean {
  const found = term.tag === 'OPEXPR' ? keyOf(term, catalog) : null;
  return (
    found?.operator === '=' &&
    found.param.paramid === key.param.paramid &&
    valueIdentity(found.expr) === valueIdentity(key.expr)
  );
}

function alternativesOf(terms: readonly Expr[]): readonly Expr[] {
  const [only, another] = terms;
  if (only === undefined) return [];
  if (another !== undefined) return [{ tag: 'BOOLEXPR', boolop: 'and', args: terms }];
  return only.tag === 'BOOLEXPR' && only.boolop === 'or' ? only.args : [only];
}

function keyOf({ opno, inputcollid, args }: OpExpr, catalog: Catalog): Key | null {
  return keyFrom(opno, inputcollid, args?.[0], args?.[1], catalog);
}

/** A comparison of something with a parameter, as if the parameter were on the right. */
function keyFrom(
  opno: number,
  collation: number,
  left: Expr | undefined,
  right: Expr | undefined,
  catalog: Catalog,
): Key | null {
  const name = catalog.operators.get(opno)?.name ?? '';
  const [leftParam, rightParam] = [paramIn(left), paramIn(right)];
  if (left !== undefined && rightParam !== null && !hasParam(left))
    return { expr: left, param: rightParam, operator: name, collation, isCollated: isCollated(right) };
  if (right !== undefined && leftParam !== null && !hasParam(right))
    return {
      expr: right,
      param: leftParam,
      operator: OPPOSITE[name] ?? name,
      collation,
      isCollated: isCollated(left),
    };
  return null;
}

function paramIn(expr: Expr | undefined): ParamNode | null {
  let at = expr;
  while (at?.tag === 'RELABELTYPE' || at?.tag === 'COLLATEEXPR') at = at.arg;
  return at?.tag === 'PARAM' && at.paramkind === 0 ? at : null;
}

function isCollated(expr: Expr | undefined): boolean {
  let at = expr;
  while (at?.tag === 'RELABELTYPE') at = at.arg;
  return at?.tag === 'COLLATEEXPR';
}

function hasParam(expr: Expr): boolean {
  let found = false;
  visitNodes(expr, (node) => {
    found ||= node.tag === 'PARAM';
    return !found;
  });
  return found;
}

/** The same for expressions that have the same value wherever they are. */
export function valueIdentity(expr: Expr): string {
  return JSON.stringify(expr, (field, value) =>
    incidental.has(field) || LAZY.has(field) ? undefined : value,
  );
}
