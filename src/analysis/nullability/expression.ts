import { baseType } from '../catalog/base-type.ts';
import { refusesNull } from '../catalog/pg-type.ts';
import { anything, type Facts, notNull, onlyNull } from '../facts.ts';
import type { BoolExpr, CaseExpr, Coercion, Expr, SubscriptingRef, Var } from '../tree/nodes.ts';
import { aggregateFacts } from './aggregate.ts';
import { isWithin } from './array-length.ts';
import { holds } from './atoms.ts';
import { callFacts, operatorFacts } from './call.ts';
import { reachedResults } from './case.ts';
import { constantFacts } from './constant.ts';
import { refusedByChecks } from './constraint.ts';
import type { Context } from './context.ts';
import { arrayOfArrays } from './dimensions.ts';
import { areDifferent } from './exclusion.ts';
import { nulledByGrouping } from './grouping.ts';
import { joinFacts, withNullable } from './join-facts.ts';
import { isJsonExists } from './json.ts';
import { expressionKey, operatorFunction } from './key.ts';
import { isReal, learn, regionKey } from './learn.ts';
import { FALSE, NULL, TRUE } from './outcomes.ts';
import { constructedFields, convertedFields, fieldFacts } from './row.ts';
import { subLinkFacts } from './sublink.ts';
import { variableFacts } from './variable.ts';
import { windowFacts } from './window.ts';

/** What is proven of an expression's value, where `context` says it is evaluated. */
export function facts(expr: Expr, context: Context): Facts {
  if (expr.tag === 'VAR') return variableFacts(expr, context);
  if (expr.tag === 'CONST') return nulledByGrouping(expr, context) ? anything : constantFacts(expr, context);
  if (nulledByGrouping(expr, context)) return anything;
  const found = ownFacts(expr, context);
  if (!found.nullable || !context.proven?.expressions) return found;
  const key = expressionKey(expr, context, false);
  return key !== null && holds(context.proven, key) ? withNullable(found, false) : found;
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
      return operatorFacts(operatorFunction(expr.opfuncid, expr.opno, context), expr.args ?? [], context);
    case 'NULLIFEXPR': {
      const [first, second] = expr.args ?? [];
      if (first === undefined || second === undefined) return anything;
      return areDifferent(expr, first, second, context) ? of(first) : withNullable(of(first), true);
    }
    case 'SCALARARRAYOPEXPR': {
      const [scalar, array] = expr.args ?? [];
      if (scalar === undefined || array === undefined) return anything;
      const elements = of(array);
      if (of(scalar).nullable || elements.nullable || (elements.element?.nullable ?? true)) return anything;
      return operatorFacts(operatorFunction(expr.opfuncid, expr.opno, context), [], context);
    }
    case 'ROWCOMPAREEXPR': {
      if ([...expr.largs, ...expr.rargs].some((arg) => of(arg).nullable)) return anything;
      const all = expr.opnos.map((oid) => operatorFacts(operatorFunction(0, oid, context), [], context));
      return all.some(({ nullable }) => nullable) ? anything : notNull;
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
      return of(expr.arg).nullable ? anything : notNull;
    case 'CONVERTROWTYPEEXPR': {
      const row = of(expr.arg);
      const fields = convertedFields(row, expr.resulttype ?? 0, context.frame.engine.catalog);
      return { nullable: row.nullable, ...(fields && { fields }) };
    }
    case 'ARRAYCOERCEEXPR':
      return arrayCoercion(expr, context);
    case 'COERCETODOMAIN': {
      const type = context.frame.engine.catalog.types.get(expr.resulttype ?? 0);
      const value = of(expr.arg);
      const { catalog, trust } = context.frame.engine;
      return trust.definitions && type !== undefined && refusesNull(catalog, type)
        ? withNullable(value, false)
        : value;
    }
    case 'CASEEXPR':
      return caseFacts(expr, context);
    case 'CASETESTEXPR':
      return context.caseTest?.facts ?? anything;
    case 'ARRAYEXPR':
      return arrayFacts(expr.elements ?? [], expr.multidims, context);
    case 'ROWEXPR': {
      const of = (number: number) => {
        const arg = expr.args?.[number - 1];
        return arg === undefined ? anything : facts(arg, context);
      };
      return { nullable: false, fields: constructedFields(expr, context.frame.engine.catalog, of) };
    }
    case 'COALESCEEXPR':
      return coalesceFacts(expr.args, context);
    case 'MINMAXEXPR':
      return withNullable(expr.args.map(of).reduce(joinFacts), coalesceFacts(expr.args, context).nullable);
    case 'SQLVALUEFUNCTION':
      // current_schema is NULL where no schema of the search path exists (SVFOP_CURRENT_SCHEMA, primnodes.h).
      return expr.op === 14 ? anything : notNull;
    case 'NULLTEST':
    case 'BOOLEANTEST':
    case 'DISTINCTEXPR':
    case 'GROUPINGFUNC':
    case 'MERGESUPPORTFUNC':
    case 'NEXTVALUEEXPR':
    case 'CURRENTOFEXPR':
      return notNull;
    case 'SUBSCRIPTINGREF': {
      const { catalog } = context.frame.engine;
      // jsonb has subscripts too.
      if ((catalog.types.get(baseType(catalog, expr.refcontainertype))?.element ?? 0) === 0) return anything;
      if (!isWithin(expr)) return sliceFacts(expr, context);
      const array = of(expr.refexpr);
      return array.nullable ? anything : (array.element ?? anything);
    }
    case 'XMLEXPR':
      // XMLELEMENT; the others are NULL where all or some arguments are.
      return expr.op === 1 ? notNull : anything;
    case 'JSONVALUEEXPR':
      return of(expr.formatted_expr ?? expr.raw_expr).nullable ? anything : notNull;
    case 'JSONISPREDICATE':
      return of(expr.expr).nullable ? anything : notNull;
    case 'JSONEXPR':
      return isJsonExists(expr) && !of(expr.formatted_expr).nullable ? notNull : anything;
    case 'JSONCONSTRUCTOREXPR':
      return jsonConstructor(expr.type, expr.func, expr.args ?? [], context);
    default:
      return anything;
  }
}

