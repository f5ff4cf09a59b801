import { FIRST_NORMAL_OID } from '../catalog/catalog.ts';
import type { BoolExpr, Const, Expr, NullTest, OpExpr, ScalarArrayOpExpr, SubLink } from '../tree/nodes.ts';
import { Sub } from '../tree/nodes.ts';
import { aggregateNotNull, countAtoms } from './aggregate-input.ts';
import { type Atoms, both, either, nothing } from './atoms.ts';
import { type Context, contextAt, type Opened } from './context.ts';
import { excludedBy } from './exclusion.ts';
import { expressionKey, isKnown, operatorFunction, variableKey } from './key.ts';
import { learn, variableAtoms } from './learn.ts';
import { nonNullCountAtoms } from './non-null-count.ts';
import { isNull, nullAtoms } from './null.ts';

/** Outcomes of a condition, as bits. */
export const TRUE = 1;
export const FALSE = 2;
export const NULL = 4;
const NOT_NULL = TRUE | FALSE;

/**
 * What holds in a row in which a condition comes out as one of `outcomes`, by three-valued logic (PostgreSQL
 * documentation, 9.1). Reads only what a condition's form says: nothing is assumed of data.
 */
export function assume(expr: Expr, outcomes: number, context: Context): Atoms {
  const found = assumed(expr, outcomes, context);
  if (context.excluding !== true || found === 'never') return found;
  const isTrue = (outcomes & TRUE) !== 0;
  if (isTrue === ((outcomes & FALSE) !== 0)) return found;
  if ((outcomes & NULL) !== 0 && context.frame.engine.facts(expr, context).nullable) return found;
  return both(found, excludedBy(expr, isTrue, context));
}

function assumed(expr: Expr, outcomes: number, context: Context): Atoms {
  switch (expr.tag) {
    case 'BOOLEXPR':
      return assumeLogic(expr, outcomes, context);
    case 'NULLTEST':
      return assumeNullTest(expr, outcomes, context);
    case 'BOOLEANTEST':
      return assumeBooleanTest(expr.booltesttype, expr.arg, outcomes, context);
    case 'CONST':
      return (outcomesOf(expr) & outcomes) === 0 ? 'never' : nothing;
    case 'RELABELTYPE':
    case 'COLLATEEXPR':
      return assume(expr.arg, outcomes, context);
    case 'COALESCEEXPR':
      if ((outcomes & NULL) !== 0) break;
      return expr.args.map((arg) => assume(arg, outcomes, context)).reduce(either);
    case 'CASEEXPR':
      return assumeCase(expr, context, (result, at) => assume(result, outcomes, at));
    case 'DISTINCTEXPR':
      return assumeDistinct(expr.args ?? [], outcomes, context);
    case 'SCALARARRAYOPEXPR':
      if ((outcomes & NULL) !== 0) break;
      return assumeArrayComparison(expr, outcomes, context);
    case 'SUBLINK':
      return assumeSubLink(expr, outcomes, context);
    case 'OPEXPR':
      if (expr.opno === BOOL_EQUAL || expr.opno === BOOL_UNEQUAL)
        return both(
          assumeNullness(expr, outcomes, context),
          assumeEquivalence(expr, expr.opno === BOOL_EQUAL ? outcomes : swapped(outcomes), context),
        );
      return both(assumeNullness(expr, outcomes, context), assumeComparison(expr, outcomes, context));
  }
  return assumeNullness(expr, outcomes, context);
}

/** What a built-in comparison operator says besides that its arguments are not NULL. */
function assumeComparison(expr: OpExpr, outcomes: number, context: Context): Atoms {
  if (expr.opno >= FIRST_NORMAL_OID) return nothing;
  const operator = context.frame.engine.catalog.operators.get(expr.opno)?.name ?? '';
  const possible = { true: (outcomes & TRUE) !== 0, false: (outcomes & FALSE) !== 0 };
  const args = expr.args ?? [];
  const counted = nonNullCountAtoms(operator, args, possible, (arg) => notNullAtoms(arg, context), context);
  if (context.stage !== 'group') return counted;
  return both(counted, countAtoms(operator, args, possible, context));
}

// `=` and `<>` of booleans (pg_operator.dat).
const BOOL_EQUAL = 91;
const BOOL_UNEQUAL = 85;

