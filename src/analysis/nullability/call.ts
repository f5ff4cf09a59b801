import { completeArguments } from '../catalog/arguments.ts';
import { type Facts, notNull, unknownFacts } from '../facts.ts';
import { neverNullRule } from '../never-null/rule.ts';
import type { Expr, FuncExpr } from '../tree/nodes.ts';
import { arrayFunctionElements } from './array-function.ts';
import { asksForDimension } from './array-length.ts';
import type { Context } from './context.ts';
import { dimensionsMade, withDimensions } from './dimensions.ts';
import { calendarField } from './extract.ts';
import { isFormatted } from './format.ts';
import { withNullable } from './join-facts.ts';
import { isKnown } from './key.ts';

/** What is proven of a function call's value. */
export function callFacts(call: FuncExpr, context: Context): Facts {
  const args = argumentFacts(call, context);
  if (call.funcretset) return inTargetList(call, args, context);
  const found = valueFacts(call.funcid, call.args ?? [], args, call.funcvariadic, context);
  return found === unknownFacts ? bodyFacts(call.funcid, args, context) : found;
}

/** What is proven of a call's arguments, in the function's order, also of those that are left to their defaults. */
export function argumentFacts(call: FuncExpr, context: Context): readonly Facts[] {
  const { engine } = context.frame;
  return completeArguments(call, engine.catalog).map((arg) =>
    arg === null ? unknownFacts : engine.facts(arg, context),
  );
}

/** What is proven of an operator's value. Without arguments: as if none of them could be NULL. */
export function operatorFacts(functionOid: number, args: readonly Expr[], context: Context): Facts {
  const facts = args.map((arg) => context.frame.engine.facts(arg, context));
  const found = valueFacts(functionOid, args, facts, false, context);
  return found === unknownFacts ? bodyFacts(functionOid, facts, context) : found;
}

/** By the tables of built-in functions and of extensions. */
function valueFacts(
  oid: number,
  exprs: readonly Expr[],
  args: readonly Facts[],
  variadic: boolean,
  context: Context,
): Facts {
  const rule = neverNullRule(oid, context.frame.engine.catalog);
  const found = rule !== undefined && proves(rule, args, variadic);
  const given = args.every(({ nullable }) => !nullable);
  const present =
    found ||
    (oid < 16384 &&
      (calendarField(oid, exprs, args) ||
        isFormatted(oid, exprs, args) ||
        (given && asksForDimension(oid, exprs))));
  const element = arrayFunctionElements(oid, args);
  const value = present ? notNull : unknownFacts;
  return ofDimensions(element === undefined ? value : { ...value, element }, oid, exprs, args);
}

function ofDimensions(value: Facts, oid: number, exprs: readonly Expr[], args: readonly Facts[]): Facts {
  const dimensions = dimensionsMade(oid, exprs, args);
  return dimensions === undefined ? value : withDimensions(value, dimensions);
}

function proves(rule: string, args: readonly Facts[], variadic: boolean): boolean {
  const given = (facts: Facts | undefined) => facts !== undefined && !facts.nullable;
  if (variadic || rule === 'args') return args.every(given);
  switch (rule) {
    case 'always':
      return true;
    case 'any':
      return args.some(given);
    case 'first':
      return given(args[0]);
    default:
      return false;
  }
}

/** A function in SQL: what its body returns, if it returns a row for sure. */
function bodyFacts(oid: number, args: readonly Facts[], context: Context): Facts {
  const { engine } = context.frame;
  const entry = engine.catalog.functions.get(oid);
  if (!entry?.body || entry.returnsSet || entry.columns !== null || !isKnown(oid, context))
    return unknownFacts;
  if (entry.strict && args.some(({ nullable }) => nullable)) return unknownFacts;
  const body = engine.body(oid, args);
  const [column] = body?.columns ?? [];
  if (!body?.atLeastOneRow || column === undefined || body.columns.length !== 1) return unknownFacts;
  return column;
}

/** A set in the target list: where there are several, the shorter ones are filled up with NULL. */
function inTargetList(call: FuncExpr, args: readonly Facts[], context: Context): Facts {
  const { query } = context.frame.scope;
  const [column] = setFacts(call.funcid, args, context) ?? [];
  if (column === undefined) return unknownFacts;
  return onlyOneSet(query.targetList ?? []) ? column : withNullable(column, true);
}

function onlyOneSet(list: readonly { readonly expr: Expr }[]): boolean {
  let sets = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('tag' in value && value.tag === 'QUERY') return;
    if (('funcretset' in value && value.funcretset) || ('opretset' in value && value.opretset)) sets++;
    for (const inner of Object.values(value)) visit(inner);
  };
  for (const entry of list) visit(entry.expr);
  return sets === 1;
}

/** Columns of the rows of a function that returns a set; null if nothing is known of them. */
export function setFacts(oid: number, args: readonly Facts[], context: Context): readonly Facts[] | null {
  const { engine } = context.frame;
  const rule = neverNullRule(oid, engine.catalog);
  const [first] = args;
  if (rule === 'elements') return [first?.element ?? unknownFacts];
  // A strict function returns no row at all where an argument is NULL.
  if (rule === 'rows') return [notNull];
  if (rule === 'key') return [notNull, notNull];
  if (rule === 'key only') return [notNull, unknownFacts];
  const entry = engine.catalog.functions.get(oid);
  if (!entry?.body || !entry.returnsSet) return null;
  const given = entry.strict ? args.map((facts) => withNullable(facts, false)) : args;
  return engine.body(oid, given)?.columns ?? null;
}
