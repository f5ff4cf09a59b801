import { type Facts, nullFacts, unknownFacts } from '../facts.ts';
import { bareExpression } from '../tree/bare-expression.ts';
import type { Expr, Var } from '../tree/nodes.ts';
import { refusedByChecks } from './constraint.ts';
import type { Context } from './context.ts';
import { joinFacts, withNullable } from './join-facts.ts';
import { expressionKey } from './key.ts';
import { assumedNulls } from './null.ts';
import { TRUE } from './outcomes.ts';
import type { OuterJoinSide } from './outer-join-side.ts';
import { isMatched, refine, regionKey } from './refine.ts';

/**
 * What is proven of the first of these that is not NULL: of COALESCE, and whether GREATEST and LEAST are NULL
 * (PostgreSQL documentation, 9.18).
 */
export function coalesceFacts(args: readonly Expr[], context: Context): Facts {
  const { facts } = context.frame.engine;
  let found: Facts | null = null;
  for (const arg of args) {
    const value = facts(arg, context);
    if (value === nullFacts) continue;
    const so: Facts = value.nullable ? { ...value, nullable: false } : value;
    found = found === null ? so : joinFacts(found, so);
    if (!value.nullable) return found;
  }
  const notAll = () =>
    splitOnFullJoins(context, (at) => args.some((arg) => !facts(arg, at).nullable)) || refuted(args, context);
  return found === null ? unknownFacts : withNullable(found, !notAll());
}

/** Whether a CHECK or WHERE cannot be true where all of these are NULL, as with `a IS NOT NULL OR b IS NOT NULL`. */
function refuted(args: readonly Expr[], context: Context): boolean {
  if (refusedByChecks(variablesOfOne(args, context), context)) return true;
  const { conditions } = context.frame.regions.root;
  if (context.stage !== 'row' || context.nulls !== undefined || conditions.length === 0) return false;
  const nulls = new Set<string>();
  for (const arg of args) {
    const key = expressionKey(bareExpression(arg), context, false);
    if (key === null) return false;
    nulls.add(key);
  }
  const at: Context = { ...context, nulls: assumedNulls(nulls, context) };
  return conditions.some(
    (condition) => context.frame.engine.implications(condition, TRUE, at) === 'contradiction',
  );
}

/** Columns that are NULL where all of these are, of the same range table entry as the first one. */
function variablesOfOne(args: readonly Expr[], context: Context): readonly Var[] {
  const variables = args.flatMap((arg) => decisive(arg, context) ?? []);
  return variables.filter(({ varno }) => varno === variables[0]?.varno);
}

/** The one column that decides whether an expression is NULL, as in `-credit`. */
function decisive(arg: Expr, context: Context): Var | null {
  const { facts } = context.frame.engine;
  const bare = bareExpression(arg);
  if (bare.tag === 'VAR') return bare.varlevelsup === 0 ? bare : null;
  if (bare.tag !== 'OPEXPR' && bare.tag !== 'FUNCEXPR') return null;
  const [only, another] = (bare.args ?? []).filter((one) => facts(one, context).nullable);
  const variable = only === undefined || another !== undefined ? null : decisive(only, context);
  const key = variable === null ? null : expressionKey(variable, context, false);
  if (key === null) return null;
  return facts(bare, refine(context, new Set([key]))).nullable ? null : variable;
}

/**
 * Of a full join in a real place at least one side is real: whether something is proven with either. Where it is proven
 * with the sides of several joins, these are in each other: of joins beside each other one alone proves it or none.
 *
 * @param inside the side of a full join that was found to be real; null: anywhere
 */
function splitOnFullJoins(
  context: Context,
  proves: (at: Context) => boolean,
  inside: OuterJoinSide | null = null,
): boolean {
  const { frame, proven } = context;
  return frame.regions.fullJoins.some(({ left, right, at }) => {
    if (inside !== null && at !== inside) return false;
    if (!isMatched(frame, at, proven) || isMatched(frame, left, proven) || isMatched(frame, right, proven))
      return false;
    return [left, right].every((side) => {
      const where = refine(context, new Set([regionKey(frame, side)]));
      return proves(where) || splitOnFullJoins(where, proves, side);
    });
  });
}