/** `(state = 'paid') = (paid IS NOT NULL)`: both are true, or both false; NULL where one is. */
function assumeEquivalence(expr: OpExpr, outcomes: number, context: Context): Atoms {
  const [left, right] = expr.args ?? [];
  if (left === undefined || right === undefined) return nothing;
  const pair = (a: number, b: number) => {
    const first = assume(left, a, context);
    return first === 'never' ? first : both(first, assume(right, b, learn(context, first)));
  };
  let found: Atoms = 'never';
  if (outcomes & TRUE) found = either(pair(TRUE, TRUE), pair(FALSE, FALSE));
  if (outcomes & FALSE) found = either(found, either(pair(TRUE, FALSE), pair(FALSE, TRUE)));
  if (outcomes & NULL)
    found = either(found, either(assume(left, NULL, context), assume(right, NULL, context)));
  return found;
}

/** For conditions of which only NULL or not tells something. */
function assumeNullness(expr: Expr, outcomes: number, context: Context): Atoms {
  const whenNotNull = () => insideAtoms(expr, context);
  if ((outcomes & NULL) === 0) return whenNotNull();
  if ((outcomes & NOT_NULL) !== 0) {
    return context.frame.engine.facts(expr, context).nullable ? nothing : whenNotNull();
  }
  return context.frame.engine.facts(expr, context).nullable ? nothing : 'never';
}

function outcomesOf(expr: Const): number {
  if (expr.constisnull || expr.constvalue === null) return NULL;
  return expr.constvalue.some((byte) => byte !== 0) ? TRUE : FALSE;
}

function swapped(outcomes: number): number {
  return (outcomes & NULL) | (outcomes & TRUE ? FALSE : 0) | (outcomes & FALSE ? TRUE : 0);
}

function assumeLogic(expr: BoolExpr, outcomes: number, context: Context): Atoms {
  const [first] = expr.args;
  if (expr.boolop === 'not') return first === undefined ? nothing : assume(first, swapped(outcomes), context);
  // AND is as low as its lowest argument and OR as high as its highest, where FALSE < NULL < TRUE. So what
  // keeps the whole on one end keeps every argument there; on the other end, some argument is there.
  const decisive = expr.boolop === 'and' ? FALSE : TRUE;
  const neutral = NOT_NULL & ~decisive;
  if ((outcomes & decisive) === 0 && (outcomes & neutral) !== 0) return assumeEach(expr, outcomes, context);
  if ((outcomes & neutral) === 0) {
    return expr.args.map((arg) => assume(arg, outcomes, context)).reduce(either);
  }
  if ((outcomes & NULL) === 0) {
    return either(assumeLogic(expr, decisive, context), assumeLogic(expr, neutral, context));
  }
  return nothing;
}

/** Each argument has one of the outcomes; what the first says helps with the next. */
function assumeEach(expr: BoolExpr, outcomes: number, context: Context): Atoms {
  let all: Atoms = nothing;
  let at = context;
  for (const arg of expr.args) {
    const atoms = assume(arg, outcomes, at);
    if (atoms === 'never') return 'never';
    all = both(all, atoms);
    at = learn(at, atoms);
  }
  return all;
}

function assumeNullTest(expr: NullTest, outcomes: number, context: Context): Atoms {
  if ((outcomes & NOT_NULL) === 0) return 'never';
  if ((outcomes & NOT_NULL) === NOT_NULL) return nothing;
  const holds = (outcomes & TRUE) !== 0;
  const isNotNull = expr.nulltesttype === 1;
  if (!expr.argisrow) {
    if (holds === isNotNull) return notNullAtoms(expr.arg, context);
    return context.frame.engine.facts(expr.arg, context).nullable ? nullAtoms(expr.arg, context) : 'never';
  }
  // Of a row IS NOT NULL says that every field is not; that IS NULL is false says that some field is not.
  if (isNotNull && holds && expr.arg.tag === 'ROWEXPR') {
    return (expr.arg.args ?? []).map((arg) => notNullAtoms(arg, context)).reduce(both, nothing);
  }
  return holds === isNotNull ? notNullAtoms(expr.arg, context) : nothing;
}

/** BoolTestType (primnodes.h): the outcomes of the argument for which the test is true. */
const testedOutcomes = [TRUE, FALSE | NULL, FALSE, TRUE | NULL, NULL, TRUE | FALSE];

function assumeBooleanTest(test: number, arg: Expr, outcomes: number, context: Context): Atoms {
  const tested = testedOutcomes[test];
  if ((outcomes & NOT_NULL) === 0) return 'never';
  if (tested === undefined || (outcomes & NOT_NULL) === NOT_NULL) return nothing;
  return assume(arg, outcomes & TRUE ? tested : 7 & ~tested, context);
}

