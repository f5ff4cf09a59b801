import { FIRST_NORMAL_OID } from '../catalog/catalog.ts';
import { mayChange } from '../catalog/may-change.ts';
import { literalOf, literalsOfArray } from '../literals/constant.ts';
import { literalsOf } from '../literals.ts';
import { expressionType } from '../tree/expression-type.ts';
import type { Const, Expr, OpExpr, ScalarArrayOpExpr } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { type Atoms, holdsIn, knownMembers, memberAtom, noAtoms, type Proven, unionFacts } from './atoms.ts';
import type { Context } from './context.ts';
import { expressionKey } from './key.ts';

/**
 * What a condition of CASE rules out, so that one can tell when nothing is left for ELSE: orders of two values
 * (`n < 0`, `n >= 0`), values of a column that holds only some (`status = 'new'`), labels of an enum, true and false.
 * Only for conditions that are not NULL.
 *
 * @param isTrue whether the condition is true, or false
 * @returns 'contradiction' if nothing is left
 */
export function excludedBy(expr: Expr, isTrue: boolean, context: Context): Atoms {
  switch (expr.tag) {
    case 'OPEXPR': {
      const [left, right] = expr.args ?? [];
      if (left === undefined || right === undefined) return noAtoms;
      return unionFacts(
        orders(expr, left, right, isTrue, context),
        values(expr, left, right, isTrue, context),
      );
    }
    case 'SCALARARRAYOPEXPR':
      // `= ANY`, and `<> ALL`
      return isUnequal(expr.opno, context) === expr.useOr
        ? noAtoms
        : members(expr, isTrue === expr.useOr, context);
    default:
      return truth(expr, isTrue, context);
  }
}

/** Whether NULLIF's arguments cannot be equal: values of columns that hold only some, constants. */
export function areDifferent(expr: OpExpr, first: Expr, second: Expr, context: Context): boolean {
  if (!isExact(expr.opno, expr.inputcollid, context) || !context.frame.engine.trust.definitions) return false;
  const [a, b] = [first, second].map((arg) => literalsOf(arg, context.frame.scope));
  return !!a && !!b && a.every((literal) => !b.includes(literal));
}

type Order = '<' | '=' | '>';

const ordersOf: Readonly<Record<string, readonly Order[]>> = {
  '<': ['<'],
  '<=': ['<', '='],
  '=': ['='],
  '<>': ['<', '>'],
  '>=': ['=', '>'],
  '>': ['>'],
};

/** Types of which any two values are smaller, equal or greater (btree, also with NaN), OIDs of pg_type.dat. */
const ordered = new Set([16, 17, 18, 20, 21, 23, 25, 26, 700, 701, 1082, 1083, 1114, 1184, 1266, 1700, 2950]);

function orders(expr: OpExpr, left: Expr, right: Expr, isTrue: boolean, context: Context): Atoms {
  const operator = context.frame.engine.catalog.operators.get(expr.opno);
  const ways = ordersOf[operator?.name ?? ''];
  if (operator === undefined || ways === undefined || expr.opno >= FIRST_NORMAL_OID) return noAtoms;
  if (!ordered.has(operator.left) || !ordered.has(operator.right)) return noAtoms;
  // timestamptz with date: by the time zone of the session.
  if (context.past && mayChange(expr, context.frame.engine.catalog)) return noAtoms;
  const [a, b] = [keyOf(left, context), keyOf(right, context)];
  if (a === null || b === null || a === b) return noAtoms;
  const gone = (Object.keys(ordersOf) as string[]).filter(
    (way): way is Order => isOrder(way) && ways.includes(way) !== isTrue,
  );
  // The collation and the types say which order is operation.
  const operation = `${operator.left} ${operator.right} ${expr.inputcollid}`;
  const atoms =
    a < b
      ? gone.map((way) => `o${operation} ${a}~${b}!${way}`)
      : gone.map(
          (way) => `o${operator.right} ${operator.left} ${expr.inputcollid} ${b}~${a}!${mirrored[way]}`,
        );
  const prefix = atoms[0]?.slice(0, -1) ?? '';
  return ['<', '=', '>'].every((way) => isGone(prefix + way, atoms, context))
    ? 'contradiction'
    : new Set(atoms);
}

function isOrder(way: string): way is Order {
  return way === '<' || way === '=' || way === '>';
}

const mirrored = { '<': '>', '=': '=', '>': '<' } as const;

function values(expr: OpExpr, left: Expr, right: Expr, isTrue: boolean, context: Context): Atoms {
  if (!isExact(expr.opno, expr.inputcollid, context)) return noAtoms;
  const equal = isTrue !== isUnequal(expr.opno, context);
  const told = (subject: Expr, constant: Expr) =>
    equal ? among(subject, [constant], context) : without(subject, [constant], context);
  if (right.tag === 'CONST' || isCast(right)) return told(left, right);
  return left.tag === 'CONST' || isCast(left) ? told(right, left) : noAtoms;
}

function isCast(expr: Expr): boolean {
  return expr.tag === 'RELABELTYPE' && expr.arg.tag === 'CONST';
}

/** @param isMember whether the value is one of the array's elements */
function members(expr: ScalarArrayOpExpr, isMember: boolean, context: Context): Atoms {
  const [left, right] = expr.args ?? [];
  if (left === undefined || right === undefined || !isExact(expr.opno, expr.inputcollid, context))
    return noAtoms;
  if (right.tag === 'ARRAYEXPR' && !right.multidims) {
    const elements = right.elements ?? [];
    return isMember ? among(left, elements, context) : without(left, elements, context);
  }
  const literals = literalsOfArray(right, context.frame.engine.catalog)?.map(spelled);
  if (literals === undefined) return noAtoms;
  return isMember ? onlyOf(left, literals, context) : withoutAll(left, literals, context);
}

