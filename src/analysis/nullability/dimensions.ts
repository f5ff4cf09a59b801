import { type Facts, nullFacts } from '../facts.ts';
import type { Expr } from '../tree/nodes.ts';
import { constantLengths } from './array-length.ts';

/** MAXDIM (src/include/utils/array.h). */
const MOST = 6;

/** OIDs of pg_proc.dat. */
const Fn = {
  arrayCat: 383,
  arrayReplace: 3168,
  trimArray: 6172,
  arrayShuffle: 6215,
  arraySample: 6216,
  arrayReverse: 6381,
  arraySort: 6388,
  arraySortDescending: 6389,
  arraySortNulls: 6390,
  arrayFill: 1193,
  arrayFillBounds: 1286,
} as const;

/** An array's facts, with the numbers of dimensions that it may have if it is not empty. */
export function withDimensions(facts: Facts, dimensions: readonly number[]): Facts {
  const { dimensions: _, ...rest } = facts;
  const isOne = dimensions.length === 1 && dimensions[0] === 1;
  return isOne ? rest : { ...rest, dimensions };
}

/** An array of such arrays: ARRAY[a, b], array_agg(a), ARRAY(SELECT a). */
export function arrayOfArrays(inner: Facts, nullable: boolean): Facts {
  // An array that is NULL or empty adds no elements; of arrays that have none this makes an empty one, or an error.
  const { element } = inner;
  const deeper = dimensionsOf(inner).flatMap((n) => (n < MOST ? [n + 1] : []));
  return withDimensions({ nullable, ...(element === undefined ? {} : { element }) }, deeper);
}

/** What either of two arrays may have; undefined where nothing is said of either. */
export function eitherDimensions(a: Facts, b: Facts): readonly number[] | undefined {
  if (a.dimensions === undefined && b.dimensions === undefined) return undefined;
  return [...new Set([...dimensionsOf(a), ...dimensionsOf(b)])].sort();
}

/** Where nothing is known, as of a column: one, as the type says. */
function dimensionsOf(facts: Facts): readonly number[] {
  return facts === nullFacts ? [] : (facts.dimensions ?? [1]);
}

/** The dimensions of an array that a built-in function returns; undefined if nothing is known of them. */
export function dimensionsMade(
  oid: number,
  exprs: readonly Expr[],
  args: readonly Facts[],
): readonly number[] | undefined {
  const [first, second] = args;
  switch (oid) {
    // The longer one's; if that is empty the other's (array_cat, src/backend/utils/adt/array_userfuncs.c).
    case Fn.arrayCat:
      return first && second && eitherDimensions(first, second);
    case Fn.arrayReplace:
    case Fn.trimArray:
    case Fn.arrayShuffle:
    case Fn.arraySample:
    case Fn.arrayReverse:
    case Fn.arraySort:
    case Fn.arraySortDescending:
    case Fn.arraySortNulls:
      return first?.dimensions;
    case Fn.arrayFill:
    case Fn.arrayFillBounds:
      return filled(exprs[1]);
    default:
      return undefined;
  }
}

/** `array_fill(0, ARRAY[3, 3])`: as many as there are lengths. */
function filled(lengths: Expr | undefined): readonly number[] | undefined {
  switch (lengths?.tag) {
    case 'ARRAYEXPR':
      return [lengths.elements?.length ?? 0].filter((count) => count > 0);
    case 'CONST':
      return constantLengths(lengths).slice(0, 1);
    default:
      return undefined;
  }
}