function assumeCase(
  expr: Expr & { tag: 'CASEEXPR' },
  context: Context,
  result: (expr: Expr, at: Context) => Atoms,
): Atoms {
  let found: Atoms = 'never';
  let at = context;
  for (const branch of caseBranches(expr, context)) {
    const reached = branch.condition === null ? nothing : branch.condition(TRUE, at);
    if (reached !== 'never') found = either(found, both(reached, result(branch.result, learn(at, reached))));
    if (branch.condition === null) return found;
    const passed = branch.condition(NULL | FALSE, at);
    if (passed === 'never') return found;
    at = learn(at, passed);
  }
  return found;
}

export interface CaseBranch {
  /** What holds if the condition has one of the outcomes; null for ELSE. */
  readonly condition: ((outcomes: number, at: Context) => Atoms) | null;
  readonly result: Expr;
}

const nullConstant: Const = {
  tag: 'CONST',
  consttype: 25,
  constlen: -1,
  constbyval: false,
  constisnull: true,
  constvalue: null,
};

/** A CASE's branches in order, ELSE last. */
export function caseBranches(expr: Expr & { tag: 'CASEEXPR' }, context: Context): readonly CaseBranch[] {
  const caseTest =
    expr.arg === null
      ? context.caseTest
      : { facts: context.frame.engine.facts(expr.arg, context), expr: expr.arg };
  const branches: CaseBranch[] = expr.args.map((when) => ({
    condition: (outcomes, at) => assume(when.expr, outcomes, { ...at, caseTest, excluding: true }),
    result: when.result,
  }));
  branches.push({ condition: null, result: expr.defresult ?? nullConstant });
  return branches;
}

function assumeDistinct(args: readonly Expr[], outcomes: number, context: Context): Atoms {
  const [left, right] = args;
  if (left === undefined || right === undefined) return nothing;
  if ((outcomes & NOT_NULL) === 0) return 'never';
  if (outcomes & TRUE) return nothing;
  // Not distinct: if one of them is not NULL, neither is the other.
  const { facts } = context.frame.engine;
  return both(
    facts(right, context).nullable ? nothing : notNullAtoms(left, context),
    facts(left, context).nullable ? nothing : notNullAtoms(right, context),
  );
}

function assumeArrayComparison(expr: ScalarArrayOpExpr, outcomes: number, context: Context): Atoms {
  const [scalar, array] = expr.args ?? [];
  if (scalar === undefined || array === undefined) return nothing;
  if (!isStrict(operatorFunction(expr.opfuncid, expr.opno, context), context)) return nothing;
  const notNullArray = notNullAtoms(array, context);
  // ANY is true and ALL is false only where an element was compared and neither side of it was NULL.
  const decisive = expr.useOr ? TRUE : FALSE;
  if (outcomes === decisive) return both(notNullArray, notNullAtoms(scalar, context));
  // An empty array gives the other outcome without a comparison.
  if (!hasElements(array)) return notNullArray;
  const compared = both(notNullArray, notNullAtoms(scalar, context));
  if ((outcomes & decisive) !== 0 || array.tag !== 'ARRAYEXPR') return compared;
  return (array.elements ?? []).map((element) => notNullAtoms(element, context)).reduce(both, compared);
}

function hasElements(array: Expr): boolean {
  if (array.tag === 'ARRAYEXPR') return !array.multidims && (array.elements ?? []).length > 0;
  return false;
}

function assumeSubLink(expr: SubLink, outcomes: number, context: Context): Atoms {
  switch (expr.subLinkType) {
    case Sub.exists:
      if ((outcomes & NOT_NULL) === 0) return 'never';
      return outcomes === TRUE ? someRow(expr, context, () => nothing) : nothing;
    case Sub.any:
      if (outcomes !== TRUE) return nothing;
      return someRow(expr, context, (opened) =>
        expr.testexpr === null
          ? nothing
          : assume(expr.testexpr, TRUE, { ...context, sublink: opened.columns() }),
      );
    case Sub.expr:
      if (outcomes & NULL) break;
      return someRow(expr, context, (opened) => {
        const value = singleValue(expr);
        return value === null ? nothing : assume(value, outcomes, opened.result);
      });
  }
  return outcomes & NULL ? assumeNullness(expr, outcomes, context) : nothing;
}

/** What holds if a sublink's query has a row of which more is known; only what is about this place is kept. */
function someRow(expr: SubLink, context: Context, more: (opened: Opened) => Atoms): Atoms {
  const opened = context.frame.engine.open(expr.subselect, context);
  if (opened.never) return 'never';
  const atoms = more(opened);
  if (atoms === 'never') return 'never';
  const found = new Set<string>();
  const add = (atom: string) => {
    if (!isOf(opened.frame.id, atom)) found.add(atom);
  };
  for (const atom of atoms) add(atom);
  for (let at = opened.result.proven; at !== null && at !== context.proven; at = at.outer)
    at.atoms.forEach(add);
  return found;
}

