import { type Expr, type RowCompareExpr, Sub } from '../../tree/nodes.ts';
import { aggregateNotNull } from '../aggregate-input.ts';
import { type Atoms, intersectFacts, noAtoms, nothingFollows, unionFacts } from '../atoms.ts';
import { reachedResults } from '../case.ts';
import { type Context, contextAt } from '../context.ts';
import { calledOperatorFunction, expressionKey, variableKey } from '../key.ts';
import { remembered } from '../memo.ts';
import { isNull } from '../null.ts';
import { NOT_NULL, NULL } from '../outcomes.ts';
import { variableAtoms } from '../refine.ts';
import { isStrictFunction, isStrictOperator } from '../strict.ts';
import { someValue } from './some-row.ts';

/** What holds if an expression is not NULL: it itself, and whatever would have made it NULL. */
export function notNullAtoms(expr: Expr, context: Context): Atoms {
  return remembered(context.frame.memo.notNull, expr, context, 1, nothingFollows, (at) =>
    notNullIn(expr, at),
  );
}

function notNullIn(expr: Expr, context: Context): Atoms {
  const inside = insideAtoms(expr, context);
  if (inside === 'contradiction' || unkeyed.has(expr.tag)) return inside;
  const key = expressionKey(expr, context, false);
  if (key === null) return inside;
  return isNull(key, context) ? 'contradiction' : unionFacts(inside, new Set([key]));
}

/** What a condition says by being NULL or not, whatever its form. */
export function nullnessAtoms(expr: Expr, outcomes: number, context: Context): Atoms {
  if ((outcomes & NULL) === 0) return insideAtoms(expr, context);
  if (context.frame.engine.facts(expr, context).nullable) return noAtoms;
  return (outcomes & NOT_NULL) === 0 ? 'contradiction' : insideAtoms(expr, context);
}

// A Var's own atom is among those inside; the others are never NULL, or not worth a comparison.
const unkeyed: ReadonlySet<Expr['tag']> = new Set([
  'VAR',
  'CONST',
  'ARRAYEXPR',
  'ROWEXPR',
  'NULLTEST',
  'BOOLEANTEST',
  'CASETESTEXPR',
]);

/** What holds of an expression's parts if it is not NULL. */
function insideAtoms(expr: Expr, context: Context): Atoms {
  return remembered(context.frame.memo.notNull, expr, context, 0, nothingFollows, (at) => insideIn(expr, at));
}

function insideIn(expr: Expr, context: Context): Atoms {
  const each = (args: readonly Expr[]) => args.map((arg) => notNullAtoms(arg, context));
  switch (expr.tag) {
    case 'VAR':
      return variableNotNull(expr, context);
    case 'CONST':
      return expr.constisnull ? 'contradiction' : noAtoms;
    case 'AGGREF':
      return aggregateNotNull(expr, context);
    case 'CASETESTEXPR':
      return context.caseTest?.expr
        ? notNullAtoms(context.caseTest.expr, { ...context, caseTest: null })
        : noAtoms;
    case 'RELABELTYPE':
    case 'COLLATEEXPR':
    case 'COERCEVIAIO':
    case 'ARRAYCOERCEEXPR':
    case 'CONVERTROWTYPEEXPR':
    case 'COERCETODOMAIN':
    case 'FIELDSELECT':
    case 'NAMEDARGEXPR':
      return notNullAtoms(expr.arg, context);
    case 'FUNCEXPR':
      if (expr.funcretset || !isStrictFunction(expr.funcid, context)) return noAtoms;
      return each(expr.args ?? []).reduce(unionFacts, noAtoms);
    case 'OPEXPR':
      if (expr.opretset || !isStrictOperator(expr, context)) return noAtoms;
      return each(expr.args ?? []).reduce(unionFacts, noAtoms);
    case 'NULLIFEXPR':
      return each((expr.args ?? []).slice(0, 1)).reduce(unionFacts, noAtoms);
    case 'SCALARARRAYOPEXPR':
    case 'BOOLEXPR':
      return context.frame.engine.implications(expr, NOT_NULL, context);
    case 'ROWCOMPAREEXPR':
      return rowComparison(expr, context);
    case 'COALESCEEXPR':
    case 'MINMAXEXPR':
      return each(expr.args).reduce(intersectFacts, 'contradiction');
    case 'CASEEXPR':
      return reachedResults(expr, context)
        .map(({ result, reached, at }) => unionFacts(reached, notNullAtoms(result, at)))
        .reduce(intersectFacts, 'contradiction');
    case 'SUBSCRIPTINGREF': {
      if (expr.refassgnexpr !== null) return noAtoms;
      const subscripts = [...(expr.refupperindexpr ?? []), ...(expr.reflowerindexpr ?? [])];
      const given = subscripts.filter((subscript): subscript is Expr => subscript !== null);
      return each([expr.refexpr, ...given]).reduce(unionFacts, noAtoms);
    }
    case 'SUBLINK':
      return expr.subLinkType === Sub.expr ? someValue(expr, context, notNullAtoms) : noAtoms;
    default:
      return noAtoms;
  }
}

/** It, and what it represents: a join's or a group's column is an expression of others. */
function variableNotNull(variable: Expr & { tag: 'VAR' }, context: Context): Atoms {
  const at = contextAt(context, variable.varlevelsup);
  const entry = at?.frame.scope.query.rtable?.[variable.varno - 1];
  const atoms = variableAtoms(variable, context);
  const key = variableKey(variable, context);
  if (key !== null && isNull(key, context)) return 'contradiction';
  const behind = (entry?.joinaliasvars ?? entry?.groupexprs)?.[variable.varattno - 1];
  if (at === null || !behind) return atoms;
  return unionFacts(atoms, notNullAtoms(behind, { ...at, stage: 'row', caseTest: null, sublink: null }));
}

/** Of `(a, b) < (c, d)` the first pair is always compared (PostgreSQL documentation, 9.25.5). */
function rowComparison({ opnos, largs: left, rargs: right }: RowCompareExpr, context: Context): Atoms {
  const [operator] = opnos;
  const [a] = left;
  const [b] = right;
  if (operator === undefined || a === undefined || b === undefined) return noAtoms;
  if (!isStrictFunction(calledOperatorFunction(0, operator, context), context)) return noAtoms;
  return unionFacts(notNullAtoms(a, context), notNullAtoms(b, context));
}
