import { literalAt } from '../../sql/boolean-terms.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { constantValue } from '../tree/constants.ts';
import type { Const, Expr, ParamNode } from '../tree/nodes.ts';
import { locationOf } from './places.ts';

/** What a parameter is: NULL, one of the constants that it is compared with, or undefined: any other value. */
export type TestedValue = string | null | undefined;

/** A boolean expression that parameters and constants alone decide on, as the runtime can without the server. */
export interface ParameterTest {
  /** For each `$n` in it the constants that it is compared with, in the form in which the runtime sends them. */
  readonly constants: ReadonlyMap<number, readonly string[]>;
  /** Its value; null: NULL. */
  readonly outcome: (valueAt: (slot: number) => TestedValue) => boolean | null;
}

/**
 * Reads what of a statement are tests of parameters.
 *
 * @returns for an expression, and in a CASE the operand that its WHENs are compared with; null: it is no such test
 */
export function testReader(
  catalog: Catalog,
  sql: string,
  offset: (location: number) => number,
): (expr: Expr, operand?: Expr | null) => ParameterTest | null {
  const known = new Map<Expr, ParameterTest | null>();
  const read = (expr: Expr, operand: Expr | null = null): ParameterTest | null => {
    const before = known.get(expr);
    if (before !== undefined) return before;
    const found = testOf(expr, operand);
    known.set(expr, found);
    return found;
  };
  return read;

  function testOf(expr: Expr, operand: Expr | null): ParameterTest | null {
    switch (expr.tag) {
      case 'NULLTEST': {
        const param = expr.argisrow ? null : bareParam(alone(expr.arg));
        const asksForNull = expr.nulltesttype === 0;
        return (
          param && {
            constants: new Map([[param.paramid, []]]),
            outcome: (of) => (of(param.paramid) === null) === asksForNull,
          }
        );
      }
      case 'BOOLEANTEST': {
        const test = read(expr.arg, operand);
        // IS TRUE, IS FALSE, IS UNKNOWN, each before its opposite (BoolTestType in src/include/nodes/primnodes.h).
        const asked = [true, false, null][expr.booltesttype >> 1];
        const isOpposite = expr.booltesttype % 2 === 1;
        return (
          test && {
            constants: test.constants,
            outcome: (valueAt) => (test.outcome(valueAt) === asked) !== isOpposite,
          }
        );
      }
      case 'PARAM':
      case 'COALESCEEXPR': {
        const subject = subjectOf(expr);
        return subject?.param.paramtype === BOOL ? isOneOf(subject, ['t']) : null;
      }
      case 'BOOLEXPR':
        return connected(
          expr.boolop,
          expr.args.map((arg) => read(arg, operand)),
        );
      case 'OPEXPR':
        return comparison(expr.opno, expr.inputcollid, expr.args ?? [], operand);
      default:
        return null;
    }
  }

  function comparison(
    operator: number,
    collation: number,
    args: readonly Expr[],
    operand: Expr | null,
  ): ParameterTest | null {
    const [left, right] = args.map((arg) => (arg.tag === 'CASETESTEXPR' && operand !== null ? operand : arg));
    if (left === undefined || right === undefined || catalog.nondeterministic.has(collation)) return null;
    const entry = catalog.operators.get(operator);
    if (entry?.schema !== 'pg_catalog') return null;
    if (operator === INT4_GREATER) return hasElements(left, right);
    if (operator === INT4_LESS) return hasElements(right, left);
    const isEqual = catalog.equality.has(operator);
    if (!isEqual && !catalog.equality.has(entry.negator)) return null;
    const test = equality(left, right) ?? equality(right, left);
    return test === null || isEqual ? test : connected('not', [test]);
  }

  function equality(tested: Expr, other: Expr): ParameterTest | null {
    if (other.tag !== 'CONST') return null;
    const array = cardinalityOf(tested);
    if (array !== null) {
      const param = bareParam(array);
      return param && constantValue(other) === 0 ? isOneOf({ param, instead: null }, [EMPTY_ARRAY]) : null;
    }
    const subject = subjectOf(tested);
    const constant = subject && encoded(other, subject.param.paramtype);
    return subject && constant !== null ? isOneOf(subject, [constant]) : null;
  }

  /** `cardinality(…) > 0`: there are not fewer. */
  function hasElements(greater: Expr, less: Expr): ParameterTest | null {
    if (less.tag !== 'CONST' || constantValue(less) !== 0 || cardinalityOf(greater) === null) return null;
    const isEmpty = equality(greater, less);
    return isEmpty && connected('not', [isEmpty]);
  }

  /** A parameter, or what is in its place where it is NULL. */
  function subjectOf(expr: Expr): Subject | null {
    if (expr.tag === 'COALESCEEXPR') {
      const [first, second, third] = expr.args;
      const param = first === undefined ? null : bareParam(first);
      if (param === null || second?.tag !== 'CONST' || third !== undefined) return null;
      const instead = encoded(second, param.paramtype);
      return instead === null ? null : { param, instead };
    }
    const param = bareParam(expr);
    return param && { param, instead: null };
  }

  /** As the runtime sends it; null: NULL, or of a type whose equal values can differ in their text. */
  function encoded(node: Const, type: number): string | null {
    if (node.constisnull) return null;
    const value = constantValue(node);
    switch (type) {
      case BOOL:
        return node.consttype === BOOL ? (value === true ? 't' : 'f') : null;
      case INT4:
      case INT8:
        return INTEGERS.has(node.consttype) && typeof value === 'number' ? String(value) : null;
      case TEXT:
      case VARCHAR:
        return typeof value === 'string' && node.consttype !== BPCHAR && catalog.encoding === 'UTF8'
          ? value
          : null;
      case UUID: {
        const text = literalAt(sql, offset(locationOf(node)));
        return text !== null && PLAIN_UUID.test(text) ? text : null;
      }
      default: {
        // A label's OID is all that the tree has.
        const entry = catalog.types.get(type);
        const label =
          entry?.kind === 'e' && node.consttype === type ? literalAt(sql, offset(locationOf(node))) : null;
        return label !== null && entry?.labels.includes(label) ? label : null;
      }
    }
  }
}

