import type { Context } from '../nullability/context.ts';
import type { Expr } from '../tree/nodes.ts';
import type { JsonShape } from '../type.ts';
import type { Rounds } from './rounds.ts';

/** The mutually recursive parts, so that each can be in its own file. */
export interface Shaper {
  /** How to_json writes an expression's value; with null where it may be NULL. */
  readonly value: (expr: Expr, context: Context) => JsonShape;
  /** The same for a value that is not NULL. */
  readonly present: (expr: Expr, context: Context) => JsonShape;
  /** The structure of a json or jsonb value that is not NULL. */
  readonly json: (expr: Expr, context: Context) => JsonShape;
  readonly rounds: Rounds;
}
