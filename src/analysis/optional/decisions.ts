import { type Need, type Piece, WITHOUT } from '../../sql/pieces.ts';
import type { TestedValue } from './parameter-tests.ts';

/** The parameters of a statement, as those who decide on its text see them. */
export interface TestedParameters {
  /** The index into `params` of a `$n`. */
  readonly indexOf: (slot: number) => number;
  /** The constants that a `$n` is compared with; null: it is only given or not. */
  readonly constantsOf: (slot: number) => readonly string[] | null;
}

type Tree =
  | string
  | { readonly slot: number; readonly groups: readonly (readonly [Tree, readonly number[]])[] };

/** A value of which the runtime cannot tell how it compares with the constants. */
const UNKNOWN = Symbol('unknown');

/**
 * The pieces that are sent for each combination of what parameters are.
 *
 * @param slots their `$n`
 * @param leafOf which of the alternatives is sent
 * @param unknown the one that is sent if that is not known
 */
export function decide(
  slots: readonly number[],
  { indexOf, constantsOf }: TestedParameters,
  leafOf: (valueAt: (slot: number) => TestedValue) => string,
  unknown: string,
  piecesOf: (leaf: string) => readonly Piece[],
): readonly Piece[] {
  const values = new Map<number, TestedValue>();
  return piecesFor(treeFrom(0));

  function treeFrom(position: number): Tree {
    const slot = slots[position];
    if (slot === undefined) return leafOf((of) => values.get(of));
    const constants = constantsOf(slot);
    const groups = new Map<string, [Tree, number[]]>();
    const states = [null, undefined, ...(constants === null ? [] : [...constants, UNKNOWN])];
    for (const [state, value] of states.entries()) {
      if (typeof value !== 'symbol') values.set(slot, value);
      const tree = value === UNKNOWN ? unknown : treeFrom(position + 1);
      const key = JSON.stringify(tree);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [tree, [state]]);
      else group[1].push(state);
    }
    const all = [...groups.values()];
    const [only, another] = all;
    return only !== undefined && another === undefined ? only[0] : { slot, groups: all };
  }

  function piecesFor(tree: Tree): readonly Piece[] {
    if (typeof tree === 'string') return piecesOf(tree);
    // What most states have in common, or where it is not given, is what is left.
    const groups = tree.groups.toSorted(
      ([, a], [, b]) => a.length - b.length || Number(a.includes(0)) - Number(b.includes(0)),
    );
    const isGiven =
      groups.length === 2 ? groups.find(([, states]) => states.length === 1 && states[0] === 0) : undefined;
    const last = isGiven ?? groups.at(-1);
    if (last === undefined) return [];
    let result = piecesFor(last[0]);
    for (const group of groups.toReversed()) {
      if (group === last) continue;
      const param = indexOf(tree.slot);
      const need: Need = isGiven === undefined ? [param, ...group[1]] : param;
      result = [optional(need, piecesFor(group[0]), result)];
    }
    return result;
  }
}

function optional(need: Need, pieces: readonly Piece[], otherwise: readonly Piece[]): Piece {
  const rest = otherwise.length === 1 && otherwise[0] === WITHOUT ? undefined : otherwise;
  const [only, another] = pieces;
  const isOne = typeof only === 'object' && another === undefined && 'needs' in only;
  if (isOne && JSON.stringify(only.otherwise) === JSON.stringify(rest)) {
    return { ...only, needs: [need, ...only.needs] };
  }
  return { needs: [need], pieces, ...(rest && { otherwise: rest }) };
}
