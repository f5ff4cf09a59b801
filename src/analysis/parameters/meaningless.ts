import type { Catalog } from '../catalog/catalog.ts';
import { rootScope, type Scope } from '../scope.ts';
import { Cmd, type Expr, type Node, type QueryNode } from '../tree/nodes.ts';
import { isStrict } from './casts.ts';
import type { ParameterComparison } from './comparison.ts';
import { type Excluded, nothingExcluded, nullIn, together, value } from './excluded.ts';
import { ALL, ANY_VALUES, type Hypotheses, NONE, outside, type ParameterCases } from './hypotheses.ts';
import { areLiterals, type Resolver, withoutLengthCheck } from './identity.ts';
import { outcomes } from './outcome.ts';
import { domainRefusesNull } from './restriction.ts';
import { withoutRowsGiven } from './rows.ts';
import type { Uses } from './uses.ts';
import { insertedRows } from './written-values.ts';

export interface Meaningless {
  /** Under which the statement returns no row and changes none, or raises an error. */
  readonly all: Hypotheses;
  /** Those among them under which something that is written, or a domain, raises the error. */
  readonly errors: Hypotheses;
}

/**
 * Which values of parameters a statement gives no meaning: **with any of them it returns no row and changes none, whatever
 * the data, or it raises an error**. A value that leads to more than that, be it other rows or fewer, has a meaning.
 *
 * So what counts is only where a row is needed: a condition under NOT EXISTS, in EXCEPT, FILTER or the ON of an outer
 * join, one half of an OR, CASE with its ELSE, ORDER BY can be false or NULL and the statement still returns rows.
 */
export function meaningless(
  query: QueryNode,
  uses: Uses,
  cases: readonly ParameterCases[],
  spread: ReadonlySet<number>,
  resolver: Resolver,
  catalog: Catalog,
): Meaningless {
  const casesOf = (parameter: number) => cases[parameter - 1];
  const refusesNull = (type: number) => domainRefusesNull(type, catalog);

  const leaf = (expr: Expr): Excluded | null => {
    const found = expr.tag === 'PARAM' && expr.paramkind === 0 ? casesOf(expr.paramid) : undefined;
    if (expr.tag !== 'PARAM' || found === undefined) return null;
    // A list is more values than this one: what it is compared with tells what a NULL among them does.
    return value(spread.has(expr.paramid) ? NONE : found.isNull, found.notNull);
  };
  const comparison = (expr: Expr): Excluded =>
    (uses.comparisons.get(expr) ?? []).reduce((all, one) => {
      const found = casesOf(one.param.paramid);
      // An operator that is not strict may be true of an element that is NULL.
      if (one.role === 'array' && !isStrict(expr, catalog)) return all;
      return found === undefined ? all : together(all, compared(one, found, spread.has(one.param.paramid)));
    }, nothingExcluded);
  const refused = (node: Node, scope: Scope, without: Hypotheses): Hypotheses => {
    let found = NONE;
    for (const { exprs, restriction } of uses.writes.get(node) ?? []) {
      const { literals } = restriction;
      for (const expr of exprs) {
        if (restriction.refusesNull) found |= nullIn(outcome(expr, scope));
        const checked = literals && withoutLengthCheck(expr, literals, catalog);
        const param = checked && resolver.identityOf(checked, scope)?.param;
        const known =
          param && areLiterals(param.paramtype, literals, catalog) ? casesOf(param.paramid) : undefined;
        if (known !== undefined && literals !== undefined) found |= outside(known, literals);
      }
    }
    errors |= found & ~without;
    return found;
  };

  let errors = NONE;
  const outcome = outcomes({
    catalog,
    leaf,
    comparison,
    domainRefusesNull: refusesNull,
    withoutRows: (inside, scope) => withoutRows(inside, scope),
  });
  const withoutRows = withoutRowsGiven({ catalog, outcome, refused });

  // A domain's input function is called when a parameter is bound.
  for (const [i, { type }] of uses.parameters.entries())
    if (refusesNull(type)) errors |= cases[i]?.isNull ?? NONE;
  const bound = errors;

  const root = rootScope(catalog, query);
  const selected = selectedErrors(query, (expr) => outcome(expr, root));
  errors |= selected;
  let all = withoutRows(query, null) | selected;
  let certain = bound | (insertsSurely(query) ? refused(query, root, NONE) : NONE);
  for (const { query: other, scope } of uses.modifying) {
    all &= withoutRows(other, scope.outer);
    if (insertsSurely(other)) certain |= refused(other, scope, NONE);
  }
  all |= certain;
  // What has no rows with any values says nothing of one.
  if ((all & ANY_VALUES) !== NONE) return { all: bound, errors: bound };
  return { all, errors: errors & all };
}

