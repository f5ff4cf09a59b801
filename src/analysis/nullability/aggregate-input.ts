import { FIRST_NORMAL_OID } from '../catalog/catalog.ts';
import { aggregates } from '../never-null/aggregates.ts';
import { constantValue } from '../tree/constants.ts';
import type { Aggref, Expr } from '../tree/nodes.ts';
import { type Atoms, holdsIn, noAtoms, type Proven, unionFacts } from './atoms.ts';
import type { Context } from './context.ts';
import { expressionKey } from './key.ts';

/** pg_proc.dat: count(any), count(*), int4(int8). */
const Fn = { count: 2147, countRows: 2803, int4OfInt8: 480 } as const;

/** The atom for "this group has a row". */
function rowAtom(context: Context): string {
  return `gv${context.frame.id}.`;
}

/** The atom for "in this group is a row, that FILTER lets through, in which the argument is not NULL". */
function inputAtom(call: Aggref, context: Context): string | null {
  const [only, another] = (call.args ?? []).filter((entry) => !entry.resjunk);
  if (only === undefined || another !== undefined || call.aggkind !== 'n' || call.aggvariadic) return null;
  const rows: Context = { ...context, stage: 'row' };
  const argument = expressionKey(only.expr, rows, false);
  const filter = call.aggfilter === null ? '' : expressionKey(call.aggfilter, rows, false);
  return argument === null || filter === null ? null : `iv${context.frame.id}.${argument}|${filter}`;
}

/**
 * What holds where an aggregate is not NULL: of no rows, all but count and the hypothetical-set ones are NULL
 * (PostgreSQL documentation, 9.21).
 */
export function aggregateNotNull(call: Aggref, context: Context): Atoms {
  const rule = aggregates.get(call.aggfnoid);
  if (call.agglevelsup > 0 || call.aggfnoid >= FIRST_NORMAL_OID || rule === 'always') return noAtoms;
  return someInput(call, rule === 'args', context);
}

function someInput(call: Aggref, ofArgument: boolean, context: Context): Atoms {
  const input = ofArgument ? inputAtom(call, context) : null;
  return new Set(input === null ? [rowAtom(context)] : [rowAtom(context), input]);
}

/** Whether the group is known to have a row. */
export function hasRow(proven: Proven, context: Context): boolean {
  return holdsIn(proven, rowAtom(context));
}

/** Whether the group is known to have a row that the aggregate takes into account. */
export function hasInput(call: Aggref, context: Context): boolean {
  const atom = inputAtom(call, context);
  return atom !== null && holdsIn(context.proven, atom);
}

/** `count(x) > 0` and the like: what holds where the comparison cannot come out so for a count of 0. */
export function countAtoms(
  operator: string,
  args: readonly Expr[],
  outcomes: { readonly true: boolean; readonly false: boolean },
  context: Context,
): Atoms {
  const [left, right] = args;
  if (left === undefined || right === undefined) return noAtoms;
  return unionFacts(
    notZero(operator, left, right, outcomes, context),
    notZero(mirrored[operator] ?? '', right, left, outcomes, context),
  );
}

const mirrored: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
};

function notZero(
  operator: string,
  side: Expr,
  other: Expr,
  outcomes: { readonly true: boolean; readonly false: boolean },
  context: Context,
): Atoms {
  const call = countOf(side, context);
  const number = other.tag === 'CONST' ? constantValue(other) : undefined;
  const ofNone = typeof number === 'number' ? compared(operator, number) : undefined;
  if (call === null || ofNone === undefined || outcomes[ofNone ? 'true' : 'false']) return noAtoms;
  return someInput(call, call.aggfnoid === Fn.count, context);
}

function countOf(expr: Expr, context: Context): Aggref | null {
  switch (expr.tag) {
    case 'CASETESTEXPR':
      return context.caseTest?.expr ? countOf(context.caseTest.expr, { ...context, caseTest: null }) : null;
    case 'FUNCEXPR': {
      const [arg] = expr.args ?? [];
      return expr.funcid === Fn.int4OfInt8 && arg !== undefined ? countOf(arg, context) : null;
    }
    case 'AGGREF':
      return expr.agglevelsup === 0 && (expr.aggfnoid === Fn.count || expr.aggfnoid === Fn.countRows)
        ? expr
        : null;
    default:
      return null;
  }
}

/** What `0 operator number` is. */
function compared(operator: string, number: number): boolean | undefined {
  switch (operator) {
    case '=':
      return number === 0;
    case '<>':
      return number !== 0;
    case '<':
      return 0 < number;
    case '>':
      return 0 > number;
    case '<=':
      return 0 <= number;
    case '>=':
      return 0 >= number;
    default:
      return undefined;
  }
}