function paramFacts(expr: Expr & { tag: 'PARAM' }, context: Context): Facts {
  switch (expr.paramkind) {
    // PARAM_EXTERN, PARAM_SUBLINK (primnodes.h)
    case 0: {
      const found = context.frame.engine.params?.[expr.paramid - 1] ?? anything;
      return found.nullable && holds(context.proven, `$${expr.paramid}`) ? withNullable(found, false) : found;
    }
    case 2:
      return context.sublink?.[expr.paramid - 1] ?? anything;
    default:
      return anything;
  }
}

function logicFacts(expr: BoolExpr, context: Context): Facts {
  const { assume } = context.frame.engine;
  const known = expr.args.map((arg) => !facts(arg, context).nullable);
  if (known.every(Boolean)) return notNull;
  if (expr.boolop === 'not') return anything;
  // FALSE AND anything is false, TRUE OR anything is true.
  const undecided = NULL | (expr.boolop === 'and' ? TRUE : FALSE);
  if (expr.args.some((arg) => assume(arg, undecided, context) === 'never')) return notNull;
  // AND is NULL only where no argument is false. Where one that is never NULL is true, another may not be NULL.
  const neutral = expr.boolop === 'and' ? TRUE : FALSE;
  let at = context;
  for (const [i, arg] of expr.args.entries()) if (known[i]) at = learn(at, assume(arg, neutral, context));
  if (at === context) return anything;
  const narrowed = expr.args.every((arg, i) => known[i] || !facts(arg, at).nullable);
  return narrowed ? notNull : anything;
}

function caseFacts(expr: CaseExpr, context: Context): Facts {
  const results = reachedResults(expr, context).map(({ result, at }) => facts(result, at));
  return results.length === 0 ? anything : results.reduce(joinFacts);
}

function coalesceFacts(args: readonly Expr[], context: Context): Facts {
  let found: Facts | null = null;
  for (const arg of args) {
    const value = facts(arg, context);
    if (value === onlyNull) continue;
    const so: Facts = value.nullable ? { ...value, nullable: false } : value;
    found = found === null ? so : joinFacts(found, so);
    if (!value.nullable) return found;
  }
  const notAll = () =>
    splitOnFullJoins(context, (at) => args.some((arg) => !facts(arg, at).nullable)) || refuted(args, context);
  return found === null ? anything : withNullable(found, !notAll());
}

