import { typeRefusesNull } from '../catalog/pg-type.ts';
import { type Facts, notNull, unknownFacts } from '../facts.ts';
import type { BoolExpr, CaseExpr, Expr } from '../tree/nodes.ts';
import { aggregateFacts } from './aggregate.ts';
import { arrayCoercionFacts, arrayFacts, subscriptFacts } from './array.ts';
import { holdsIn } from './atoms.ts';
import { callFacts, operatorFacts } from './call.ts';
import { reachedResults } from './case.ts';
import { coalesceFacts } from './coalesce.ts';
import { constantFacts } from './constant.ts';
import type { Context } from './context.ts';
import { areDifferent } from './exclusion.ts';
import { nulledByGrouping } from './grouping.ts';
import { joinFacts, withNullable } from './join-facts.ts';
import { isJsonExists, jsonConstructorFacts } from './json.ts';
import { calledOperatorFunction, expressionKey } from './key.ts';
import { fromFarEnd, remembered } from './memo.ts';
import { FALSE, NULL, TRUE } from './outcomes.ts';
import { refine } from './refine.ts';
import { constructedFields, convertedFields, fieldFacts } from './row.ts';
import { subLinkFacts } from './sublink.ts';
import { variableFacts } from './variable.ts';
import { windowFacts } from './window.ts';

const noFacts = () => unknownFacts;

/** What is proven of an expression's value, where `context` says it is evaluated. */
export function facts(expr: Expr, context: Context): Facts {
  if (expr.tag === 'VAR') return variableFacts(expr, context);
  fromFarEnd(expr, context, facts);
  return remembered(context.frame.memo.facts, expr, context, 0, noFacts, (at) => factsIn(expr, at));
}

function factsIn(expr: Expr, context: Context): Facts {
  if (expr.tag === 'CONST')
    return nulledByGrouping(expr, context) ? unknownFacts : constantFacts(expr, context);
  if (nulledByGrouping(expr, context)) return unknownFacts;
  const found = ownFacts(expr, context);
  if (!found.nullable || !context.proven.expressions) return found;
  const key = expressionKey(expr, context, false);
  return key !== null && holdsIn(context.proven, key) ? withNullable(found, false) : found;
}