/** The array whose elements an expression counts. */
function cardinalityOf(expr: Expr): Expr | null {
  return expr.tag === 'FUNCEXPR' && expr.funcid === CARDINALITY ? (expr.args?.[0] ?? null) : null;
}

interface Subject {
  readonly param: ParamNode;
  /** What it is taken for where it is NULL; null: NULL. */
  readonly instead: string | null;
}

function isOneOf({ param, instead }: Subject, constants: readonly string[]): ParameterTest {
  return {
    constants: new Map([[param.paramid, constants]]),
    outcome: (valueAt) => {
      const value = valueAt(param.paramid);
      const taken = value === null ? instead : value;
      return taken === null ? null : taken !== undefined && constants.includes(taken);
    },
  };
}

/** Tests with AND, OR or NOT; null: one of them is none. */
function connected(
  operator: 'and' | 'or' | 'not',
  tests: readonly (ParameterTest | null)[],
): ParameterTest | null {
  const all = tests.flatMap((test) => test ?? []);
  if (all.length < tests.length) return null;
  const constants = new Map<number, readonly string[]>();
  for (const test of all) {
    for (const [slot, own] of test.constants) {
      constants.set(slot, [...new Set([...(constants.get(slot) ?? []), ...own])]);
    }
  }
  return {
    constants,
    outcome: (valueAt) => {
      const found = all.map(({ outcome }) => outcome(valueAt));
      if (operator === 'not') return found[0] === null ? null : !found[0];
      const decisive = operator === 'or';
      return found.includes(decisive) ? decisive : found.includes(null) ? null : !decisive;
    },
  };
}

/** A `$n` itself, of whatever spelling of its type. */
function bareParam(expr: Expr): ParamNode | null {
  let bare = expr;
  while (bare.tag === 'RELABELTYPE' || bare.tag === 'COLLATEEXPR') bare = bare.arg;
  return bare.tag === 'PARAM' && bare.paramkind === 0 ? bare : null;
}

/** What coalesce returns that has nothing else to return than NULL: JPA's way to tell the type of a parameter. */
function alone(expr: Expr): Expr {
  const [first, ...others] = expr.tag === 'COALESCEEXPR' ? expr.args : [];
  return first !== undefined && others.every((one) => one.tag === 'CONST' && one.constisnull) ? first : expr;
}

/** What a value can be besides the constants, so that it is unequal to them; null: any text. */
export function othersOf(
  type: number,
  catalog: Catalog,
): 'integer' | 'array' | 'uuid' | readonly string[] | null {
  if (type === BOOL) return ['t', 'f'];
  if (type === INT4 || type === INT8) return 'integer';
  if (type === TEXT || type === VARCHAR) return null;
  if (type === UUID) return 'uuid';
  const { kind, labels = [] } = catalog.types.get(type) ?? {};
  return kind === 'e' ? labels : 'array';
}

/** As PostgreSQL prints it: the same value has other spellings, which the runtime does not compare. */
const PLAIN_UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** As the runtime sends an array without elements. */
const EMPTY_ARRAY = '{}';

// src/include/catalog/pg_type.dat, pg_proc.dat and pg_operator.dat
const BOOL = 16;
const INT8 = 20;
const INT4 = 23;
const TEXT = 25;
const BPCHAR = 1042;
const VARCHAR = 1043;
const UUID = 2950;
const INTEGERS: ReadonlySet<number> = new Set([INT4, INT8, 21]);
const CARDINALITY = 3179;
const INT4_LESS = 97;
const INT4_GREATER = 521;