/** The expression that a scalar subquery's value is, if it is one. */
function singleValue(expr: SubLink): Expr | null {
  const { subselect } = expr;
  if (subselect.setOperations !== null || subselect.hasTargetSRFs) return null;
  return subselect.targetList?.[0]?.expr ?? null;
}

function isOf(frame: number, atom: string): boolean {
  return atom.startsWith(`r${frame}.`) || atom.includes(`v${frame}.`);
}

/** What holds if an expression is not NULL: it itself, and whatever would have made it NULL. */
export function notNullAtoms(expr: Expr, context: Context): Atoms {
  const inside = insideAtoms(expr, context);
  if (inside === 'never' || unkeyed.has(expr.tag)) return inside;
  const key = expressionKey(expr, context, false);
  if (key === null) return inside;
  return isNull(key, context) ? 'never' : both(inside, new Set([key]));
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

function insideAtoms(expr: Expr, context: Context): Atoms {
  const each = (args: readonly Expr[]) => args.map((arg) => notNullAtoms(arg, context));
  switch (expr.tag) {
    case 'VAR':
      return variableNotNull(expr, context);
    case 'CONST':
      return expr.constisnull ? 'never' : nothing;
    case 'AGGREF':
      return aggregateNotNull(expr, context);
    case 'CASETESTEXPR':
      return context.caseTest?.expr
        ? notNullAtoms(context.caseTest.expr, { ...context, caseTest: null })
        : nothing;
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
      if (expr.funcretset || !isStrict(expr.funcid, context)) return nothing;
      return each(expr.args ?? []).reduce(both, nothing);
    case 'OPEXPR':
      if (expr.opretset || !isStrict(operatorFunction(expr.opfuncid, expr.opno, context), context))
        return nothing;
      return each(expr.args ?? []).reduce(both, nothing);
    case 'NULLIFEXPR':
      return each((expr.args ?? []).slice(0, 1)).reduce(both, nothing);
    case 'SCALARARRAYOPEXPR':
      return assumeArrayComparison(expr, NOT_NULL, context);
    case 'BOOLEXPR':
      return assumeLogic(expr, NOT_NULL, context);
    case 'ROWCOMPAREEXPR':
      return rowComparison(expr.opnos, expr.largs, expr.rargs, context);
    case 'COALESCEEXPR':
    case 'MINMAXEXPR':
      return each(expr.args).reduce(either, 'never');
    case 'CASEEXPR':
      return assumeCase(expr, context, notNullAtoms);
    case 'SUBSCRIPTINGREF': {
      if (expr.refassgnexpr !== null) return nothing;
      const subscripts = [...(expr.refupperindexpr ?? []), ...(expr.reflowerindexpr ?? [])];
      const given = subscripts.filter((subscript): subscript is Expr => subscript !== null);
      return each([expr.refexpr, ...given]).reduce(both, nothing);
    }
    case 'SUBLINK':
      if (expr.subLinkType !== Sub.expr) return nothing;
      return someRow(expr, context, (opened) => {
        const value = singleValue(expr);
        return value === null ? nothing : notNullAtoms(value, opened.result);
      });
    default:
      return nothing;
  }
}

function variableNotNull(variable: Expr & { tag: 'VAR' }, context: Context): Atoms {
  const at = contextAt(context, variable.varlevelsup);
  const entry = at?.frame.scope.query.rtable?.[variable.varno - 1];
  const atoms = variableAtoms(variable, context);
  const key = variableKey(variable, context);
  if (key !== null && isNull(key, context)) return 'never';
  const behind = (entry?.joinaliasvars ?? entry?.groupexprs)?.[variable.varattno - 1];
  if (at === null || !behind) return atoms;
  return both(atoms, notNullAtoms(behind, { ...at, stage: 'row', caseTest: null, sublink: null }));
}

/** Of `(a, b) < (c, d)` the first pair is always compared (PostgreSQL documentation, 9.25.5). */
function rowComparison(
  operators: readonly number[],
  left: readonly Expr[],
  right: readonly Expr[],
  context: Context,
): Atoms {
  const [operator] = operators;
  const [a] = left;
  const [b] = right;
  if (operator === undefined || a === undefined || b === undefined) return nothing;
  if (!isStrict(operatorFunction(0, operator, context), context)) return nothing;
  return both(notNullAtoms(a, context), notNullAtoms(b, context));
}

/** Whether a function gives NULL for every NULL argument (`pg_proc.proisstrict`). */
function isStrict(functionOid: number, context: Context): boolean {
  if (!isKnown(functionOid, context)) return false;
  return context.frame.engine.catalog.functions.get(functionOid)?.strict ?? false;
}