function ownFacts(expr: Expr, context: Context): Facts {
  const of = (part: Expr) => facts(part, context);
  switch (expr.tag) {
    case 'PARAM':
      return paramFacts(expr, context);
    case 'AGGREF':
      return aggregateFacts(expr, context);
    case 'WINDOWFUNC':
      return windowFacts(expr, context);
    case 'FUNCEXPR':
      return callFacts(expr, context);
    case 'OPEXPR':
      return operatorFacts(
        calledOperatorFunction(expr.opfuncid, expr.opno, context),
        expr.args ?? [],
        context,
      );
    case 'NULLIFEXPR': {
      const [first, second] = expr.args ?? [];
      if (first === undefined || second === undefined) return unknownFacts;
      return areDifferent(expr, first, second, context) ? of(first) : withNullable(of(first), true);
    }
    case 'SCALARARRAYOPEXPR': {
      const [scalar, array] = expr.args ?? [];
      if (scalar === undefined || array === undefined) return unknownFacts;
      const elements = of(array);
      if (of(scalar).nullable || elements.nullable || (elements.element?.nullable ?? true))
        return unknownFacts;
      return operatorFacts(calledOperatorFunction(expr.opfuncid, expr.opno, context), [], context);
    }
    case 'ROWCOMPAREEXPR': {
      if ([...expr.largs, ...expr.rargs].some((arg) => of(arg).nullable)) return unknownFacts;
      const all = expr.opnos.map((oid) =>
        operatorFacts(calledOperatorFunction(0, oid, context), [], context),
      );
      return all.some(({ nullable }) => nullable) ? unknownFacts : notNull;
    }
    case 'BOOLEXPR':
      return logicFacts(expr, context);
    case 'SUBLINK':
      return subLinkFacts(expr, context);
    case 'FIELDSELECT':
      return fieldFacts(of(expr.arg), expr.fieldnum);
    case 'RELABELTYPE':
    case 'COLLATEEXPR':
    case 'NAMEDARGEXPR':
      return of(expr.arg);
    // Input and output functions that give NULL for something raise an error (execExprInterp.c, EEOP_IOCOERCE).
    case 'COERCEVIAIO':
      return of(expr.arg).nullable ? unknownFacts : notNull;
    case 'CONVERTROWTYPEEXPR': {
      const row = of(expr.arg);
      const fields = convertedFields(row, expr.resulttype ?? 0, context.frame.engine.catalog);
      return { nullable: row.nullable, ...(fields && { fields }) };
    }
    case 'ARRAYCOERCEEXPR':
      return arrayCoercionFacts(expr, context);
    case 'COERCETODOMAIN': {
      const type = context.frame.engine.catalog.types.get(expr.resulttype ?? 0);
      const value = of(expr.arg);
      const { catalog, trust } = context.frame.engine;
      return trust.definitions && !context.past && type !== undefined && typeRefusesNull(catalog, type)
        ? withNullable(value, false)
        : value;
    }
    case 'CASEEXPR':
      return caseFacts(expr, context);
    case 'CASETESTEXPR':
      return context.caseTest?.facts ?? unknownFacts;
    case 'ARRAYEXPR':
      return arrayFacts(expr, context);
    case 'ROWEXPR': {
      const of = (number: number) => {
        const arg = expr.args?.[number - 1];
        return arg === undefined ? unknownFacts : facts(arg, context);
      };
      return { nullable: false, fields: constructedFields(expr, context.frame.engine.catalog, of) };
    }
    case 'COALESCEEXPR':
      return coalesceFacts(expr.args, context);
    case 'MINMAXEXPR':
      return withNullable(expr.args.map(of).reduce(joinFacts), coalesceFacts(expr.args, context).nullable);
    case 'SQLVALUEFUNCTION':
      // current_schema is NULL where no schema of the search path exists (SVFOP_CURRENT_SCHEMA, primnodes.h).
      return expr.op === 14 ? unknownFacts : notNull;
    case 'NULLTEST':
    case 'BOOLEANTEST':
    case 'DISTINCTEXPR':
    case 'GROUPINGFUNC':
    case 'MERGESUPPORTFUNC':
    case 'NEXTVALUEEXPR':
    case 'CURRENTOFEXPR':
      return notNull;
    case 'SUBSCRIPTINGREF':
      return subscriptFacts(expr, context);
    case 'XMLEXPR':
      // XMLELEMENT; the others are NULL where all or some arguments are.
      return expr.op === 1 ? notNull : unknownFacts;
    case 'JSONVALUEEXPR':
      return of(expr.formatted_expr ?? expr.raw_expr).nullable ? unknownFacts : notNull;
    case 'JSONISPREDICATE':
      return of(expr.expr).nullable ? unknownFacts : notNull;
    case 'JSONEXPR':
      return isJsonExists(expr) && !of(expr.formatted_expr).nullable ? notNull : unknownFacts;
    case 'JSONCONSTRUCTOREXPR':
      return jsonConstructorFacts(expr, context);
    default:
      return unknownFacts;
  }
}

function paramFacts(expr: Expr & { tag: 'PARAM' }, context: Context): Facts {
  switch (expr.paramkind) {
    // PARAM_EXTERN, PARAM_SUBLINK (primnodes.h)
    case 0: {
      const found = context.frame.engine.params?.[expr.paramid - 1] ?? unknownFacts;
      return found.nullable && holdsIn(context.proven, `$${expr.paramid}`)
        ? withNullable(found, false)
        : found;
    }
    case 2:
      return context.sublink?.[expr.paramid - 1] ?? unknownFacts;
    default:
      return unknownFacts;
  }
}

function logicFacts(expr: BoolExpr, context: Context): Facts {
  const { implications } = context.frame.engine;
  const known = expr.args.map((arg) => !facts(arg, context).nullable);
  if (known.every(Boolean)) return notNull;
  if (expr.boolop === 'not') return unknownFacts;
  // FALSE AND anything is false, TRUE OR anything is true.
  const undecided = NULL | (expr.boolop === 'and' ? TRUE : FALSE);
  if (expr.args.some((arg) => implications(arg, undecided, context) === 'contradiction')) return notNull;
  // AND is NULL only where no argument is false. Where one that is never NULL is true, another may not be NULL.
  const neutral = expr.boolop === 'and' ? TRUE : FALSE;
  let at = context;
  for (const [i, arg] of expr.args.entries())
    if (known[i]) at = refine(at, implications(arg, neutral, context));
  if (at === context) return unknownFacts;
  const narrowed = expr.args.every((arg, i) => known[i] || !facts(arg, at).nullable);
  return narrowed ? notNull : unknownFacts;
}

function caseFacts(expr: CaseExpr, context: Context): Facts {
  const results = reachedResults(expr, context).map(({ result, at }) => facts(result, at));
  return results.length === 0 ? unknownFacts : results.reduce(joinFacts);
}
