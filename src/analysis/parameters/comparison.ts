import type { Catalog } from '../catalog/catalog.ts';
import { literalOf } from '../literals/constant.ts';
import { elementLiteralsOfArray, literalsOf } from '../literals.ts';
import type { Scope } from '../scope.ts';
import type { Expr, ParamNode } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { areLiterals, elementType, type Resolver } from './identity.ts';

/** A parameter in a comparison: `x = $1`, `$1 = 'a'`, `x IN ($1, $2)`, `x <> ALL ($1)`. */
export interface ParameterComparison {
  readonly param: ParamNode;
  /** Whether the operand is NULL just where the parameter is. */
  readonly exact: boolean;
  readonly operator: 'equal' | 'unequal' | 'distinct' | 'other';
  /** Of ANY and ALL; null for a comparison with one value. */
  readonly quantifier: 'any' | 'all' | null;
  /** With a quantifier: whether the parameter is compared with each of an array, is one of several, or is the array. */
  readonly role: 'compared' | 'one of' | 'array';
  /** What it, or each element of it, is compared with. */
  readonly other: Expr;
  /** The only values besides NULL that the other side can have; null where nothing bounds them or the operator tells more. */
  readonly literals: readonly Literal[] | null;
  /** The value of the other side, if it is a constant. */
  readonly constant: Literal | null;
}

/** The comparisons that an expression is. CASE compares `tested` with each WHEN. */
export function comparisonsOf(
  expr: Expr,
  tested: Expr | null,
  scope: Scope,
  resolver: Resolver,
): readonly ParameterComparison[] {
  const { catalog } = scope;
  const isSeveral = expr.tag === 'SCALARARRAYOPEXPR';
  if (expr.tag !== 'OPEXPR' && expr.tag !== 'DISTINCTEXPR' && !isSeveral) return [];
  const operand = (arg: Expr | undefined) => (arg?.tag === 'CASETESTEXPR' && tested !== null ? tested : arg);
  const [left, right] = (expr.args ?? []).map(operand);
  if (left === undefined || right === undefined) return [];
  const operator =
    expr.tag === 'DISTINCTEXPR' ? 'distinct' : operatorOf(expr.opno, expr.inputcollid, catalog);
  const quantifier = isSeveral ? (expr.useOr ? 'any' : 'all') : null;
  const compare = (
    side: Expr,
    other: Expr,
    role: ParameterComparison['role'],
  ): readonly ParameterComparison[] => {
    const found = resolver.identityOf(side, scope);
    if (found === null) return [];
    const { paramtype } = found.param;
    const type = role === 'array' ? elementType(paramtype, catalog) : paramtype;
    const isTold = operator !== 'other' && areLiterals(type, [], catalog);
    const bound = role === 'compared' && isSeveral ? elementLiteralsOfArray : literalsOf;
    const all = isTold ? bound(other, scope) : null;
    const literals = all !== null && areLiterals(type, all, catalog) ? all : null;
    const constant = literals === null || isSeveral ? null : (literalOf(other, catalog) ?? null);
    return [{ ...found, operator, quantifier, role, other, literals, constant }];
  };
  if (!isSeveral) return [...compare(left, right, 'compared'), ...compare(right, left, 'compared')];
  const several = right.tag === 'ARRAYEXPR' && !right.multidims ? (right.elements ?? []) : null;
  return [
    ...compare(left, right, 'compared'),
    ...(several?.flatMap((element) => compare(element, left, 'one of')) ?? compare(right, left, 'array')),
  ];
}

/** Whether an operator's name says that its operands are values of one kind. */
export function isComparison(operator: number, catalog: Catalog): boolean {
  return COMPARISONS.has(catalog.operators.get(operator)?.name ?? '');
}

// src/backend/catalog: the comparison operators of every type bear these names.
const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** Of other operators, and under a collation for which different texts are equal, nothing is told by the operands. */
function operatorOf(operator: number, collation: number, catalog: Catalog): ParameterComparison['operator'] {
  const entry = catalog.operators.get(operator);
  if (entry?.schema !== 'pg_catalog' || catalog.nondeterministic.has(collation)) return 'other';
  if (catalog.equality.has(operator)) return 'equal';
  return catalog.equality.has(entry.negator) ? 'unequal' : 'other';
}