// Any enum's `=` and `<>` (pg_operator.dat).
const ENUM_EQUAL = 3516;
const ENUM_UNEQUAL = 3517;
// bool, int2, int4, int8, text: what is equal is the same.
const exactTypes = new Set([16, 20, 21, 23, 25]);

function isUnequal(operator: number, context: Context): boolean {
  return context.frame.engine.catalog.operators.get(operator)?.name === '<>';
}

function isExact(operator: number, collation: number, context: Context): boolean {
  const { catalog } = context.frame.engine;
  if (operator === ENUM_EQUAL || operator === ENUM_UNEQUAL) return true;
  const entry = catalog.operators.get(operator);
  return (
    operator < FIRST_NORMAL_OID &&
    (entry?.name === '=' || entry?.name === '<>') &&
    exactTypes.has(entry.left) &&
    exactTypes.has(entry.right) &&
    !catalog.nondeterministic.has(collation)
  );
}

function without(subject: Expr, constants: readonly Expr[], context: Context): Atoms {
  const found = constants.flatMap((constant) => spelledConstant(constant, context) ?? []);
  return found.length === 0 ? noAtoms : withoutAll(subject, found, context);
}

/** A constant as it is told from others: an enum's by its label's OID. */
function spelledConstant(expr: Expr, context: Context): string | null {
  const { catalog } = context.frame.engine;
  const bare = expr.tag === 'RELABELTYPE' ? expr.arg : expr;
  if (bare.tag === 'CONST' && catalog.types.get(bare.consttype)?.kind === 'e') return label(bare);
  const value = literalOf(expr, catalog);
  return value === undefined || value === null ? null : spelled(value);
}

function label(constant: Const): string | null {
  return constant.constvalue === null ? null : `#${constant.constvalue.join(' ')}`;
}

function spelled(literal: Literal): string {
  return JSON.stringify(literal);
}

/** What is said by a subject's being one of these constants; nothing if one of them cannot be told from others. */
function among(subject: Expr, constants: readonly Expr[], context: Context): Atoms {
  const found = constants.flatMap((constant) => spelledConstant(constant, context) ?? []);
  return found.length < constants.length ? noAtoms : onlyOf(subject, found, context);
}

function onlyOf(subject: Expr, values: readonly string[], context: Context): Atoms {
  const key = keyOf(subject, context);
  if (key === null) return noAtoms;
  let left = values.filter((value) => !holdsIn(context.proven, `x${key}!${value}`));
  for (const allowed of knownMembers(context.proven, key))
    left = left.filter((value) => allowed.includes(value));
  return left.length === 0 ? 'contradiction' : new Set([memberAtom(key, left)]);
}

function withoutAll(subject: Expr, gone: readonly string[], context: Context): Atoms {
  const key = keyOf(subject, context);
  if (key === null) return noAtoms;
  const prefix = `x${key}!`;
  const atoms = gone.map((value) => prefix + value);
  const none = knownMembers(context.proven, key).some((allowed) =>
    allowed.every((value) => isGone(prefix + value, atoms, context)),
  );
  return none || isAll(resolved(subject, context), prefix, atoms, context) ? 'contradiction' : new Set(atoms);
}

/** Whether a value that is none of these, nor of those known to be ruled out, cannot be. */
function isAll(subject: Expr, prefix: string, atoms: readonly string[], context: Context): boolean {
  const { catalog } = context.frame.engine;
  const type = catalog.types.get(expressionType(subject) ?? 0);
  if (type?.kind === 'e') return count(prefix, atoms, context.proven) >= type.labels.length;
  const { trust } = context.frame.engine;
  const possible =
    type?.oid === 16 ? [true, false] : trust.definitions ? literalsOf(subject, context.frame.scope) : null;
  if (possible === null || possible.length === 0) return false;
  return possible.every((literal) => isGone(prefix + spelled(literal), atoms, context));
}

function isGone(atom: string, atoms: readonly string[], context: Context): boolean {
  return atoms.includes(atom) || holdsIn(context.proven, atom);
}

function truth(expr: Expr, isTrue: boolean, context: Context): Atoms {
  const subject = resolved(expr, context);
  return expressionType(subject) === 16 ? withoutAll(expr, [spelled(!isTrue)], context) : noAtoms;
}

/** What CASE compares, where it is not written again. */
function resolved(expr: Expr, context: Context): Expr {
  if (expr.tag === 'RELABELTYPE') return resolved(expr.arg, context);
  return expr.tag === 'CASETESTEXPR' && context.caseTest?.expr
    ? resolved(context.caseTest.expr, context)
    : expr;
}

function keyOf(expr: Expr, context: Context): string | null {
  const subject = resolved(expr, context);
  return subject.tag === 'CASETESTEXPR' ? null : expressionKey(subject, context, false);
}

function count(prefix: string, atoms: readonly string[], proven: Proven): number {
  return excluded(prefix, atoms, proven).size;
}

function excluded(prefix: string, atoms: readonly string[], proven: Proven): ReadonlySet<string> {
  const found = new Set(atoms);
  for (let at: Proven | null = proven; at !== null; at = at.outer) {
    for (const atom of at.atoms) if (atom.startsWith(prefix)) found.add(atom);
  }
  return found;
}