/** What a comparison cannot be for values that are not among the literals of the other side, or for one that is. */
function compared(
  { operator, quantifier, role, literals, constant, exact }: ParameterComparison,
  cases: ParameterCases,
  isSpread: boolean,
): Excluded {
  if (role === 'array') {
    const isNull = cases.elementIsNull;
    return quantifier === 'all' ? { ...nothingExcluded, true: isNull } : nothingExcluded;
  }
  if (isSpread) {
    // IN and NOT IN, of which it is one of several.
    if (operator === 'equal') return { ...nothingExcluded, false: cases.isNull };
    return operator === 'unequal' ? { ...nothingExcluded, true: cases.isNull } : nothingExcluded;
  }
  if (literals === null || role === 'one of') return nothingExcluded;
  const others = outside(cases, literals);
  const same = constant === null || !exact ? NONE : (cases.literals.get(constant) ?? NONE);
  const isTold = constant === null || !exact ? NONE : cases.notNull;
  switch (operator) {
    case 'equal':
      return quantifier === 'all' ? nothingExcluded : { true: others, false: same, null: isTold };
    case 'unequal':
      return quantifier === 'any' ? nothingExcluded : { true: same, false: others, null: isTold };
    case 'distinct':
      return exact ? { true: same, false: others, null: ALL } : nothingExcluded;
    default:
      return nothingExcluded;
  }
}

/** Under which a result column raises an error for every row. */
function selectedErrors(query: QueryNode, outcome: (expr: Expr) => Excluded): Hypotheses {
  if (query.setOperations !== null) return NONE;
  const list = (query.commandType === Cmd.select ? query.targetList : query.returningList) ?? [];
  return list.reduce((all, { expr, resjunk }) => {
    const found = resjunk ? nothingExcluded : outcome(expr);
    return all | (found.true & found.false & found.null);
  }, NONE);
}

/** Whether an INSERT has a row for sure, if none of its expressions raises an error. */
function insertsSurely(query: QueryNode): boolean {
  if (query.commandType !== Cmd.insert || query.hasTargetSRFs) return false;
  const { jointree, rtable } = query;
  const [only, another] = jointree?.fromlist ?? [];
  if (only === undefined || insertedRows(query) !== null) return jointree?.quals === null;
  const source =
    only.tag === 'RANGETBLREF' && another === undefined ? rtable?.[only.rtindex - 1]?.subquery : null;
  return source !== null && source !== undefined && isOneRow(source);
}

/** SELECT without anything that could omit its one row. */
function isOneRow({
  jointree,
  havingQual,
  limitCount,
  limitOffset,
  setOperations,
  groupClause,
  groupingSets,
  hasTargetSRFs,
}: QueryNode): boolean {
  const parts = [
    jointree?.quals ?? null,
    havingQual,
    limitCount,
    limitOffset,
    setOperations,
    groupClause,
    groupingSets,
  ];
  return (jointree?.fromlist ?? []).length === 0 && !hasTargetSRFs && parts.every((part) => part === null);
}