/** Whether a CHECK or WHERE cannot be true where all of these are NULL, as with `a IS NOT NULL OR b IS NOT NULL`. */
function refuted(args: readonly Expr[], context: Context): boolean {
  if (refusedByChecks(variablesOfOne(args, context), context)) return true;
  const { conditions } = context.frame.regions.root;
  if (context.stage !== 'row' || context.nulls !== undefined || conditions.length === 0) return false;
  const nulls = new Set<string>();
  for (const arg of args) {
    const key = expressionKey(withoutCasts(arg), context, false);
    if (key === null) return false;
    nulls.add(key);
  }
  const at: Context = { ...context, nulls };
  return conditions.some((condition) => context.frame.engine.assume(condition, TRUE, at) === 'never');
}

/** Columns that are NULL where all of these are, of the same range table entry as the first one. */
function variablesOfOne(args: readonly Expr[], context: Context): readonly Var[] {
  const variables = args.flatMap((arg) => decisive(arg, context) ?? []);
  return variables.filter(({ varno }) => varno === variables[0]?.varno);
}

/** The one column that decides whether an expression is NULL, as in `-credit`. */
function decisive(arg: Expr, context: Context): Var | null {
  const bare = withoutCasts(arg);
  if (bare.tag === 'VAR') return bare.varlevelsup === 0 ? bare : null;
  if (bare.tag !== 'OPEXPR' && bare.tag !== 'FUNCEXPR') return null;
  const [only, another] = (bare.args ?? []).filter((one) => facts(one, context).nullable);
  const variable = only === undefined || another !== undefined ? null : decisive(only, context);
  const key = variable === null ? null : expressionKey(variable, context, false);
  if (key === null) return null;
  return facts(bare, learn(context, new Set([key]))).nullable ? null : variable;
}

/** The expression below conversions that give NULL for NULL alone. */
function withoutCasts(expr: Expr): Expr {
  return expr.tag === 'RELABELTYPE' || expr.tag === 'COERCEVIAIO' || expr.tag === 'COLLATEEXPR'
    ? withoutCasts(expr.arg)
    : expr;
}

/** Of a full join in a real place at least one side is real: whether something is proven with either. */
function splitOnFullJoins(context: Context, proves: (at: Context) => boolean): boolean {
  const { frame, proven } = context;
  return frame.regions.fullJoins.some(({ left, right, at }) => {
    if (!isReal(frame, at, proven) || isReal(frame, left, proven) || isReal(frame, right, proven))
      return false;
    return [left, right].every((side) => {
      const where = learn(context, new Set([regionKey(frame, side)]));
      return proves(where) || splitOnFullJoins(where, proves);
    });
  });
}

function arrayFacts(elements: readonly Expr[], nested: boolean, context: Context): Facts {
  const inner = elements.map((element) => facts(element, context));
  if (inner.length === 0) return { nullable: false, element: notNull, dimensions: [] };
  const all = inner.reduce(joinFacts);
  return nested ? arrayOfArrays(all, false) : { nullable: false, element: all };
}

function arrayCoercion(expr: Coercion, context: Context): Facts {
  const value = facts(expr.arg, context);
  const { elemexpr } = expr;
  const { element: _, ...array } = value;
  if (!elemexpr) return array;
  const element = facts(elemexpr, { ...context, caseTest: { facts: value.element ?? anything, expr: null } });
  return { ...array, element };
}

/** A slice of an array is an array, empty outside its bounds; everything else may not be there. */
function sliceFacts(expr: SubscriptingRef, context: Context): Facts {
  if (expr.reflowerindexpr === null || expr.refassgnexpr !== null) return anything;
  const bounds = [...expr.reflowerindexpr, ...(expr.refupperindexpr ?? [])];
  const array = facts(expr.refexpr, context);
  const given = bounds.every((bound) => bound === null || !facts(bound, context).nullable);
  return withNullable(array, array.nullable || !given);
}

/** JsonConstructorType (primnodes.h): 1 OBJECT, 2 ARRAY, 3 and 4 their aggregates, 5 PARSE, 6 SCALAR, 7 SERIALIZE. */
function jsonConstructor(type: number, func: Expr | null, args: readonly Expr[], context: Context): Facts {
  switch (type) {
    case 1:
    case 2:
      return notNull;
    case 3:
    case 4:
      return func === null ? anything : withNullable(notNull, facts(func, context).nullable);
    default:
      return args.length === 0 || args.some((arg) => facts(arg, context).nullable) ? anything : notNull;
  }
}
